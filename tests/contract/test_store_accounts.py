"""Accounts and their secrets, on every database."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from tests.support import stores
from tests.support.stores import NOW, Clock, an_account

from tandem.errors import SettingsError, StoreError
from tandem.model import Side
from tandem.store import Credential, Keyring, Store
from tandem.store.tables import account

postgres_server = stores.postgres_server
_template = stores._template
new_url, database_url = stores.new_url, stores.database_url
clock, store = stores.clock, stores.store

OAUTH = Credential(
    kind="oauth",
    access_token="access-1",
    refresh_token="refresh-1",
    expires_at=NOW + timedelta(minutes=30),
    client_id="client",
    client_secret="hush",
    token_url="https://crm.example/token",
    scopes=("oauth", "crm.objects.contacts.read"),
)


def test_a_saved_account_is_read_as_it_was(store: Store) -> None:
    account_id = store.save_account(
        Side.SALESFORCE,
        external_id="00D000000000001AAA",
        name="Œuvre & 商事",
        base_url="https://example.my.salesforce.com",
        credential=OAUTH,
    )

    found = store.account(account_id)

    assert (found.side, found.external_id) == (Side.SALESFORCE, "00D000000000001AAA")
    assert (found.name, found.connected_at) == ("Œuvre & 商事", NOW)
    assert found.has_credential
    assert store.credential(account_id) == OAUTH
    assert store.accounts() == [found]


def test_signing_in_again_keeps_the_account_and_replaces_its_credential(store: Store) -> None:
    first = an_account(store, Side.HUBSPOT, "7")
    again = store.save_account(
        Side.HUBSPOT, external_id="7", name="renamed", base_url="https://x", credential=OAUTH
    )

    assert first == again
    assert store.account(first).name == "renamed"
    assert store.credential(first) == OAUTH


def test_the_same_id_on_the_other_side_is_another_account(store: Store) -> None:
    assert an_account(store, Side.HUBSPOT, "7") != an_account(store, Side.SALESFORCE, "7")


def test_no_secret_is_readable_in_the_database(store: Store) -> None:
    account_id = an_account(store, Side.HUBSPOT)
    store.save_credential(account_id, OAUTH)

    with store._database.reading() as connection:
        stored = bytes(connection.scalar(sa.select(account.c.credential)) or b"")

    assert stored
    assert not [word for word in (b"access-1", b"refresh-1", b"hush", b"oauth") if word in stored]
    assert "hush" not in repr(store.credential(account_id))


def test_a_credential_moved_to_another_account_does_not_open(store: Store) -> None:
    first, second = an_account(store, Side.HUBSPOT, "1"), an_account(store, Side.HUBSPOT, "2")
    with store._database.writing() as connection:
        stolen = connection.scalar(sa.select(account.c.credential).where(account.c.id == first))
        connection.execute(account.update().where(account.c.id == second).values(credential=stolen))

    with pytest.raises(StoreError, match="cannot be decrypted"):
        store.credential(second)


def test_a_forgotten_credential_is_gone_and_the_remedy_is_named(store: Store) -> None:
    account_id = an_account(store, Side.HUBSPOT)
    store.forget_credential(account_id)

    assert not store.account(account_id).has_credential
    with pytest.raises(SettingsError, match="tandem connect hubspot"):
        store.credential(account_id)


def test_an_account_nobody_knows_is_a_sentence(store: Store) -> None:
    with pytest.raises(StoreError, match="no account 99"):
        store.account(99)


def test_one_process_at_a_time_refreshes_a_token(store: Store, clock: Clock) -> None:
    account_id = an_account(store, Side.HUBSPOT)

    assert store.refresh_lock(account_id, "one", 30)
    assert not store.refresh_lock(account_id, "two", 30)
    assert store.refresh_lock(an_account(store, Side.HUBSPOT, "other"), "two", 30)

    store.release_refresh_lock(account_id, "two")
    assert not store.refresh_lock(account_id, "two", 30), "only its owner releases it"

    store.release_refresh_lock(account_id, "one")
    assert store.refresh_lock(account_id, "two", 30)

    clock.advance(seconds=30)
    assert store.refresh_lock(account_id, "three", 30), "a dead owner holds it no longer"


def test_calls_are_counted_for_the_last_24_hours(store: Store) -> None:
    account_id = an_account(store, Side.SALESFORCE)
    other = an_account(store, Side.SALESFORCE, "other")
    for hours, n in ((25, 100), (24, 10), (23, 5), (0, 2), (0, 1)):
        store.count_calls(account_id, Side.SALESFORCE, NOW - timedelta(hours=hours), n)
    store.count_calls(other, Side.SALESFORCE, NOW, 1_000)

    assert store.calls_in_24h(account_id, NOW) == 18
    assert store.calls_in_24h(account_id, NOW + timedelta(hours=24)) == 3
    assert [n for _, n in store.calls_by_hour(account_id, NOW - timedelta(hours=23.5))] == [5, 3]


def test_after_a_key_change_old_secrets_open_and_new_ones_use_the_new_key(
    store: Store, database_url: str
) -> None:
    """Marks of texts stay the same too, or every text would look edited."""
    account_id = an_account(store, Side.HUBSPOT)
    mark = store.for_connection(1).marker()("text")
    old, new = b"\x01" * 32, b"\x02" * 32
    keyring = Keyring.of(new, old)
    if database_url == "sqlite://":
        changed = store
        changed._keyring = keyring
        changed._keyring = keyring.with_marks(store._remembered_marks())
    else:
        changed = Store(database_url, keyring).open()

    assert changed.credential(account_id).access_token == "secret of 4711"
    assert changed.for_connection(1).marker()("text") == mark

    changed.save_credential(account_id, OAUTH)
    changed._keyring = Keyring.of(new).with_marks(changed.keyring.marks)
    assert changed.credential(account_id) == OAUTH
    changed.close()
