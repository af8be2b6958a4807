"""Reading an org: few calls, complete answers."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from scripted_crm import Asked, Reaction, ScriptedCrm, answer, salesforce_on

from tandem.crm.salesforce import QueryStyle
from tandem.errors import AccessLost, Rejected, TryLater
from tandem.mapping.ids import id18
from tandem.model import Org, PersonType

USER = id18("0055g00000Tandm")
ORG_ID = id18("00D5g00000Tandm")
INFO = {"user_id": USER, "organization_id": ORG_ID, "name": "Ina Integration"}
KNOWN = Org(
    id=ORG_ID,
    name="Tandem",
    is_sandbox=False,
    user_id=USER,
    user_name="Ina",
    statuses=(),
    priorities=(),
    task_types=(),
    task_fields=frozenset({"Id", "IsDeleted", "IsArchived", "Subject", "Tandem_Key__c", "WhoId"}),
    writable_fields=frozenset(),
    has_key_field=True,
)


def _id(prefix: str, number: int) -> str:
    return id18(f"{prefix}5g0000{number:06d}")


class Rows:
    """Answers queries, plain or inside a composite, by a function of the statement."""

    def __init__(self, rows: Any) -> None:
        self._rows = rows
        self.statements: list[str] = []
        self.everything: list[bool] = []
        self.calls: list[str] = []

    def __call__(self, asked: Asked) -> Reaction:
        self.calls.append(asked.path.rsplit("/", 1)[-1])
        if asked.path == "/services/oauth2/userinfo":
            return answer(INFO)
        if asked.path.endswith("/composite"):
            parts = asked.body["compositeRequest"]
            assert len(parts) <= 5
            return answer(
                {
                    "compositeResponse": [
                        {
                            "referenceId": part["referenceId"],
                            "httpStatusCode": 200,
                            "body": self._result(part["url"]),
                        }
                        for part in parts
                    ]
                }
            )
        query = asked.query["q"][0]
        assert len(query) < 16_000
        return answer(self._answer(query, asked.path.endswith("queryAll")))

    def _result(self, url: str) -> Any:
        parts = urlsplit(url)
        if parts.path.endswith("/describe"):
            return self._rows("describe")
        return self._answer(parse_qs(parts.query)["q"][0], parts.path.endswith("queryAll"))

    def _answer(self, statement: str, everything: bool) -> Any:
        self.statements.append(statement)
        self.everything.append(everything)
        rows = self._rows(statement)
        return {"totalSize": len(rows), "done": True, "records": rows}


def _contact(number: int, **more: Any) -> dict[str, Any]:
    return {
        "Id": _id("003", number),
        "Email": f"p{number}@example.jp",
        "AccountId": None,
        "CreatedDate": "2026-01-02T03:04:05.000+0000",
        "IsDeleted": False,
        "MasterRecordId": None,
        **more,
    }


def _people_rows(contacts: list[dict[str, Any]], leads: list[dict[str, Any]]) -> Any:
    def rows(statement: str) -> list[dict[str, Any]]:
        listed = set(re.findall(r"'([^']*)'", statement.partition(" IN ")[2]))
        if "UserRecordAccess" in statement:
            assert len(listed) <= 200
            return [{"RecordId": one, "HasEditAccess": one != _id("003", 2)} for one in listed]
        table = leads if "FROM Lead" in statement else contacts
        return [
            row
            for row in table
            if row["Id"] in listed or (" Email IN " in statement and row["Email"] in listed)
        ]

    return Rows(rows)


async def test_a_thousand_people_cost_two_calls() -> None:
    rows = _people_rows([_contact(number) for number in range(1000)], [])
    crm = ScriptedCrm(rows)
    salesforce = salesforce_on(crm)
    salesforce.know(KNOWN)

    found = await salesforce.people(
        [_id("003", number) for number in range(500)],
        [f"p{number}@example.jp" for number in range(500, 1000)],
    )

    assert len(found.by_id) == 1000
    assert rows.calls == ["composite", "composite"]
    assert all(rows.everything[:3])


async def test_people_know_whether_they_may_be_edited() -> None:
    salesforce = salesforce_on(ScriptedCrm(_people_rows([_contact(1), _contact(2)], [])))

    found = await salesforce.people([_id("003", 1), _id("003", 2)[:15]], [])

    assert [found.by_id[_id("003", one)].editable for one in (1, 2)] == [True, False]


async def test_conversions_and_merges_are_followed_to_the_record_that_counts() -> None:
    lead = {
        "Id": _id("00Q", 7),
        "Email": "lead@example.jp",
        "CreatedDate": "2026-01-02T03:04:05.000+0000",
        "IsDeleted": False,
        "MasterRecordId": None,
        "IsConverted": True,
        "ConvertedContactId": _id("003", 3),
    }
    loser = _contact(3, IsDeleted=True, MasterRecordId=_id("003", 4))
    rows = _people_rows([loser, _contact(4)], [lead])
    salesforce = salesforce_on(ScriptedCrm(rows))
    salesforce.know(KNOWN)

    found = await salesforce.people([_id("00Q", 7)], ["LEAD@example.jp"])

    assert {_id("00Q", 7), _id("003", 3), _id("003", 4)} == set(found.by_id)
    assert _id("003", 3) == found.by_id[_id("00Q", 7)].converted_contact_id
    assert PersonType.LEAD is found.by_id[_id("00Q", 7)].type
    assert _id("003", 4) == found.by_id[_id("003", 3)].merged_into
    assert found.by_id[_id("003", 4)].editable
    assert [_id("00Q", 7)] == [one.id for one in found.by_email["lead@example.jp"]]


async def test_nobody_asked_for_is_no_call() -> None:
    crm = ScriptedCrm([])

    assert (await salesforce_on(crm).people([], [])).by_id == {}


@pytest.mark.parametrize("style", [QueryStyle.COMPOSITE, QueryStyle.GET])
async def test_long_lists_are_complete_in_either_style(style: str) -> None:
    def rows(statement: str) -> list[dict[str, Any]]:
        listed = re.findall(r"'([^']*)'", statement.partition(" IN ")[2])
        return [{"Id": one, "Subject": "x"} for one in listed]

    script = Rows(rows)
    salesforce = salesforce_on(ScriptedCrm(script), query_style=style)
    salesforce.know(KNOWN)
    ids = [_id("00T", number) for number in range(1000)]

    found = await salesforce.tasks(ids, ["Subject"])

    assert set(ids) == set(found)
    assert all(script.everything)
    assert (["composite"] if style == QueryStyle.COMPOSITE else ["queryAll"] * 5) == script.calls


async def test_fields_that_are_hidden_are_not_asked_for() -> None:
    script = Rows(lambda statement: [])
    salesforce = salesforce_on(ScriptedCrm(script))
    salesforce.know(KNOWN)

    await salesforce.tasks([_id("00T", 1)], ["Subject", "Type", "Secret__c"])

    selected = script.statements[0].partition(" FROM ")[0]
    assert selected == "SELECT Id, IsDeleted, IsArchived, Tandem_Key__c, Subject"


async def test_a_field_that_is_no_name_is_refused() -> None:
    salesforce = salesforce_on(ScriptedCrm([]))
    salesforce.know(KNOWN)

    with pytest.raises(ValueError, match="not a field"):
        await salesforce.tasks([_id("00T", 1)], ["Id FROM User --"])


async def test_pages_are_read_to_the_last() -> None:
    def page(number: int, more: str | None) -> Reaction:
        rows = [{"Id": _id("00T", number)}]
        return answer({"records": rows, "done": more is None, "nextRecordsUrl": more})

    crm = ScriptedCrm([page(1, "/services/data/v62.0/query/01g-2000"), page(2, None)])
    salesforce = salesforce_on(crm)
    salesforce.know(KNOWN)

    found = await salesforce.tasks([_id("00T", 1), _id("00T", 2)], [])

    assert len(found) == 2
    assert crm.asked[1].path == "/services/data/v62.0/query/01g-2000"


async def test_a_key_in_the_bin_gives_way_to_the_living_task() -> None:
    def rows(statement: str) -> list[dict[str, Any]]:
        return [
            {"Id": _id("00T", 1), "Tandem_Key__c": "k-1", "IsDeleted": False},
            {"Id": _id("00T", 2), "Tandem_Key__c": "k-1", "IsDeleted": True},
            {"Id": _id("00T", 3), "Tandem_Key__c": "k-2", "IsDeleted": True},
        ]

    script = Rows(rows)
    salesforce = salesforce_on(ScriptedCrm(script))
    salesforce.know(KNOWN)

    found = await salesforce.tasks_by_key(["k-1", "k-2", "it's"])

    assert _id("00T", 1) == found["k-1"].id
    assert found["k-2"].is_deleted
    assert script.everything == [True]
    assert r"'it\'s'" in script.statements[0]


async def test_tasks_like_ours_are_looked_for_on_people_or_on_nobody() -> None:
    script = Rows(lambda statement: [])
    salesforce = salesforce_on(ScriptedCrm(script))
    salesforce.know(KNOWN)
    since = datetime(2026, 11, 23, 9, tzinfo=UTC)

    await salesforce.tasks_like([_id("003", 1)], since)
    await salesforce.tasks_like([], since)

    assert "CreatedDate >= 2026-11-23T09:00:00Z" in script.statements[0]
    assert f"WhoId IN ('{_id('003', 1)}')" in script.statements[0]
    assert "WhoId = null" in script.statements[1]


async def test_tasks_like_ours_are_looked_for_by_their_author_too_since_people_move_them() -> None:
    script = Rows(lambda statement: [])
    salesforce = salesforce_on(ScriptedCrm(script))
    salesforce.know(KNOWN)

    await salesforce.tasks_like([_id("003", 1)], datetime(2026, 11, 23, 9, tzinfo=UTC), ours=True)

    assert "WhoId IN" in script.statements[0]
    assert "CreatedById = '" in script.statements[1]
    assert "CreatedDate >= 2026-11-23T09:00:00Z" in script.statements[1]


async def test_accounts_are_found_by_id_and_by_the_exact_domain_of_their_site() -> None:
    def rows(statement: str) -> list[dict[str, Any]]:
        if "Website" not in statement:
            return [{"Id": _id("001", 1)}]
        assert r"'%my\_firm.example%'" in statement
        return [
            {"Id": _id("001", 2), "Website": "https://www.example.jp/shop"},
            {"Id": _id("001", 3), "Website": "EXAMPLE.jp"},
            {"Id": _id("001", 4), "Website": "http://not-example.jp"},
            {"Id": _id("001", 5), "Website": None},
        ]

    ids, sites = await salesforce_on(ScriptedCrm(Rows(rows))).accounts(
        [_id("001", 1), "nonsense"], ["example.jp", "my_firm.example"]
    )

    assert {_id("001", 1)} == ids
    assert {"example.jp": [_id("001", 2), _id("001", 3)]} == sites


def _org_rows(statement: str) -> Any:
    if statement == "describe":
        return {
            "fields": [
                {"name": "Subject", "createable": True},
                {"name": "Tandem_Key__c", "createable": True, "unique": True},
                {"name": "IsClosed", "createable": False},
                {
                    "name": "Type",
                    "createable": True,
                    "picklistValues": [
                        {"value": "Call", "active": True},
                        {"value": "Fax", "active": False},
                    ],
                },
            ],
            "recordTypeInfos": [
                {"recordTypeId": _id("012", 1), "developerName": "HubSpot", "name": "From HubSpot"},
                {"recordTypeId": _id("012", 0), "developerName": "Master", "master": True},
            ],
        }
    if "TaskStatus" in statement:
        return [
            {
                "ApiName": "Completed",
                "MasterLabel": "完了",
                "IsClosed": True,
                "IsDefault": False,
                "SortOrder": 3,
            }
        ]
    if "TaskPriority" in statement:
        return [
            {"ApiName": "High", "IsDefault": False, "IsHighPriority": True, "SortOrder": 1},
            {"ApiName": "Normal", "IsDefault": True, "IsHighPriority": False, "SortOrder": 2},
        ]
    return [
        {"Id": ORG_ID[:15], "Name": "Tandem", "IsSandbox": True, "TimeZoneSidKey": "Asia/Tokyo"}
    ]


async def test_an_org_is_read_in_two_calls() -> None:
    rows = Rows(_org_rows)

    org = await salesforce_on(ScriptedCrm(rows)).org()

    assert rows.calls == ["userinfo", "composite"]
    assert (org.id, org.name, org.is_sandbox, org.zone) == (ORG_ID, "Tandem", True, "Asia/Tokyo")
    assert (org.user_id, org.user_name) == (USER, "Ina Integration")
    assert [(s.value, s.label, s.closed) for s in org.statuses] == [("Completed", "完了", True)]
    assert org.priorities == ("High", "Normal")
    assert (org.default_priority, org.high_priorities) == ("Normal", ("High",))
    assert org.task_types == ("Call",)
    assert {"HubSpot": _id("012", 1)} == org.record_types
    assert org.has_key_field
    assert "IsClosed" in org.task_fields
    assert "IsClosed" not in org.writable_fields
    assert org.subtypes == ()


async def test_users_and_queues_come_in_one_call() -> None:
    def rows(statement: str) -> list[dict[str, Any]]:
        if "QueueSobject" in statement:
            return [{"QueueId": _id("00G", 1), "Queue": {"Name": "Inside", "Email": None}}]
        return [{"Id": USER, "Name": "Hana", "Email": "Hana@X.jp.invalid", "IsActive": False}]

    script = Rows(rows)
    hana, inside = await salesforce_on(ScriptedCrm(script)).users()

    assert (hana.email, hana.active, hana.is_queue) == ("hana@x.jp.invalid", False, False)
    assert (inside.name, inside.is_queue) == ("Inside", True)
    assert script.calls == ["composite"]


async def test_limits_fall_back_to_what_every_answer_says() -> None:
    denied = answer([{"errorCode": "INSUFFICIENT_ACCESS", "message": "View Setup"}], 403)
    used = {"sforce-limit-info": "api-usage=100/15000"}
    told = ScriptedCrm([answer({"DailyApiRequests": {"Max": 9, "Remaining": 4}, "Other": {}})])
    crm = ScriptedCrm([answer({"records": []}, headers=used), denied, denied])
    salesforce = salesforce_on(crm)
    salesforce.know(KNOWN)
    await salesforce.tasks([_id("00T", 1)], [])

    assert await salesforce.limits() == {"DailyApiRequests": (15000, 14900)}
    assert (await salesforce_on(told).limits())["DailyApiRequests"] == (9, 4)
    with pytest.raises(AccessLost):
        await salesforce_on(ScriptedCrm([denied])).limits()


async def test_a_part_that_fails_is_the_error_of_the_whole_read() -> None:
    part = {
        "referenceId": "part0",
        "httpStatusCode": 400,
        "body": [{"errorCode": "INVALID_FIELD", "message": "No such column 'Email'"}],
    }
    crm = ScriptedCrm([answer(INFO), answer({"compositeResponse": [part, part]})])

    with pytest.raises(Rejected, match="No such column"):
        await salesforce_on(crm).people([], ["a@example.jp"])


async def test_a_part_that_is_missing_is_tried_later() -> None:
    crm = ScriptedCrm([answer(INFO), answer({"compositeResponse": []})])

    with pytest.raises(TryLater):
        await salesforce_on(crm).people([], ["a@example.jp"])


async def test_salesforce_s_clock_costs_no_api_call() -> None:
    headers = {"date": "Mon, 23 Nov 2026 10:11:12 GMT"}
    salesforce = salesforce_on(ScriptedCrm([answer([], headers=headers)]))

    assert datetime(2026, 11, 23, 10, 11, 12, tzinfo=UTC) == await salesforce.now()
    assert salesforce.budget.meter.last_day() == 0


# --------------------------------------------------------------------------- the key field


class Setup:
    """An org whose administrator's tools answer as told."""

    def __init__(self, field: Reaction, item: Any = None) -> None:
        self._field = field
        self._item = item or {"id": _id("01k", 1), "success": True, "errors": []}
        self.granted: list[dict[str, Any]] = []
        self.defined: Any = None
        self._rows = Rows(self._query)

    def _query(self, statement: str) -> list[dict[str, Any]]:
        if "FROM PermissionSet " in statement:
            return [
                {"Id": _id("0PS", 1), "ProfileId": _id("00e", 1)},
                {"Id": _id("0PS", 2), "ProfileId": _id("00e", 2)},
            ]
        return [{"ProfileId": _id("00e", 1)}] if "FROM User " in statement else []

    def __call__(self, asked: Asked) -> Reaction:
        if asked.path.endswith("/tooling/sobjects/CustomField"):
            self.defined = asked.body
            return self._field
        if asked.path.endswith("/composite/sobjects"):
            self.granted = asked.body["records"]
            return answer([self._item] * len(self.granted))
        return self._rows(asked)


async def test_the_key_field_is_unique_and_people_only_read_it() -> None:
    setup = Setup(answer({"id": _id("00N", 1), "success": True, "errors": []}, 201))

    told = await salesforce_on(ScriptedCrm(setup)).create_key_field()

    assert "Tandem_Key__c was created" in told
    assert setup.defined["FullName"] == "Activity.Tandem_Key__c"
    assert setup.defined["Metadata"]["unique"]
    assert setup.defined["Metadata"]["externalId"]
    assert [(_id("0PS", 1), True), (_id("0PS", 2), False)] == [
        (row["ParentId"], row["PermissionsEdit"]) for row in setup.granted
    ]


async def test_a_key_field_that_exists_only_gets_its_permissions() -> None:
    taken = answer([{"errorCode": "DUPLICATE_DEVELOPER_NAME", "message": "taken"}], 400)

    assert "exists" in await salesforce_on(ScriptedCrm(Setup(taken))).create_key_field()


@pytest.mark.parametrize(
    "refusal",
    [
        answer([{"errorCode": "INSUFFICIENT_ACCESS", "message": "no"}], 403),
        answer([{"errorCode": "INSUFFICIENT_ACCESS_OR_READONLY", "message": "no"}], 400),
        answer([{"errorCode": "NOT_FOUND", "message": "no"}], 404),
    ],
)
async def test_who_may_not_create_the_field_is_told_the_two_clicks(refusal: Reaction) -> None:
    with pytest.raises(AccessLost, match="Object Manager") as caught:
        await salesforce_on(ScriptedCrm(Setup(refusal))).create_key_field()

    assert "read-only" in str(caught.value)


async def test_a_field_the_integration_user_cannot_write_is_no_success() -> None:
    no = {"success": False, "errors": [{"statusCode": "INSUFFICIENT_ACCESS", "message": "no"}]}
    setup = Setup(answer({"id": _id("00N", 1), "success": True}, 201), no)

    with pytest.raises(AccessLost):
        await salesforce_on(ScriptedCrm(setup)).create_key_field()
