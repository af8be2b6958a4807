"""The HubSpot connector against answers written by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from scripted_crm import Asked, Reaction, ScriptedCrm, answer, hubspot_on

from tandem.clock import ManualClock
from tandem.crm.connector import Form
from tandem.crm.http import ConnectionLost, NotSent
from tandem.crm.hubspot import AddressOperator
from tandem.crm.rate_limit import Pace
from tandem.crm.tokens import Grant, Tokens
from tandem.errors import AccessLost, RateLimited, TryLater
from tandem.model import Kind, ObjectType

START = datetime(2026, 11, 20, tzinfo=UTC)
CLOCK_MS = int(START.timestamp() * 1000)


class SearchIndex:
    """A search over notes given as (id, milliseconds after the start), as HubSpot's works."""

    def __init__(self, *notes: tuple[str, int]) -> None:
        self.notes = dict(notes)
        self.searches = 0

    def __call__(self, asked: Asked) -> Reaction:
        self.searches += 1
        body = asked.body
        assert len(asked.raw) <= 3000
        assert asked.path.endswith("/search")
        earliest = min(_earliest(group["filters"]) for group in body["filterGroups"])
        found = [
            (stamp, int(note))
            for note, stamp in self.notes.items()
            if CLOCK_MS + stamp >= earliest
            and any(
                all(self._fits(int(note), stamp, one) for one in group["filters"])
                for group in body["filterGroups"]
            )
        ]
        by = body["sorts"][0]["propertyName"]
        found.sort(key=lambda pair: pair[1] if by == "hs_object_id" else pair[0])
        page = found[: body["limit"]]
        results = [_note(str(note), stamp) for stamp, note in page]
        more = {"paging": {"next": {"after": "200"}}} if len(found) > len(page) else {}
        return answer({"total": len(found), "results": results, **more})

    @staticmethod
    def _fits(note: int, stamp: int, one: Mapping[str, Any]) -> bool:
        actual = note if one["propertyName"] == "hs_object_id" else CLOCK_MS + stamp
        if one["operator"] == "NOT_IN":
            return str(actual) not in one["values"]
        value = int(one["value"])
        return {
            "GTE": actual >= value,
            "GT": actual > value,
            "LT": actual < value,
            "EQ": actual == value,
        }[one["operator"]]


def _earliest(filters: list[dict[str, Any]]) -> int:
    """A date below which nothing fits, so that a long index stays quick to search."""
    bounds = [
        int(one["value"])
        for one in filters
        if one["propertyName"] != "hs_object_id" and one["operator"] in ("GTE", "GT", "EQ")
    ]
    return max(bounds, default=0)


def _note(note: str, stamp: int) -> dict[str, Any]:
    moment = (START + timedelta(milliseconds=stamp)).isoformat(timespec="milliseconds")
    return {
        "id": note,
        "properties": {"hs_lastmodifieddate": moment.replace("+00:00", "Z"), "hs_note_body": "x"},
        "createdAt": "2026-03-12T07:34:48.168Z",
        "updatedAt": "2026-03-12T07:34:48.168Z",
        "archived": False,
    }


async def _changed(crm: ScriptedCrm, **more: Any) -> tuple[list[str], list[datetime]]:
    ids: list[str] = []
    marks: list[datetime] = []
    async for page in hubspot_on(crm).changed(ObjectType.NOTES, START, **more):
        ids += [one.id for one in page.activities]
        marks.append(page.watermark)
    return ids, marks


async def test_a_thousand_changes_cost_five_searches() -> None:
    index = SearchIndex(*((str(n), n) for n in range(1, 1001)))

    ids, marks = await _changed(ScriptedCrm(index))

    assert [str(n) for n in range(1, 1001)] == ids
    assert index.searches == 5
    assert START + timedelta(milliseconds=1000) == marks[-1]


async def test_nothing_new_costs_one_search_and_gives_no_page() -> None:
    index = SearchIndex()

    assert await _changed(ScriptedCrm(index)) == ([], [])
    assert index.searches == 1


async def test_more_than_ten_thousand_changes_come_once_each() -> None:
    index = SearchIndex(*((str(n), n // 3) for n in range(1, 10_401)))

    ids, _ = await _changed(ScriptedCrm(index))

    assert len(ids) == 10_400
    assert len(set(ids)) == 10_400


async def test_a_bulk_edit_of_thousands_in_one_millisecond_is_read_by_id() -> None:
    index = SearchIndex(
        *((str(n), n) for n in range(1, 51)),
        *((str(n), 60) for n in range(1000, 1950)),
        *((str(n), 61) for n in range(3000, 3010)),
    )

    ids, _ = await _changed(ScriptedCrm(index))

    assert len(ids) == 1010
    assert len(set(ids)) == 1010


async def test_a_record_edited_while_we_read_hides_no_other() -> None:
    """With offsets it would pull an unread record onto the page already read."""
    index = SearchIndex(*((str(n), n) for n in range(1, 401)))
    ids: list[str] = []

    async for page in hubspot_on(ScriptedCrm(index)).changed(ObjectType.NOTES, START):
        ids += [one.id for one in page.activities]
        if len(ids) == 200:
            index.notes["7"] = 9000

    assert {str(n) for n in range(1, 401)} == set(ids)
    assert ids.count("7") == 2


async def test_an_end_is_kept_to() -> None:
    index = SearchIndex(*((str(n), n) for n in range(1, 401)))

    ids, _ = await _changed(ScriptedCrm(index), until=START + timedelta(milliseconds=301))

    assert [str(n) for n in range(1, 301)] == ids


async def test_a_backlog_is_searched_faster_than_the_steady_flow() -> None:
    index = SearchIndex(*((str(n), n) for n in range(1, 1001)))
    clock = ManualClock()
    hubspot = hubspot_on(ScriptedCrm(index), clock=clock, pace=Pace())

    async for _ in hubspot.changed(ObjectType.NOTES, START):
        pass

    assert clock.monotonic() == 1.0


async def test_ids_that_are_not_found_are_gone() -> None:
    crm = ScriptedCrm(
        [
            answer(
                {
                    "status": "COMPLETE",
                    "results": [_note("1", 5)],
                    "numErrors": 1,
                    "errors": [
                        {
                            "status": "error",
                            "category": "OBJECT_NOT_FOUND",
                            "context": {"ids": ["2"]},
                        }
                    ],
                },
                207,
            )
        ]
    )

    found = await hubspot_on(crm).read(ObjectType.NOTES, ["1", "2"])

    assert found["2"] is None
    assert found["1"] is not None
    assert Kind.NOTE is found["1"].kind


async def test_a_row_that_fails_otherwise_is_not_taken_for_gone() -> None:
    crm = ScriptedCrm([answer({"results": [], "errors": [{"category": "INTERNAL"}]}, 207)])

    with pytest.raises(TryLater):
        await hubspot_on(crm).read(ObjectType.NOTES, ["1"])


async def test_batches_are_as_large_as_hubspot_takes_them() -> None:
    sizes: dict[str, list[int]] = {}

    def script(asked: Asked) -> Reaction:
        what = "associations" if "/associations/" in asked.path else asked.path.split("/")[-3]
        sizes.setdefault(what, []).append(len(asked.body["inputs"]))
        return answer({"results": []})

    hubspot = hubspot_on(ScriptedCrm(script))
    ids = [str(n) for n in range(1, 1002)]
    await hubspot.read(ObjectType.CALLS, ids)
    await hubspot.counter_history(ids[:101])
    await hubspot.associations(ObjectType.CALLS, ids, to=["contacts"])

    assert sizes["calls"] == [100] * 10 + [1]
    assert sizes["emails"] == [50, 50, 1]
    assert sizes["associations"] == [1000, 1]


async def test_associations_come_as_text_and_by_their_target() -> None:
    def script(asked: Asked) -> Reaction:
        to = asked.path.split("/")[-3]
        numbers = {"contacts": [901, 902], "companies": [55], "deals": []}[to]
        return answer(
            {
                "results": [
                    {"from": {"id": "1"}, "to": [{"toObjectId": one} for one in numbers]},
                ]
            },
            207,
        )

    crm = ScriptedCrm(script)
    found = await hubspot_on(crm).associations(
        ObjectType.CALLS, ["1", "2", "3"], to=["contacts", "companies", "deals"]
    )

    assert found["1"].contact_ids == ("901", "902")
    assert found["1"].company_ids == ("55",)
    assert found["1"].deal_ids == ()
    assert found["2"].contact_ids == ()
    assert len(crm.asked) == 3


async def test_associations_of_one_record_are_one_read() -> None:
    """Each of a record's labels is a row of its own in such an answer."""
    several = [{"id": "901", "type": "a"}, {"id": "901", "type": "b"}, {"id": "902", "type": "a"}]
    expanded = {"contacts": {"results": several}, "companies": {"results": [{"id": "55"}]}}
    crm = ScriptedCrm([answer({"id": "1", "properties": {}, "associations": expanded})])

    found = await hubspot_on(crm).associations(
        ObjectType.CALLS, ["1"], to=["contacts", "companies", "deals"]
    )

    assert found["1"].contact_ids == ("901", "902")
    assert found["1"].company_ids == ("55",)
    assert found["1"].deal_ids == ()
    assert len(crm.asked) == 1


async def test_a_record_that_is_gone_hangs_on_nothing() -> None:
    crm = ScriptedCrm([answer({"status": "error", "category": "OBJECT_NOT_FOUND"}, 404)])

    found = await hubspot_on(crm).associations(ObjectType.CALLS, ["1"], to=["contacts", "deals"])

    assert found["1"].contact_ids == ()


async def test_more_associations_than_a_single_read_tells_come_from_the_batch() -> None:
    more = {"results": [{"id": "1"}], "paging": {"next": {"after": "2"}}}
    crm = ScriptedCrm(
        [
            answer({"id": "7", "properties": {}, "associations": {"contacts": more}}),
            answer(
                {"results": [{"from": {"id": "7"}, "to": [{"toObjectId": 1}, {"toObjectId": 2}]}]}
            ),
        ]
    )

    found = await hubspot_on(crm).associations(ObjectType.CALLS, ["7"], to=["contacts", "deals"])

    assert found["7"].contact_ids == ("1", "2")
    assert crm.asked[1].path.endswith("/calls/contacts/batch/read")


async def test_more_associations_than_a_page_holds_are_read_on() -> None:
    crm = ScriptedCrm(
        [
            answer(
                {
                    "results": [
                        {
                            "from": {"id": "1"},
                            "to": [{"toObjectId": 1}],
                            "paging": {"next": {"after": "500"}},
                        }
                    ]
                }
            ),
            answer({"results": [{"from": {"id": "1"}, "to": [{"toObjectId": 2}]}]}),
        ]
    )

    found = await hubspot_on(crm).associations(ObjectType.CALLS, ["1"], to=["contacts"])

    assert found["1"].contact_ids == ("1", "2")
    assert crm.asked[1].body["inputs"] == [{"id": "1", "after": "500"}]


def _contact(contact: str, email: str | None, others: str = "", **more: str) -> dict[str, Any]:
    said = {"email": email, "hs_additional_emails": others, "createdate": "2026-01-01T00:00:00Z"}
    return {"id": contact, "properties": {**said, **more}}


@pytest.mark.parametrize("operator", [AddressOperator.IN, AddressOperator.EQ])
async def test_secondary_addresses_are_found_too(operator: str) -> None:
    def script(asked: Asked) -> Reaction:
        if asked.path.endswith("/batch/read"):
            assert asked.body["idProperty"] == "email"
            return answer({"results": [_contact("901", "Tanaka@Example.jp")]}, 207)
        (name,) = {one["propertyName"] for g in asked.body["filterGroups"] for one in g["filters"]}
        assert name == "hs_additional_emails"
        return answer({"results": [_contact("902", "sato@example.jp", "SATO@old.jp;s@x.jp")]})

    found = await hubspot_on(ScriptedCrm(script), address_operator=operator).contacts_by_email(
        ["tanaka@example.jp", "sato@old.jp", "nobody@example.jp", "not an address"]
    )

    assert {email: contact.id for email, contact in found.items()} == {
        "tanaka@example.jp": "901",
        "sato@old.jp": "902",
    }


@pytest.mark.parametrize(("operator", "most"), [(AddressOperator.IN, 100), (AddressOperator.EQ, 5)])
async def test_searches_for_addresses_keep_to_the_size_of_a_body(operator: str, most: int) -> None:
    def script(asked: Asked) -> Reaction:
        if asked.path.endswith("/search"):
            assert len(asked.raw) <= 3000
            values = [
                value
                for group in asked.body["filterGroups"]
                for one in group["filters"]
                for value in one.get("values", [one.get("value")])
            ]
            assert most >= len(values)
            searched.extend(values)
        return answer({"results": []})

    searched: list[str] = []
    emails = [f"person-with-a-long-name-{n}@subsidiary.example.co.jp" for n in range(120)]

    await hubspot_on(ScriptedCrm(script), address_operator=operator).contacts_by_email(emails)

    assert emails == searched


async def test_a_merged_contact_answers_with_the_winner() -> None:
    def script(asked: Asked) -> Reaction:
        if asked.method == "GET" and asked.path.endswith("/12"):
            return answer(_contact("11", "a@example.jp"))
        if asked.method == "GET":
            return answer({"status": "error"}, 404)
        return answer({"results": [_contact("7", "b@example.jp", hs_merged_object_ids="8;9")]}, 207)

    found = await hubspot_on(ScriptedCrm(script)).contacts(["7", "9", "12", "13"])

    assert {one: contact.id for one, contact in found.items()} == {"7": "7", "9": "7", "12": "11"}


async def test_submissions_stop_where_the_past_begins() -> None:
    def page(*seconds: int) -> Reaction:
        rows = [
            {"submittedAt": CLOCK_MS + one * 1000, "conversionId": f"c{one}", "values": []}
            for one in seconds
        ]
        return answer({"results": rows, "paging": {"next": {"after": "more"}}})

    crm = ScriptedCrm([page(30, 20), page(10, -10), page(-20)])
    ids = [
        one.id
        async for batch in hubspot_on(crm).submissions(Form(id="f", name="Contact us"), START)
        for one in batch
    ]

    assert ids == ["c30", "c20", "c10"]
    assert len(crm.asked) == 2
    assert crm.asked[1].query["after"] == ["more"]


def _event(event: str, kind: str, campaign: int, **more: Any) -> dict[str, Any]:
    return {
        "id": event,
        "created": CLOCK_MS,
        "type": kind,
        "recipient": "Tanaka@Example.jp",
        "emailCampaignId": campaign,
        "appId": 113,
        **more,
    }


async def test_email_events_carry_the_subject_of_their_campaign_looked_up_once() -> None:
    def script(asked: Asked) -> Reaction:
        if "/campaigns/" in asked.path:
            assert asked.query["appId"] == ["113"]
            return answer({"id": 700, "subject": "Spring offer"})
        if "offset" in asked.query:
            return answer(
                {"hasMore": False, "events": [_event("c", "CLICK", 700, url="https://x")]}
            )
        return answer(
            {
                "hasMore": True,
                "offset": "next",
                "events": [
                    _event("a", "OPEN", 700, filteredEvent=True),
                    _event("b", "DELIVERED", 701),
                    _event("d", "SENT", 702, subject="Own subject"),
                ],
            }
        )

    crm = ScriptedCrm(script)
    hubspot = hubspot_on(crm)
    pages = [page async for page in hubspot.email_events(START, START + timedelta(days=1))]
    opened, sent, clicked = (one for page in pages for one in page)

    assert [
        opened.kind,
        sent.kind,
        clicked.kind,
    ] == [
        Kind.MARKETING_EMAIL_OPENED,
        Kind.MARKETING_EMAIL_SENT,
        Kind.MARKETING_EMAIL_CLICKED,
    ]
    assert [
        opened.title,
        sent.title,
        clicked.title,
    ] == ["Spring offer", "Own subject", "Spring offer"]
    assert opened.is_bot
    assert f"a-{CLOCK_MS}" == opened.id
    assert opened.person_email == "tanaka@example.jp"
    assert hubspot.campaign_subjects == {"700": "Spring offer"}
    assert len(crm.asked) == 3


async def test_one_kind_of_email_event_is_asked_for_alone() -> None:
    crm = ScriptedCrm([answer({"events": [_event("a", "OPEN", 1, subject="x")]})])
    feed = hubspot_on(crm).email_events(START, START, [Kind.MARKETING_EMAIL_OPENED])

    assert len([page async for page in feed]) == 1
    assert crm.asked[0].query["eventType"] == ["OPEN"]


async def test_owners_include_deactivated_ones_and_queues() -> None:
    def script(asked: Asked) -> Reaction:
        if asked.query["archived"] == ["true"]:
            return answer({"results": [{"id": "3", "email": "gone@example.jp", "archived": True}]})
        return answer(
            {"results": [{"id": "1", "email": "Sato@x.jp"}, {"id": "2", "type": "QUEUE"}]}
        )

    found = {one.id: one for one in await hubspot_on(ScriptedCrm(script)).owners()}

    assert [found[one].active for one in ("1", "2", "3")] == [True, True, False]
    assert found["1"].email == "sato@x.jp"
    assert found["2"].type == "QUEUE"


async def test_hubspot_s_clock_is_that_of_its_answers() -> None:
    headers = {"date": "Mon, 23 Nov 2026 10:11:12 GMT"}

    now = await hubspot_on(ScriptedCrm([answer({}, headers=headers)])).now()

    assert datetime(2026, 11, 23, 10, 11, 12, tzinfo=UTC) == now


async def test_file_names_are_left_out_without_the_scope() -> None:
    crm = ScriptedCrm([answer({"category": "MISSING_SCOPES"}, 403)])

    assert await hubspot_on(crm).file_names(["5"]) == {}


async def test_file_names_carry_their_extension() -> None:
    crm = ScriptedCrm([answer({"results": [{"id": "5", "name": "quote", "extension": "pdf"}]})])

    assert await hubspot_on(crm).file_names(["5"]) == {"5": "quote.pdf"}


async def test_scopes_come_with_the_grant_or_by_introspection_or_not_at_all() -> None:
    granted = Grant(access_token="x", scopes=frozenset({"forms"}))

    async def never(grant: Grant) -> Grant:
        raise AssertionError

    async def save(grant: Grant) -> None: ...

    tokens = Tokens(granted, never, ManualClock(), on_rotated=save)
    told = hubspot_on(ScriptedCrm([answer({"active": True, "scopes": ["oauth"]})]))
    silent = hubspot_on(ScriptedCrm([answer({"status": "error"}, 400)]))

    assert frozenset({"forms"}) == await hubspot_on(ScriptedCrm([]), tokens=tokens).scopes()
    assert frozenset({"oauth"}) == await told.scopes()
    assert await silent.scopes() is None


# --------------------------------------------------------------------------- one call and its trouble


async def test_a_read_is_tried_again_after_trouble_that_passes() -> None:
    portal = {"portalId": 147, "timeZone": "Asia/Tokyo", "uiDomain": "app-eu1.hubspot.com"}
    crm = ScriptedCrm(
        [
            NotSent("refused"),
            ConnectionLost("broke"),
            answer({"policyName": "SECONDLY"}, 429),
            answer(portal),
        ]
    )
    clock = ManualClock()

    found = await hubspot_on(crm, clock=clock).portal()

    assert found.id == "147"
    assert found.zone == "Asia/Tokyo"
    assert len(crm.asked) == 4


async def test_an_answer_that_is_no_json_is_tried_again_and_then_said() -> None:
    crm = ScriptedCrm(lambda asked: answer("a page"))

    with pytest.raises(TryLater, match="proxy"):
        await hubspot_on(crm).portal()


async def test_a_day_s_limit_is_not_waited_for() -> None:
    clock = ManualClock()
    crm = ScriptedCrm([answer({"policyName": "DAILY"}, 429)])

    with pytest.raises(RateLimited) as caught:
        await hubspot_on(crm, clock=clock).portal()

    assert caught.value.daily
    assert clock.slept == []


async def test_an_expired_token_is_renewed_once_and_the_call_repeated() -> None:
    async def renew(grant: Grant) -> Grant:
        return Grant(access_token="fresh")

    async def save(grant: Grant) -> None:
        saved.append(grant.access_token)

    saved: list[str] = []
    tokens = Tokens(Grant(access_token="stale"), renew, ManualClock(), on_rotated=save)

    def script(asked: Asked) -> Reaction:
        if asked.headers["Authorization"] == "Bearer stale":
            return answer({"category": "EXPIRED_AUTHENTICATION"}, 401)
        return answer({"portalId": 1, "timeZone": "UTC"})

    crm = ScriptedCrm(script)
    await hubspot_on(crm, tokens=tokens).portal()

    assert saved == ["fresh"]
    assert len(crm.asked) == 2


async def test_a_token_refused_twice_is_access_lost() -> None:
    async def renew(grant: Grant) -> Grant:
        return Grant(access_token="fresh")

    async def save(grant: Grant) -> None: ...

    tokens = Tokens(Grant(access_token="stale"), renew, ManualClock(), on_rotated=save)
    crm = ScriptedCrm(lambda asked: answer({"category": "INVALID_AUTHENTICATION"}, 401))

    with pytest.raises(AccessLost):
        await hubspot_on(crm, tokens=tokens).portal()

    assert len(crm.asked) == 2


async def test_no_error_shows_token_body_or_address() -> None:
    crm = ScriptedCrm(lambda asked: NotSent("no connection to hubspot.test"))

    with pytest.raises(TryLater) as caught:
        await hubspot_on(crm).contacts_by_email(["secret.person@example.jp"])

    assert "pat-secret" not in str(caught.value)
    assert "secret.person" not in str(caught.value)
    assert caught.value.operation == "read contacts"


async def test_calls_are_counted_by_operation() -> None:
    hubspot = hubspot_on(ScriptedCrm(SearchIndex(("1", 1))))

    async for _ in hubspot.changed(ObjectType.NOTES, START):
        pass

    assert hubspot.budget.meter.by_operation() == {"search notes": 1}
