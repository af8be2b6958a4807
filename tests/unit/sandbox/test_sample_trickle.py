"""The trickle never ends, repeats with its seed, and speaks of records that exist."""

import random
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import pytest

from tandem.sandbox.data import LANGUAGES, Sample, sample, trickle

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
ACTS = {
    "log_call", "write_note", "send_email", "log_incoming_email", "hold_meeting", "create_task",
    "complete_task", "edit", "send_message", "send_letter", "submit_form", "send_marketing_email",
    "open_marketing_email", "click_marketing_email", "open_sales_email", "click_sales_email",
    "attend_event",
}  # fmt: skip


@pytest.fixture(scope="module", params=LANGUAGES)
def world(request: pytest.FixtureRequest) -> Sample:
    return sample(request.param, NOW, 1)


def steps(world: Sample, count: int, seed: int = 1) -> list[tuple[str, dict[str, Any]]]:
    return list(islice(trickle(world, random.Random(seed)), count))


def test_every_kind_of_act_comes_up_sooner_or_later(world: Sample) -> None:
    assert {name for name, _ in steps(world, 1_000)} == ACTS


def test_the_same_seed_repeats_the_stream(world: Sample) -> None:
    assert steps(world, 100) == steps(world, 100)
    assert steps(world, 100) != steps(world, 100, seed=2)


def test_the_sample_itself_stays_as_it_is() -> None:
    mine = sample("en", NOW, 1)
    steps(mine, 500)

    assert mine == sample("en", NOW, 1)


def test_acts_name_contacts_and_active_owners_of_the_sample(world: Sample) -> None:
    contacts = {one["id"] for one in world.hubspot["objects"]["contacts"]}
    owners = {
        one["id"]
        for one in world.hubspot["owners"]
        if one["type"] == "PERSON" and not one["archived"]
    }
    for _, arguments in steps(world, 1_000):
        assert set(arguments.get("contacts", ())) <= contacts
        assert arguments.get("contact", "251") in contacts
        assert {arguments.get("owner"), arguments.get("by")} - {None} <= owners


def test_a_task_is_completed_once_and_then_new_ones_are_made(world: Sample) -> None:
    done = [arguments["id"] for name, arguments in steps(world, 3_000) if name == "complete_task"]
    open_tasks = {
        one["id"]
        for one in world.hubspot["objects"]["tasks"]
        if one["properties"]["hs_task_status"] != "COMPLETED"
    }

    assert len(done) == len(set(done))
    assert set(done) == open_tasks


def test_only_what_was_sent_is_opened_or_clicked(world: Sample) -> None:
    mailed = {
        (one["emailCampaignId"], one["recipient"])
        for one in world.hubspot["email_events"]
        if one["type"] == "SENT"
    }
    for name, arguments in steps(world, 2_000):
        sending = arguments.get("campaign"), arguments.get("to")
        if name == "send_marketing_email":
            mailed.add(sending)
        elif name in ("open_marketing_email", "click_marketing_email"):
            assert sending in mailed
