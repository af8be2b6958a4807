"""Which account a notice from HubSpot is about, and by whose secret it must be signed."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from tandem.clock import Clock
from tandem.errors import SettingsError, StoreError
from tandem.model import Side
from tandem.store import Credential, Store

__all__ = ["App", "Apps"]

_HOLDS = 15.0
"""Seconds for which an account is remembered; who connects one need not wait longer."""
_MOST = 10_000
_OTHERS = 8
_LOOKED_AT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """One connected account and the secret of the app it was connected with, where that is known."""

    account_id: int
    secret: str | None = field(default=None, repr=False)


class Apps:
    """Looks accounts up by portal id, and remembers the answers for some seconds."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._known: OrderedDict[str, tuple[float, App | None]] = OrderedDict()
        self._secrets: tuple[float, tuple[str, ...]] | None = None

    async def of(self, portal_id: str, *, younger_than: float = _HOLDS) -> App | None:
        """The portal's account; None if nobody has connected it."""
        now = self._clock.monotonic()
        known = self._known.get(portal_id)
        if known is not None and now - known[0] < younger_than:
            return known[1]
        found = await self._store.run(self._look_up, portal_id)
        self._known[portal_id] = (now, found)
        self._known.move_to_end(portal_id)
        if len(self._known) > _MOST:
            self._known.popitem(last=False)
        return found

    async def secrets(self) -> tuple[str, ...]:
        """
        Some secrets of connected apps, for a notice about an account that nobody has connected (any more).

        Bounded: whoever sends forged notices must not make us compute thousands of signatures.
        """
        now = self._clock.monotonic()
        if self._secrets is None or now - self._secrets[0] > _HOLDS:
            self._secrets = (now, await self._store.run(self._some_secrets))
        return self._secrets[1]

    def _look_up(self, portal_id: str) -> App | None:
        account_id = self._store.hints.account_of(Side.HUBSPOT, portal_id)
        if account_id is None:
            return None
        credential = self._credential(account_id)
        secret = None if credential is None else credential.client_secret
        return App(account_id=account_id, secret=secret)

    def _some_secrets(self) -> tuple[str, ...]:
        found: dict[str, None] = {}
        accounts = [
            each
            for each in self._store.accounts()
            if each.side is Side.HUBSPOT and each.has_credential
        ]
        for each in accounts[-_LOOKED_AT:]:
            credential = self._credential(each.id)
            if credential is not None and credential.client_secret:
                found[credential.client_secret] = None
            if len(found) >= _OTHERS:
                break
        return tuple(found)

    def _credential(self, account_id: int) -> Credential | None:
        try:
            return self._store.credential(account_id)
        except (SettingsError, StoreError):  # disconnected, or removed a moment ago
            return None
