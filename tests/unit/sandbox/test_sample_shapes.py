"""The sample data is what the two sandboxes load, in both languages, and every run alike."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tandem.sandbox.data import LANGUAGES, Sample, sample
from tandem.sandbox.data.identity import salesforce_id, with_check_characters

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
ENGAGEMENTS = ("calls", "notes", "meetings", "emails", "tasks", "communications", "postal_mail")
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
SALESFORCE_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+0000")
REACTIONS = ("hs_email_open_count", "hs_email_click_count")


@pytest.fixture(scope="module", params=LANGUAGES)
def world(request: pytest.FixtureRequest) -> Sample:
    return sample(request.param, NOW, 1)


def texts(value: Any) -> Iterator[str]:
    """Every text anywhere in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts(one)


def instant(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp)


def activities(world: Sample) -> dict[str, int]:
    """How many activities of each kind there are, events of the feeds included."""
    objects, feeds = world.hubspot["objects"], world.hubspot
    counts = {kind: len(objects[kind]) for kind in ENGAGEMENTS}
    for kind in ("SENT", "OPEN", "CLICK"):
        counts[kind] = sum(
            event["type"] == kind and not event.get("filteredEvent")
            for event in feeds["email_events"]
        )
    for name in REACTIONS:
        counts[name] = sum(len(one.get("history", {}).get(name, [])) for one in objects["emails"])
    counts["submissions"] = len(feeds["submissions"])
    counts["participations"] = len(feeds["participations"])
    return counts


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_arguments_give_equal_samples(language: str) -> None:
    assert sample(language, NOW, 7) == sample(language, NOW, 7)


def test_another_seed_gives_another_history_of_the_same_people() -> None:
    one, other = sample("en", NOW, 1), sample("en", NOW, 2)

    assert one.hubspot["objects"]["calls"] != other.hubspot["objects"]["calls"]
    people = [
        [contact["id"] for contact in each.hubspot["objects"]["contacts"]] for each in (one, other)
    ]
    assert people[0] == people[1]


def test_an_unknown_language_is_named_in_the_error() -> None:
    with pytest.raises(ValueError, match="'fr'"):
        sample("fr", NOW, 1)


def test_a_now_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        sample("en", datetime(2026, 1, 1), 1)


def test_there_is_about_as_much_of_everything_as_promised(world: Sample) -> None:
    counts = activities(world)
    objects = world.hubspot["objects"]

    assert 560 <= sum(counts.values()) <= 660
    assert all(count >= 8 for count in counts.values()), counts
    assert len(objects["contacts"]) == 60
    assert len(objects["companies"]) == 20
    assert len(objects["deals"]) == 15
    assert len(world.hubspot["owners"]) == 8
    assert len(world.salesforce["users"]) >= 8
    assert 24 <= len(world.salesforce["records"]["Task"]) <= 48


@pytest.mark.parametrize("kind", ENGAGEMENTS)
def test_activities_spread_over_the_year(world: Sample, kind: str) -> None:
    made = [instant(record["createdAt"]) for record in world.hubspot["objects"][kind]]
    quarters = {(NOW - moment).days // 92 for moment in made}

    assert quarters == {0, 1, 2, 3}
    assert min(made) > NOW - timedelta(days=366)


def test_nothing_but_due_dates_and_coming_meetings_lies_ahead(world: Sample) -> None:
    late = []
    for kind, records in world.hubspot["objects"].items():
        for record in records:
            stamps = {"createdAt": record["createdAt"], "updatedAt": record["updatedAt"]}
            stamps |= {
                name: value
                for name, value in record["properties"].items()
                if isinstance(value, str) and STAMP.fullmatch(value)
            }
            late += [
                (kind, name, record["id"]) for name, value in stamps.items() if instant(value) > NOW
            ]

    allowed = {
        ("tasks", "hs_timestamp"),
        ("meetings", "hs_timestamp"),
        ("meetings", "hs_meeting_start_time"),
        ("meetings", "hs_meeting_end_time"),
    }
    assert {(kind, name) for kind, name, _ in late} == allowed
    tasks = {one["id"]: one["properties"] for one in world.hubspot["objects"]["tasks"]}
    assert all(
        tasks[record_id]["hs_task_status"] != "COMPLETED"
        for kind, _, record_id in late
        if kind == "tasks"
    )


def test_feeds_hold_only_what_has_happened(world: Sample) -> None:
    now = int(NOW.timestamp() * 1000)
    events = [event["created"] for event in world.hubspot["email_events"]]
    submitted = [submission["submittedAt"] for submission in world.hubspot["submissions"]]
    attended = [one["properties"]["occurredAt"] for one in world.hubspot["participations"]]
    reactions = [
        entry["timestamp"]
        for record in world.hubspot["objects"]["emails"]
        for entries in record.get("history", {}).values()
        for entry in entries
    ]

    assert max(events + submitted + attended) <= now
    assert max(instant(stamp) for stamp in reactions) <= NOW
    assert events == sorted(events)


def test_every_record_has_the_load_form(world: Sample) -> None:
    for kind, records in world.hubspot["objects"].items():
        for record in records:
            assert set(record) - {"history"} == {"id", "createdAt", "updatedAt", "properties"}
            assert record["id"].isdecimal(), kind
            assert STAMP.fullmatch(record["createdAt"])
            assert record["createdAt"] <= record["updatedAt"]
            assert record["properties"]["hs_object_id"] == record["id"]
            assert all(isinstance(value, str) for value in record["properties"].values())


def test_stamps_in_properties_repeat_those_of_the_record(world: Sample) -> None:
    objects = world.hubspot["objects"]
    contact, deal, call = objects["contacts"][0], objects["deals"][0], objects["calls"][0]

    assert contact["properties"]["createdate"] == contact["createdAt"]
    assert contact["properties"]["lastmodifieddate"] == contact["updatedAt"]
    assert deal["properties"]["hs_lastmodifieddate"] == deal["updatedAt"]
    assert call["properties"]["hs_createdate"] == call["createdAt"]


def test_histories_are_newest_first_and_end_with_the_present_value(world: Sample) -> None:
    seen = 0
    for record in world.hubspot["objects"]["emails"]:
        for name, entries in record.get("history", {}).items():
            stamps = [entry["timestamp"] for entry in entries]
            counts = [int(entry["value"]) for entry in entries]
            assert stamps == sorted(stamps, reverse=True)
            assert counts == sorted(counts, reverse=True)
            assert entries[0]["value"] == record["properties"][name]
            assert record["updatedAt"] >= stamps[0]
            seen += 1
    assert seen > 20


def test_ids_of_one_kind_are_all_different(world: Sample) -> None:
    for records in world.hubspot["objects"].values():
        assert len({record["id"] for record in records}) == len(records)
    everything = [one for records in world.salesforce["records"].values() for one in records]
    everything += world.salesforce["users"] + world.salesforce["groups"]
    assert len({record["Id"] for record in everything}) == len(everything)


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("a0D30000001n7Pi", "a0D30000001n7PiEAI"),
        ("000000000000000", "000000000000000AAA"),
        ("AAAAA00000aaaaa", "AAAAA00000aaaaa5AA"),
    ],
)
def test_check_characters_follow_from_letter_case(short: str, full: str) -> None:
    assert with_check_characters(short) == full


def test_salesforce_ids_never_repeat_in_the_first_thousands() -> None:
    ids = {salesforce_id("00T", number) for number in range(20_000)}

    assert len(ids) == 20_000
    assert {len(one) for one in ids} == {18}


PREFIXES = {"Account": "001", "Contact": "003", "Lead": "00Q", "Opportunity": "006", "Task": "00T"}


def test_salesforce_records_have_checked_ids_and_stamps(world: Sample) -> None:
    for kind, records in world.salesforce["records"].items():
        for record in records:
            assert record["Id"] == with_check_characters(record["Id"][:15])
            assert record["Id"].startswith(PREFIXES[kind])
            assert SALESFORCE_STAMP.fullmatch(record["CreatedDate"])
            assert record["CreatedDate"] <= record["SystemModstamp"]
            assert datetime.strptime(record["SystemModstamp"], "%Y-%m-%dT%H:%M:%S.%f%z") <= NOW


def test_only_reserved_domains_appear(world: Sample) -> None:
    """Every web address and every mail address lies under example.com or example.co.jp."""
    hosts = set()
    for text in texts([world.hubspot, world.salesforce]):
        hosts |= set(re.findall(r"https?://([\w.-]+)", text))
        hosts |= set(re.findall(r"[\w.'-]+@([\w-]+\.[\w.-]+)", text))
    hosts -= {"www.w3.org"}  # a namespace in Word's HTML
    bare = {host.lower().removesuffix(".invalid").rstrip(".") for host in hosts}

    assert {host for host in bare if not re.search(r"(^|\.)example\.(com|co\.jp)$", host)} == set()


def test_each_language_holds_some_of_the_other(world: Sample) -> None:
    japanese = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
    notes = [
        note["properties"].get("hs_note_body", "") for note in world.hubspot["objects"]["notes"]
    ]
    share = sum(bool(japanese.search(note)) for note in notes) / len(notes)

    assert (0.02 < share < 0.4) if world.language == "en" else (0.6 < share < 0.98)
    names = "".join(one["properties"]["lastname"] for one in world.hubspot["objects"]["contacts"])
    assert japanese.search(names)
    assert re.search("[A-Za-z]{5}", names)


def test_the_account_lies_in_the_languages_zone(world: Sample) -> None:
    account = world.hubspot["account"]
    zone = {"en": "America/New_York", "ja": "Asia/Tokyo"}[world.language]
    offset = NOW.astimezone(ZoneInfo(zone)).utcoffset()

    assert account["timeZone"] == zone
    assert offset is not None
    assert account["utcOffsetMilliseconds"] == offset.total_seconds() * 1000
    assert world.salesforce["organization"]["TimeZoneSidKey"] == zone
