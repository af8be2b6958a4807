"""Connections, their settings and the audit log, on every database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.support import stores
from tests.support.stores import NOW, a_connection, a_link, an_account, save

from tandem.errors import LeaseLost, SettingsError
from tandem.model import Side
from tandem.store import SettingsVersion, Store

postgres_server = stores.postgres_server
_template = stores._template
new_url, database_url = stores.new_url, stores.database_url
clock, store = stores.clock, stores.store


def test_the_first_connection_is_called_default(store: Store) -> None:
    made = store.create_connection()

    assert (made.name, made.is_complete, made.is_suspended) == ("default", False, False)
    assert store.connection() == made
    assert store.connection_by_id(made.id) == made


def test_connections_are_listed_by_name(store: Store) -> None:
    store.create_connection("b")
    store.create_connection("a")

    assert [each.name for each in store.connections()] == ["a", "b"]


def test_an_unknown_name_is_answered_with_those_there_are(store: Store) -> None:
    with pytest.raises(SettingsError, match="tandem connect"):
        store.connection("sales")

    store.create_connection("support")
    with pytest.raises(SettingsError, match=r"no connection “sales”.*“support”"):
        store.connection("sales")


@pytest.mark.parametrize("name", ["", " x", "a\nb", "x" * 101, "\0"])
def test_a_name_that_cannot_be_typed_is_refused(store: Store, name: str) -> None:
    with pytest.raises(SettingsError, match="printable"):
        store.create_connection(name)


def test_a_name_is_taken_once(store: Store) -> None:
    store.create_connection("a")

    with pytest.raises(SettingsError, match="already"):
        store.create_connection("a")


def test_two_accounts_are_joined_by_one_connection(store: Store) -> None:
    a_connection(store, "a", hubspot="1", salesforce="2")

    with pytest.raises(SettingsError, match="joins these two accounts already"):
        a_connection(store, "b", hubspot="1", salesforce="2")
    a_connection(store, "c", hubspot="1", salesforce="3")


def test_a_side_takes_its_own_kind_of_account(store: Store) -> None:
    made = store.create_connection()

    with pytest.raises(SettingsError, match="not a HubSpot account"):
        store.attach(made.id, Side.HUBSPOT, an_account(store, Side.SALESFORCE))


def test_links_keep_their_connection_to_its_accounts(store: Store) -> None:
    """Links of another portal would all point nowhere."""
    view = a_connection(store)
    other = an_account(store, Side.HUBSPOT, "other")
    save(view, a_link())

    with pytest.raises(SettingsError, match="new connection"):
        store.attach(view.connection_id, Side.HUBSPOT, other)
    same = store.connection().hubspot_account_id
    assert same is not None
    store.attach(view.connection_id, Side.HUBSPOT, same)


def test_a_suspended_connection_says_why_until_it_is_resumed(store: Store) -> None:
    made = store.create_connection()
    store.suspend(made.id, "access_lost", "The token was revoked.")

    found = store.connection()
    assert (
        found.suspended_reason,
        found.suspended_detail,
        found.suspended_at,
    ) == ("access_lost", "The token was revoked.", NOW)
    assert found.is_suspended

    store.resume(made.id)
    assert store.connection() == made


def test_a_removed_connection_leaves_nothing_but_its_audit_log(store: Store) -> None:
    view = a_connection(store, "a", hubspot="shared", salesforce="mine")
    a_connection(store, "b", hubspot="shared", salesforce="other")
    save(view, a_link())
    store.note(view.connection_id, "ann", "removed")
    lease = view.acquire("worker", NOW, 60)

    store.remove_connection(view.connection_id)

    assert [each.name for each in store.connections()] == ["b"]
    assert sorted(each.external_id for each in store.accounts()) == ["other", "shared"]
    assert view.links(["1-call-1"]) == {}
    assert [entry.action for entry in store.audit(view.connection_id)] == ["removed"]
    with pytest.raises(LeaseLost), view.transaction(lease):
        pass
    assert store.create_connection("c").id > view.connection_id, "ids are never used again"


def test_changes_of_a_removed_connection_are_refused(store: Store) -> None:
    made = store.create_connection()
    store.remove_connection(made.id)

    for change in (store.resume, store.remove_connection, store.connection_by_id):
        with pytest.raises(SettingsError, match="any more"):
            change(made.id)


def test_settings_have_versions_and_every_change_is_noted(store: Store) -> None:
    made = store.create_connection()
    assert SettingsVersion() == store.settings(made.id)

    for version, text in enumerate(("[call]\n", "[call]\nenabled = true\n")):
        store.save_settings(
            made.id,
            text=text,
            expected_version=version,
            changed_by="ann",
            difference=f"change {version}",
            at=NOW + timedelta(hours=version),
        )

    newest = SettingsVersion(
        version=2,
        text="[call]\nenabled = true\n",
        changed_at=NOW + timedelta(hours=1),
        changed_by="ann",
    )
    assert newest == store.settings(made.id)
    assert store.settings(made.id, 1).text == "[call]\n"
    noted = [(entry.who, entry.action, entry.detail) for entry in store.audit(made.id)]
    assert noted == [("ann", "settings", "change 1"), ("ann", "settings", "change 0")]


def test_of_two_people_who_change_settings_at_once_the_second_is_told(store: Store) -> None:
    made = store.create_connection()
    store.save_settings(
        made.id, text="a", expected_version=0, changed_by="ann", difference="", at=NOW
    )

    with pytest.raises(SettingsError, match="meanwhile by ann"):
        store.save_settings(
            made.id, text="b", expected_version=0, changed_by="bob", difference="", at=NOW
        )
    assert store.settings(made.id).text == "a"
    assert len(store.audit(made.id)) == 1
