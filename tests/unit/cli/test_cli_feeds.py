"""``tandem feeds``: states, what to subscribe to, and a secret that stays out of the command line."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.support.stores import NOW
from tests.unit.cli.conftest import Program

from tandem.bootstrap import Application
from tandem.clock import ManualClock
from tandem.feeds.asking import FeedRow
from tandem.i18n.texts import TEXTS
from tandem.model import Side
from tandem.settings import ProcessSettings
from tandem.store import Credential, FeedHealth, FeedName, FeedPosition, Hint


class _NoNetwork:
    async def send(self, request: object) -> object:
        raise AssertionError("no command of feeds calls a CRM")


@pytest.fixture
async def application(tmp_path: Path) -> AsyncIterator[Application]:
    """Tandem with a connection that syncs tasks; its HubSpot account has a token only."""
    opened = Application(
        ProcessSettings(home=tmp_path),
        clock=ManualClock(NOW),
        transport=_NoNetwork(),  # type: ignore[arg-type]
    )
    async with opened:
        store = opened.store
        made = store.create_connection("main")
        for side in Side:
            account = store.save_account(
                side,
                external_id="41" if side is Side.HUBSPOT else "00D1",
                name=side.title,
                base_url="https://crm.example",
                credential=Credential(kind="token", access_token="t"),
            )
            store.attach(made.id, side, account)
        store.save_settings(
            made.id,
            text="[kinds.task]\nenabled = true\n",
            expected_version=0,
            changed_by="a test",
            difference="",
            at=NOW,
        )
        yield opened


async def test_every_feed_has_its_row_also_before_anybody_listened(
    application: Application,
) -> None:
    report = await application.feeds("main")

    assert [(each.name, each.state, each.message) for each in report.feeds] == [
        (FeedName.WEBHOOKS, FeedHealth.OFF, "feeds_unheard"),
        (FeedName.JOURNAL, FeedHealth.OFF, "feeds_unheard"),
        (FeedName.EVENTS, FeedHealth.OFF, "feeds_unheard"),
    ]
    assert (report.waiting, report.waiting_since) == (0, None)


async def test_what_was_heard_and_what_waits_is_told(application: Application) -> None:
    account = application.store.connection("main").hubspot_account_id
    assert account is not None
    application.store.hints.note(
        account,
        [Hint(side=Side.HUBSPOT, object="tasks", record_id="7")],
        NOW,
        position=FeedPosition(name=FeedName.JOURNAL, position="an offset", lag_seconds=1.5),
    )

    report = await application.feeds("main")
    journal = report.feeds[1]
    assert (journal.state, journal.position, journal.lag_seconds, journal.said) == (
        FeedHealth.HEALTHY,
        "an offset",
        1.5,
        "journal_heard",
    )
    assert (report.waiting, report.waiting_since) == (1, NOW)


async def test_what_to_subscribe_to_follows_the_settings(application: Application) -> None:
    found = await application.wanted_webhooks("main")

    assert {"subscriptionType": "object.creation", "objectTypeId": "0-27"} in found
    assert {"subscriptionType": "contact.propertyChange", "propertyName": "email"} in found
    assert not any(each.get("objectTypeId") == "0-48" for each in found)


async def test_a_secret_is_kept_beside_the_token(application: Application) -> None:
    await application.set_webhook_secret("main", "s3cret")

    account = application.store.connection("main").hubspot_account_id
    assert account is not None
    credential = application.store.credential(account)
    assert (credential.access_token, credential.client_secret) == ("t", "s3cret")
    noted = application.store.audit(application.store.connection("main").id)
    assert "s3cret" not in "".join(each.detail for each in noted)
    assert noted[0].action == "webhook_secret"


@pytest.mark.parametrize("name", list(FeedName))
@pytest.mark.parametrize("state", list(FeedHealth))
def test_every_state_has_a_sentence(name: FeedName, state: FeedHealth) -> None:
    row = FeedRow(
        side=Side.HUBSPOT,
        name=name,
        state=state,
        lag_seconds=None,
        heard_at=None,
        checked_at=None,
        position="",
        message="",
        detail="",
    )

    assert f"doctor.{row.said}" in TEXTS
    assert f"feeds.state.{state.value}" in TEXTS
    assert f"feeds.name.{name.value}" in TEXTS


# --------------------------------------------------------------------------- as commands


def test_the_list_says_what_is_and_what_to_do(tandem: Program) -> None:
    said = tandem("feeds", "list")

    assert said.code == 0
    assert "HubSpot webhooks" in said.out
    assert "tandem feeds wanted" in said.out
    assert "3 records wait" in said.out


def test_the_list_in_japanese_and_as_json(tandem: Program) -> None:
    assert "変更イベント" in tandem("feeds", "list", "--language", "ja").out

    told: Mapping[str, Any] = json.loads(tandem("feeds", "list", "--json").out)
    assert told["waiting"] == 3
    assert told["feeds"][0]["name"] == "webhooks"


def test_strict_fails_where_a_feed_is_behind(tandem: Program) -> None:
    assert tandem("feeds", "list", "--strict").code == 1


def test_what_is_wanted_is_a_table_or_json(tandem: Program) -> None:
    assert "object.creation" in tandem("feeds", "wanted").out
    assert json.loads(tandem("feeds", "wanted", "--json").out)[0]["objectTypeId"] == "0-27"


def test_a_secret_comes_from_a_file(tandem: Program, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n")
    said = tandem("feeds", "secret", "--secret-file", str(tmp_path / "secret"))

    assert (said.code, "s3cret" in said.out + said.err) == (0, False)
    assert ("set_webhook_secret", "main", "s3cret") in tandem.application.asked


@pytest.mark.parametrize("content", ["", "two words"])
def test_a_file_without_one_secret_is_refused(
    tandem: Program, tmp_path: Path, content: str
) -> None:
    (tmp_path / "secret").write_text(content)

    assert tandem("feeds", "secret", "--secret-file", str(tmp_path / "secret")).code == 2
    assert tandem("feeds", "secret", "--secret-file", str(tmp_path / "none")).code == 2
