"""Two processes that renew one account's token at the same moment, where the refresh token is good once."""

from __future__ import annotations

from pathlib import Path

from tests.support.installation import HUBSPOT_URL, SALESFORCE_URL, installation

from tandem.engine.connectors import Connectors
from tandem.store import Keyring, Store
from tandem.store.credentials import Credential

KEYS = Keyring.of(b"\x01" * 32)


class _OtherWasFirst(Store):
    """Another process renews and saves between our look at the token and the lock."""

    renewed: Credential | None = None

    def refresh_lock(self, account_id: int, owner: str, seconds: float) -> bool:
        if self.renewed is not None:
            self.save_credential(account_id, self.renewed)
            self.renewed = None
        return super().refresh_lock(account_id, owner, seconds)


async def test_a_token_that_was_renewed_just_before_the_lock_was_ours_is_taken_over(
    tmp_path: Path,
) -> None:
    async with installation(tmp_path) as running:
        sandbox = running.sandbox
        sandbox.world.switches.set({"refresh_token_rotation": True})
        await running.connect()
        accounts = running.tandem.store.accounts()
        sales = running.tandem.store.credential(accounts[1].id)
        oauth = sandbox.hubspot.auth
        form = {"client_id": oauth.client_id, "client_secret": oauth.client_secret}
        refresh = {**form, "grant_type": "refresh_token", "refresh_token": oauth.refresh_token}
        dead, second = oauth.exchange(refresh)
        fresh, third = oauth.exchange({**refresh, "refresh_token": second or ""})
        old = Credential(
            kind="oauth",
            access_token=dead.value,
            refresh_token=second,
            token_url=HUBSPOT_URL,
            **form,
        )
        oauth.expire_all()
        newest, fourth = oauth.exchange({**refresh, "refresh_token": third or ""})
        store = _OtherWasFirst("sqlite://", KEYS, clock=running.tandem.connecting.clock.now)
        with store:
            connection = store.create_connection("default")
            for side, credential, url in (
                (accounts[0].side, old, HUBSPOT_URL),
                (accounts[1].side, sales, SALESFORCE_URL),
            ):
                account_id = store.save_account(
                    side, external_id=side.value, name="", base_url=url, credential=credential
                )
                connection = store.attach(connection.id, side, account_id)
            transport, clock = running.tandem.connecting.transport, running.tandem.connecting.clock
            connectors = Connectors(store, transport, clock, "ours")
            store.renewed = Credential(
                kind="oauth",
                access_token=newest.value,
                refresh_token=fourth,
                token_url=HUBSPOT_URL,
                **form,
            )

            portal = await (await connectors.connect(connection)).hubspot.portal()

        assert portal.id
        assert fresh.value != newest.value
