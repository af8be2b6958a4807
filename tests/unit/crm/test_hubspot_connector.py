"""What HubSpot's connector reads: changes, associations, contacts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from scripted_crm import Asked, Reaction, ScriptedCrm, answer, hubspot_on
from searched_notes import (
    START,
    SearchIndex,
    _note,
)

from tandem.clock import ManualClock
from tandem.crm.hubspot import AddressOperator
from tandem.crm.rate_limit import Pace
from tandem.errors import TryLater
from tandem.model import Kind, ObjectType


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
