"""Clock, faults, journal and switches, which both simulated CRMs share."""

from datetime import UTC, datetime, timedelta

import pytest

from tandem.sandbox.app import count_records
from tandem.sandbox.clock import Clock, from_ms, to_ms
from tandem.sandbox.faults import FaultError, Faults
from tandem.sandbox.journal import Journal, Request
from tandem.sandbox.switches import SwitchError, Switches
from tandem.sandbox.world import World

COMPOSITE = b"""{"compositeRequest":[
 {"method":"POST","url":"/services/data/v62.0/composite/sobjects","body":{"records":[{},{}]}},
 {"method":"PATCH","url":"/services/data/v62.0/sobjects/Task/1","body":{"Subject":"x"}},
 {"method":"GET","url":"/x"}]}"""
GRAPH = b"""{"graphs":[{"compositeRequest":[
 {"method":"POST","url":"/services/data/v62.0/sobjects/Task","body":{"Subject":"x"}}]}]}"""
START = datetime(2026, 11, 20, 9, 30, 15, 123456, tzinfo=UTC)


def test_a_standing_clock_moves_only_when_told():
    clock = Clock(start=START, running=False)

    assert clock.now() == START
    assert START + timedelta(hours=1) == clock.advance(3600)
    clock.rewind()
    assert clock.now() == START


def test_a_running_clock_goes_on_from_its_start():
    clock = Clock(start=START)
    assert clock.now() >= START
    assert clock.now() <= clock.now()


def test_a_clock_refuses_to_go_back_and_to_start_without_a_zone():
    with pytest.raises(ValueError, match="only moves ahead"):
        Clock().advance(-1)
    with pytest.raises(ValueError, match="time zone"):
        Clock(start=datetime(2026, 1, 1))


def test_milliseconds_and_instants_convert_both_ways():
    assert from_ms(to_ms(START)) == START.replace(microsecond=123000)


def test_the_same_seed_gives_the_same_tokens():
    assert World(seed=7).uuid() == World(seed=7).uuid()
    assert World(seed=7).letters(9) != World(seed=8).letters(9)
    world = World(seed=7)
    first = world.uuid()
    world.reseed(7)
    assert first == world.uuid()


@pytest.mark.parametrize("wrong", [{"language": "fr"}, {"limits": "some"}])
def test_a_world_names_what_it_takes(wrong):
    with pytest.raises(ValueError, match="is one of"):
        World(**wrong)


def test_a_fault_strikes_as_often_as_it_is_armed_for():
    faults = Faults()
    faults.arm({"kind": "drop_after", "method": "POST", "path": "/crm/*", "times": 2, "skip": 1})

    struck = [faults.take("POST", "/crm/v3/objects/tasks") is not None for _ in range(5)]

    assert struck == [False, True, True, False, False]
    assert faults.take("GET", "/crm/v3/objects/tasks") is None
    assert faults.listing()[0]["fired"] == 2
    assert faults.listing()[0]["spent"] is True


def test_a_fault_armed_for_ever_is_cleared():
    faults = Faults()
    faults.arm({"kind": "status", "status": 503, "times": -1})
    assert all(faults.take("GET", "/x") for _ in range(10))

    faults.arm([{"clear": True}])

    assert faults.take("GET", "/x") is None


def test_a_named_fault_strikes_the_moment_it_names():
    faults = Faults()
    faults.declare("locked", "the record is locked", ("object", "id"))
    faults.arm({"kind": "locked", "object": "Task", "id": "00T*"})

    assert faults.take_named("locked", object="Contact", id="003x") is None
    assert faults.take_named("locked", object="Task", id="00T1") is not None
    assert faults.take_named("locked", object="Task", id="00T1") is None


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"kind": "explode"}, "Unknown fault kind 'explode'"),
        ({"kind": "status", "pth": "/"}, "does not know pth"),
        ({"kind": "status", "times": "2"}, "'times' cannot be '2'"),
        ({"kind": "status", "status": 42}, "42 is no HTTP status"),
        ("drop", "JSON object"),
    ],
)
def test_a_bad_fault_rule_is_refused_in_words(rule, said):
    faults = Faults()
    with pytest.raises(FaultError, match=said):
        faults.arm([{"kind": "drop_before"}, rule])
    assert faults.listing() == []


def test_a_switch_takes_only_its_choices():
    switches = Switches()
    switches.declare("rotation", False, "rotate refresh tokens")
    switches.declare("shape", "round", "how it looks", ("round", "square"))
    switches.declare("lag", 3000, "milliseconds")

    switches.set({"rotation": True, "shape": "square", "lag": 0})
    assert switches.listing() == {"lag": 0, "rotation": True, "shape": "square"}
    for wrong in ({"shape": "flat"}, {"rotation": 1}, {"lag": -1}, {"lag": "3"}, {"lagg": 1}):
        with pytest.raises(SwitchError):
            switches.set(wrong)
    switches.restore()
    assert switches["shape"] == "round"


def test_a_refused_switch_leaves_the_others_alone():
    switches = Switches()
    switches.declare("one", 1, "")
    switches.declare("two", 2, "")
    with pytest.raises(SwitchError):
        switches.set({"one": 5, "two": "x"})
    assert switches["one"] == 1


def test_the_journal_tells_sides_apart():
    journal = Journal()
    for side in ("hubspot", "salesforce", "hubspot"):
        journal.write(
            Request(side=side, method="GET", path="/", query="", status=200, records=0, at=START)
        )
    journal.clear("hubspot")
    assert [each.side for each in journal.requests()] == ["salesforce"]
    assert journal.requests()[0].to_json()["at"] == "2026-11-20T09:30:15.123Z"


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("POST", "/crm/v3/objects/tasks/batch/create", b'{"inputs":[{},{},{}]}', 3),
        ("POST", "/services/data/v62.0/composite/sobjects", b'{"records":[{},{}]}', 2),
        ("POST", "/crm/v3/objects/tasks", b'{"properties":{"a":"b"}}', 1),
        ("POST", "/services/data/v62.0/sobjects/Task", b'{"Subject":"x"}', 1),
        ("POST", "/crm/v3/objects/tasks/search", b'{"properties":["a"]}', 0),
        ("GET", "/crm/v3/objects/tasks", b"", 0),
        ("POST", "/oauth/v3/token", b"grant_type=refresh_token", 0),
        ("POST", "/x", b"{broken", 0),
        (
            "POST",
            "/services/data/v62.0/composite",
            COMPOSITE,
            3,
        ),
        (
            "POST",
            "/services/data/v62.0/composite/graph",
            GRAPH,
            1,
        ),
    ],
)
def test_the_journal_counts_the_records_in_a_request(method, path, body, expected):
    assert expected == count_records(method, path, body)
