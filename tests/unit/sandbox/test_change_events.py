"""What Change Data Capture makes of the transactions of an org, and how the events are kept."""

import io
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fastavro
import pytest

from tandem.sandbox.clock import Clock
from tandem.sandbox.salesforce import SalesforceState
from tandem.sandbox.salesforce.events import ChangeEvent
from tandem.sandbox.world import World

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ALL = ["Task", "Contact", "Lead", "Account", "Opportunity"]
FOLDER = Path(__file__).parents[3] / "src/tandem/sandbox/salesforce/events"


class Org:
    """An org that makes events, on a clock that stands still."""

    def __init__(self, objects: list[str] | None = None, **switches: Any) -> None:
        self.world = World(clock=Clock(start=NOON, running=False))
        self.state = SalesforceState(self.world)
        self.world.switches.set(switches)
        self.act("select_change_events", objects=ALL if objects is None else objects)

    def act(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        return self.state.act(name, arguments)

    def task(self, **fields: Any) -> str:
        return str(self.act("create_task", fields={"Subject": "Call", **fields})["id"])

    def events(self) -> list[ChangeEvent]:
        return self.state.events.pending_events()

    def kinds(self) -> list[str]:
        return [each.header["changeType"] for each in self.events()]


def decoded(event: ChangeEvent) -> dict[str, Any]:
    """The event as a reader sees it, who knows only its schema."""
    schema = fastavro.parse_schema(json.loads(event.schema.json))
    return dict(fastavro.schemaless_reader(io.BytesIO(event.payload()), schema, None))


def named(event: ChangeEvent, bit_maps: list[str]) -> list[str]:
    """The names behind bit maps, by the places of fields in the schema."""
    found: list[str] = []
    fields = event.schema.definition["fields"]
    for each in bit_maps:
        place, _, digits = each.rpartition("-")
        inner = fields if not place else fields[int(place)]["type"][1]["fields"]
        bits = int(digits, 16)
        found += [one["name"] for at, one in enumerate(inner) if bits >> at & 1]
    return found


def test_nothing_is_published_of_entities_that_are_not_selected() -> None:
    org = Org([])
    org.task()

    assert org.events() == []


def test_a_task_is_created_changed_deleted_and_restored() -> None:
    org = Org()
    task = org.task(Description="Soon")
    org.act("edit_task", id=task, fields={"Subject": "Meet", "Description": None})
    org.act("delete_task", id=task)
    org.act("undelete_task", id=task)
    created, changed, deleted, restored = org.events()

    assert [each.header["changeType"] for each in (created, changed, deleted, restored)] == [
        "CREATE",
        "UPDATE",
        "DELETE",
        "UNDELETE",
    ]
    assert {tuple(each.header["recordIds"]) for each in (created, changed)} == {(task,)}
    assert created.values["Subject"] == "Call"
    assert changed.values["Subject"] == "Meet"
    assert "Description" in changed.header["nulledFields"]
    assert deleted.values == {}
    assert restored.values["Subject"] == "Meet"


def test_the_header_tells_when_by_whom_and_how() -> None:
    org = Org()
    org.task()
    (event,) = org.events()

    assert event.header["entityName"] == "Task"
    assert event.header["commitTimestamp"] == org.world.clock.now_ms()
    assert event.header["commitUser"].startswith("005")
    assert event.header["sequenceNumber"] == 1
    assert event.header["changeOrigin"] == ""


def test_a_reader_who_knows_only_the_schema_reads_values_and_names_of_changed_fields() -> None:
    org = Org()
    task = org.task(Description="Soon", ActivityDate="2026-12-01")
    org.act("edit_task", id=task, fields={"Subject": "Meet", "Description": None})
    created, changed = org.events()
    first, second = decoded(created), decoded(changed)
    header = second["ChangeEventHeader"]

    assert first["Subject"] == "Call"
    assert first["ActivityDate"] == int(datetime(2026, 12, 1, tzinfo=UTC).timestamp() * 1000)
    assert first["ChangeEventHeader"]["changedFields"] == []
    assert second["Status"] is None
    assert set(named(changed, header["changedFields"])) >= {"Subject", "Description"}
    assert named(changed, header["nulledFields"]) == ["Description"]
    assert all(each.startswith("0x") for each in header["changedFields"])


def test_a_persons_name_is_a_compound_with_bit_maps_of_its_own() -> None:
    org = Org()
    made = org.act("create_record", object="Contact", fields={"LastName": "Sato"})["id"]
    org.act("edit_record", id=made, fields={"FirstName": "Yuki", "MailingCity": "Osaka"})
    created, changed = org.events()
    header = decoded(changed)["ChangeEventHeader"]

    assert decoded(created)["Name"]["LastName"] == "Sato"
    assert decoded(changed)["Name"] == {"LastName": None, "FirstName": "Yuki", "Salutation": None}
    assert decoded(changed)["MailingAddress"]["MailingCity"] == "Osaka"
    assert {"FirstName", "MailingCity"} <= set(named(changed, header["changedFields"]))
    assert any("-0x" in each for each in header["changedFields"])


def _like_tasks(org: Org) -> list[str]:
    """Three tasks that are alike, changed alike in one call."""
    ids = [org.task() for _ in range(3)]
    org.events()
    writer = org.state.writer(org.state.rights())
    for each in ids:
        writer.update("Task", each, {"Subject": "Meet"})
    writer.commit()
    return ids


@pytest.mark.parametrize(("merges", "sizes"), [(True, [3]), (False, [1, 1, 1])])
def test_the_same_change_of_several_records_is_one_event_by_switch(
    merges: bool, sizes: list[int]
) -> None:
    org = Org(cdc_merges_changes=merges)
    ids = _like_tasks(org)
    events = org.events()

    assert [len(each.header["recordIds"]) for each in events] == sizes
    assert sorted(one for each in events for one in each.header["recordIds"]) == sorted(ids)
    assert len({each.header["transactionKey"] for each in events}) == 1
    assert [each.header["sequenceNumber"] for each in events] == list(range(1, len(sizes) + 1))


def test_what_was_rolled_back_is_never_told() -> None:
    org = Org()
    with pytest.raises(ValueError, match="Nonsense"):
        org.act("create_task", fields={"Subject": "Call", "Nonsense": "1"})

    assert org.events() == []


def test_a_late_commit_is_told_of_when_it_is_seen() -> None:
    org = Org()
    org.act("create_task", fields={"Subject": "Call"}, commit_after_seconds=30)
    before = org.kinds()
    org.world.clock.advance(30)

    assert (before, org.kinds()) == ([], ["CREATE"])


def test_archiving_comes_as_a_gap_event_without_fields() -> None:
    org = Org()
    task = org.task(Status="Completed")
    org.act("archive_now", id=task)
    event = org.events()[-1]

    assert (event.header["changeType"], event.values) == ("GAP_UPDATE", {})
    assert event.header["recordIds"] == [task]


def test_converting_a_lead_tells_of_the_new_records_and_of_the_lead() -> None:
    org = Org()
    made = org.act(
        "create_record", object="Lead", fields={"LastName": "Sato", "Company": "Sato KK"}
    )
    org.events()
    org.act("convert_lead", id=made["id"])
    events = org.events()
    told = [(each.entity, each.header["changeType"]) for each in events]

    assert sorted(told) == [
        ("Account", "CREATE"),
        ("Contact", "CREATE"),
        ("Lead", "UPDATE"),
        ("Opportunity", "CREATE"),
    ]
    assert len({each.header["transactionKey"] for each in events}) == 1


def test_users_have_events_too() -> None:
    org = Org(["User"])
    org.act("create_user", username="new@example.com", last_name="New")
    event = org.events()[0]

    assert (event.entity, event.header["changeType"]) == ("User", "CREATE")
    assert decoded(event)["Username"] == "new@example.com"


def test_a_transaction_that_is_too_large_ends_in_an_overflow() -> None:
    org = Org(cdc_overflow_after=2)
    _like_tasks_apart(org)
    events = org.events()

    assert [each.header["changeType"] for each in events] == ["CREATE", "CREATE", "GAP_OVERFLOW"]
    assert events[-1].header["recordIds"] == ["000000000000000AAA"]


def _like_tasks_apart(org: Org) -> None:
    writer = org.state.writer(org.state.rights())
    for at in range(4):
        writer.insert("Task", {"Subject": f"Task {at}"})
    writer.commit()


def test_a_new_field_gives_events_another_schema_and_keeps_the_old_one() -> None:
    org = Org()
    org.task()
    org.act("create_custom_field", object="Activity", name="Tandem_Key__c", label="Key")
    task = org.task()
    org.act("edit_task", id=task, fields={"Tandem_Key__c": "1-task-2"})
    old, _, new = org.events()

    assert old.schema.id != new.schema.id
    assert org.state.events.schema(old.schema.id) is old.schema
    assert decoded(new)["Tandem_Key__c"] == "1-task-2"


def test_events_are_lost_doubled_late_and_gaps_on_demand() -> None:
    org = Org()
    arm = org.state.faults.arm
    arm([{"kind": "event_lost", "object": "Task"}])
    org.task()
    lost = org.kinds()
    arm([{"kind": "event_doubled", "type": "CREATE"}])
    org.task()
    doubled = org.events()
    arm([{"kind": "event_late", "seconds": 60}])
    late = org.task()
    early = org.task()
    org.world.clock.advance(60)
    order = [each.header["recordIds"][0] for each in org.events()]
    arm([{"kind": "event_gap"}])
    org.task()

    assert lost == []
    assert len(doubled) == 2
    assert len({each.replay_id for each in doubled}) == 2
    assert order == [early, late]
    assert org.kinds() == ["GAP_CREATE"]


def test_gaps_and_overflows_are_published_on_demand() -> None:
    org = Org()
    org.state.disturb({"gap": {"object": "Task"}, "overflow": "Contact"})
    gap, overflow = org.events()

    assert (gap.header["changeType"], gap.header["recordIds"]) == ("GAP_UPDATE", ["00T*"])
    assert (overflow.entity, overflow.header["changeType"]) == ("Contact", "GAP_OVERFLOW")


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"drown": True},
        {"gap": {"object": "Case"}},
        {"gap": {"object": "Task", "type": "UPDATE"}},
        {"gap": {"object": "Task", "ids": []}},
        {"overflow": "User"},
        {"available": "yes"},
    ],
)
def test_a_disturbance_that_makes_no_sense_is_refused(asked: dict[str, Any]) -> None:
    org = Org()

    with pytest.raises(ValueError, match=r"\."):
        org.state.disturb(asked)


def test_events_are_kept_for_72_hours() -> None:
    org = Org()
    org.task()
    bus = org.state.events
    (event,) = bus.after(bus.earliest_place(), frozenset({"Task"}), 10)
    kept = bus.place_of(event.replay_id)
    org.world.clock.advance(72 * 3600 + 1)

    assert kept == event.place
    assert bus.place_of(event.replay_id) is None
    assert bus.after(0, frozenset({"Task"}), 10) == []
    assert bus.place_of(bus.replay_id(bus.now_place())) is not None


def test_what_follows_within_a_millisecond_of_the_tip_comes_behind_it() -> None:
    org = Org()
    bus = org.state.events
    tip = bus.now_place()
    org.task()

    assert len(bus.after(tip, frozenset({"Task"}), 10)) == 1


@pytest.mark.parametrize("replay_id", [b"", b"nonsense", b"\0" * 10, b"\xff" * 10])
def test_a_replay_id_that_was_never_given_out_leads_nowhere(replay_id: bytes) -> None:
    org = Org()

    assert org.state.events.place_of(replay_id) is None


def test_places_before_a_loss_of_everything_lead_nowhere() -> None:
    org = Org()
    org.task()
    (event,) = org.events()
    told = org.state.disturb({"expire": True})

    assert told["expired"] == 1
    assert org.state.events.place_of(event.replay_id) is None


@pytest.mark.parametrize(("limit", "is_refused"), [(5, True), (6, False)])
def test_five_entities_may_be_selected_without_an_add_on(limit: int, is_refused: bool) -> None:
    org = Org(cdc_entities=limit)
    if is_refused:
        with pytest.raises(ValueError, match="LIMIT_EXCEEDED"):
            org.act("select_change_events", objects=[*ALL, "User"])
        return
    org.act("select_change_events", objects=[*ALL, "User"])

    assert set(org.state.events.selected) == {*ALL, "User"}


@pytest.mark.parametrize("name", ["Nonsense", "TaskStatus", "Profile"])
def test_only_objects_with_events_can_be_selected(name: str) -> None:
    org = Org()
    with pytest.raises(ValueError, match="no change event"):
        org.act("select_change_events", objects=[name])

    assert set(org.state.events.selected) == set(ALL)


def test_an_unselected_entity_has_no_topic_or_a_silent_one() -> None:
    org = Org(["Task"])
    refused = org.state.events.entities_of("/data/ContactChangeEvent")
    org.world.switches.set({"cdc_unselected_topic": "silent"})

    assert refused is None
    assert org.state.events.entities_of("/data/ContactChangeEvent") == {"Contact"}
    assert org.state.events.entities_of("/data/ChangeEvents") == {"Task"}
    assert org.state.events.entities_of("/event/Something__e") is None


def test_the_messages_are_what_protoc_makes_of_the_published_description(tmp_path: Path) -> None:
    made = tmp_path / "made.desc"
    command = [sys.executable, "-m", "grpc_tools.protoc", "-I", str(FOLDER)]
    subprocess.run(
        [*command, f"--descriptor_set_out={made}", "pubsub_api.proto"], check=True, cwd=FOLDER
    )

    assert made.read_bytes() == (FOLDER / "pubsub_api.desc").read_bytes()
