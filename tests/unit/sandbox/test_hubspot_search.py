"""Search of the simulated HubSpot: lag, limits, operators, and paging past ten thousand."""

import random

import pytest
from hubspot_account import NOON, Account, modified_since

from tandem.sandbox.clock import to_ms
from tandem.sandbox.hubspot.ordered import OrderedInts
from tandem.sandbox.hubspot.values import stamp

NOON_MS = to_ms(NOON)


def condition(name, operator, value=None, **more):
    shown = {"propertyName": name, "operator": operator, **more}
    return shown if value is None else {**shown, "value": value}


def where(*conditions, **more):
    return {"filterGroups": [{"filters": list(conditions)}], **more}


def ids(reply):
    assert reply.status == 200, reply.content
    return [each["id"] for each in reply.results]


@pytest.fixture
def account():
    return Account(search_lag_ms=0, modified_bump_ms=0)


async def test_search_is_three_seconds_behind():
    account = Account()
    made = await account.task(hs_task_subject="x")
    account.world.clock.advance(2.9)
    assert ids(await account.search()) == []
    account.world.clock.advance(0.2)
    assert ids(await account.search()) == [made["id"]]

    account.act("edit", object="tasks", id=made["id"], properties={"hs_task_subject": "y"})

    stale = await account.search(properties=["hs_task_subject"])
    assert stale.results[0]["properties"]["hs_task_subject"] == "x"
    account.act("delete", object="tasks", id=made["id"])
    assert len(ids(await account.search())) == 1
    account.settle()
    assert ids(await account.search()) == []


async def test_the_lag_is_a_switch(account):
    made = await account.task()
    assert ids(await account.search()) == [made["id"]]


async def test_search_can_stall(account):
    account.state.faults.arm({"kind": "search_stall", "seconds": 60})
    assert ids(await account.search()) == []
    made = await account.task()
    account.settle(59)
    assert ids(await account.search()) == []
    account.settle(1)
    assert ids(await account.search()) == [made["id"]]


async def test_a_stalled_search_shows_what_it_had_taken_in(account):
    old = await account.task()
    account.settle(100)
    await account.task()
    account.settle(10)
    account.state.faults.arm({"kind": "search_stall", "seconds": 60})

    assert ids(await account.search()) == [old["id"]]


async def test_polling_by_modified_date_pages_in_order(account):
    made = []
    for _ in range(7):
        made.append((await account.task())["id"])
        account.settle(1)

    first = await account.search(**modified_since(NOON_MS + 1000, limit=4))
    assert ids(first) == made[1:5]
    assert first.body["total"] == 6
    assert first.body["paging"]["next"]["after"] == "4"
    second = await account.search(**modified_since(NOON_MS + 1000, limit=4, after="4"))
    assert ids(second) == made[5:]
    assert "paging" not in second.body


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ([("GT", 1)], [2, 3]),
        ([("GTE", 1), ("LT", 3)], [1, 2]),
        ([("LTE", 1)], [0, 1]),
        ([("EQ", 2)], [2]),
        ([("NEQ", 2)], [0, 1, 3]),
        ([("GT", 5)], []),
    ],
)
async def test_bounds_of_the_modified_date(account, conditions, expected):
    made = []
    for _ in range(4):
        made.append((await account.task())["id"])
        account.settle(1)
    asked = [
        condition("hs_lastmodifieddate", operator, str(NOON_MS + at * 1000))
        for operator, at in conditions
    ]
    for sorts in (["hs_lastmodifieddate"], []):
        assert ids(await account.search(**where(*asked, sorts=sorts))) == [
            made[at] for at in expected
        ]
    asked.append(condition("hs_task_status", "EQ", "NOT_STARTED"))
    newest = await account.search(**where(*asked, sorts=["-hs_lastmodifieddate"]))
    assert ids(newest) == [made[at] for at in reversed(expected)]


async def test_between_takes_iso_and_milliseconds(account):
    made = await account.task(hs_timestamp="2026-12-05T00:00:00Z")
    between = condition("hs_timestamp", "BETWEEN", "2026-12-05", highValue="1796515200000")
    assert ids(await account.search(**where(between))) == [made["id"]]
    beyond = condition("hs_timestamp", "BETWEEN", "2026-12-06T00:00:00Z", highValue="2026-12-07")
    assert ids(await account.search(**where(beyond))) == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (condition("hs_task_subject", "EQ", "send QUOTE"), True),
        (condition("hs_task_subject", "EQ", "send"), False),
        (condition("hs_task_subject", "NEQ", "other"), True),
        (condition("hs_task_subject", "IN", values=["send quote"]), True),
        (condition("hs_task_subject", "IN", values=["Send Quote"]), False),
        (condition("hs_task_subject", "NOT_IN", values=["other"]), True),
        (condition("hs_task_subject", "CONTAINS_TOKEN", "quote"), True),
        (condition("hs_task_subject", "CONTAINS_TOKEN", "quo*"), True),
        (condition("hs_task_subject", "CONTAINS_TOKEN", "quo"), False),
        (condition("hs_task_subject", "NOT_CONTAINS_TOKEN", "order"), True),
        (condition("hs_task_subject", "HAS_PROPERTY"), True),
        (condition("hs_task_body", "NOT_HAS_PROPERTY"), True),
        (condition("hs_task_body", "HAS_PROPERTY"), False),
        (condition("hs_task_status", "EQ", "NOT_STARTED"), True),
        (condition("hs_task_status", "EQ", "not_started"), False),
        (condition("hs_task_status", "IN", values=["NOT_STARTED", "WAITING"]), True),
        (condition("hs_task_is_completed", "EQ", "0"), True),
        (condition("hs_task_parent_task_id", "GT", "5"), False),
        (condition("hs_task_is_overdue", "EQ", "false"), True),
    ],
)
async def test_operators(account, asked, found):
    made = await account.task(hs_task_subject="Send Quote")
    assert ids(await account.search(**where(asked))) == ([made["id"]] if found else [])


async def test_groups_are_alternatives(account):
    one, other = await account.task(hs_task_type="CALL"), await account.task(hs_task_type="EMAIL")
    await account.task()
    groups = [
        {"filters": [condition("hs_task_type", "EQ", "CALL")]},
        {"filters": [condition("hs_task_type", "EQ", "EMAIL")]},
    ]
    assert ids(await account.search(filterGroups=groups)) == [one["id"], other["id"]]


async def test_records_are_found_by_what_they_are_associated_with(account):
    contact = account.contact()
    mine = account.act("create_task", subject="x", contacts=contact)["id"]
    other = (await account.task())["id"]
    eq = condition("associations.contact", "EQ", contact)
    assert ids(await account.search(**where(eq))) == [mine]
    none = condition("associations.contact", "NOT_HAS_PROPERTY")
    assert ids(await account.search(**where(none))) == [other]
    neither = condition("associations.contact", "NEQ", contact)
    assert ids(await account.search(**where(neither))) == [other]


async def test_a_contact_is_found_by_address_and_id(account):
    contact = account.contact("a@example.com")
    account.contact("b@example.com")
    by_mail = condition("email", "EQ", "A@example.com")
    assert ids(await account.search("contacts", **where(by_mail))) == [contact]
    by_id = condition("hs_object_id", "IN", values=[contact, "1"])
    assert ids(await account.search("contacts", **where(by_id))) == [contact]
    modified = condition("lastmodifieddate", "GTE", str(NOON_MS))
    assert len(ids(await account.search("contacts", **where(modified)))) == 2


async def test_free_text_looks_at_the_usual_properties(account):
    contact = account.contact("a@example.com", firstname="花子")
    account.contact("b@example.com")
    assert ids(await account.search("contacts", query="花子")) == [contact]


async def test_sorting_puts_empty_values_last(account):
    dated = [await account.task(hs_task_parent_task_id=str(n)) for n in (5, 10, 1)]
    bare = await account.task()
    five, ten, one = (each["id"] for each in dated)
    up = await account.search(sorts=[{"propertyName": "hs_task_parent_task_id"}])
    assert ids(up) == [one, five, ten, bare["id"]]
    down = {"propertyName": "hs_task_parent_task_id", "direction": "DESCENDING"}
    assert ids(await account.search(sorts=[down])) == [ten, five, one, bare["id"]]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"limit": 201}, "limit"),
        ({"after": "10000"}, "10000"),
        ({"after": "9900", "limit": 200}, "10000"),
        ({"after": "x"}, "after"),
        ({"filterGroups": [{"filters": []}] * 6}, "Too many filterGroups"),
        (where(*[condition("hs_task_type", "EQ", "CALL")] * 7), "Too many filters"),
        (
            {"filterGroups": [{"filters": [condition("hs_task_type", "EQ", "CALL")] * 5}] * 4},
            "18 in all",
        ),
        (where(condition("nope", "EQ", "x")), "problem"),
        (where(condition("hs_task_type", "LIKE", "x")), "operator"),
        (where(condition("hs_task_type", "EQ")), "requires a value"),
        (where(condition("hs_task_type", "IN")), "requires values"),
        (where(condition("hs_timestamp", "BETWEEN", "1")), "highValue"),
        (where(condition("hs_timestamp", "GT", "soon")), "Invalid value"),
        (where(condition("hs_body_preview_html", "HAS_PROPERTY")), "cannot be used"),
        ({"sorts": ["hs_timestamp", "hs_createdate"]}, "one sort"),
        ({"sorts": ["nope"]}, "problem"),
        ({"sorts": [{"propertyName": "hs_timestamp", "direction": "UP"}]}, "direction"),
        ({"filterGroup": []}, "filterGroup"),
        ({"query": "x" * 3000}, "3000"),
    ],
)
async def test_a_query_beyond_the_limits_is_refused(account, query, said):
    reply = await account.search(**query)
    assert reply.status == 400
    assert said in reply.body["message"]


async def test_email_bodies_are_not_searchable(account):
    query = where(condition("hs_email_html", "CONTAINS_TOKEN", "x"))
    assert (await account.search("emails", **query)).status == 400


async def test_a_bulk_edit_of_one_millisecond_is_read_by_a_tie_break(account):
    part = {
        "objects": {
            "tasks": [
                {
                    "id": str(each),
                    "createdAt": "2026-01-01T00:00:00.000Z",
                    "updatedAt": "2026-11-01T00:00:00.000Z",
                    "properties": {"hs_timestamp": "2026-01-02T00:00:00Z"},
                }
                for each in range(1, 501)
            ]
        }
    }
    account.state.load(part)
    instant = condition("hs_lastmodifieddate", "EQ", "1793491200000")
    seen, last = [], 0
    while True:
        beyond = condition("hs_object_id", "GT", str(last))
        page = ids(
            await account.search(**where(instant, beyond, sorts=["hs_object_id"], limit=200))
        )
        if not page:
            break
        seen += page
        last = int(page[-1])
    assert seen == [str(each) for each in range(1, 501)]


async def test_the_quick_way_and_the_long_way_find_the_same(account):
    chance = random.Random(5)
    calls = [
        {
            "id": str(each),
            "createdAt": "2026-01-01T00:00:00.000Z",
            "updatedAt": stamp(NOON_MS - chance.randrange(1000)),
            "properties": {"hs_timestamp": "2026-01-02T00:00:00Z"},
        }
        for each in range(1, 3001)
    ]
    account.state.load({"objects": {"calls": calls}})
    for each in chance.sample(range(1, 3001), 500):
        if each % 7:
            account.act("edit", object="calls", id=each, properties={"hs_call_title": "x"})
        else:
            account.act("delete", object="calls", id=each)
    since = condition("hs_lastmodifieddate", "GTE", str(NOON_MS - 400))
    always = condition("hs_timestamp", "HAS_PROPERTY")
    for sort in ("hs_lastmodifieddate", "-hs_lastmodifieddate"):
        for after in ("0", "190", "700"):
            asked = {"sorts": [sort], "limit": 200, "after": after}
            quick = await account.search("calls", **where(since, **asked))
            long = await account.search("calls", **where(since, always, **asked))
            assert ids(quick) == ids(long)
            assert quick.body["total"] == long.body["total"]


def test_ordered_numbers_behave_as_a_sorted_set():
    chance, numbers, model = (
        random.Random(1),
        OrderedInts(range(0, 3000, 3)),
        set(range(0, 3000, 3)),
    )
    for _ in range(6000):
        number = chance.randrange(4000)
        if chance.random() < 0.5:
            numbers.add(number)
            model.add(number)
        else:
            numbers.discard(number)
            model.discard(number)
    for low, high in ((0, 5000), (100, 200), (1500, 1501), (3999, 10), (-5, 50)):
        expected = sorted(each for each in model if low <= each < high)
        assert numbers.count(low, high) == len(expected)
        for skip in (0, 1, 700, 5000):
            assert list(numbers.ascending(low, high, skip)) == expected[skip:]
            assert list(numbers.descending(low, high, skip)) == expected[::-1][skip:]
    assert len(numbers) == len(model)


def test_ordered_numbers_may_be_empty():
    numbers = OrderedInts()
    numbers.discard(1)
    assert (len(numbers), list(numbers.ascending(0, 9)), list(numbers.descending(0, 9))) == (
        0,
        [],
        [],
    )
    numbers.add(4)
    numbers.discard(4)
    assert numbers.count(0, 9) == 0
