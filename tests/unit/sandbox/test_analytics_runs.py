"""What a report run finds: rows, groups, totals, in the shape of the fact map."""

from typing import Any

import pytest
from tests.unit.sandbox.analytics_org import ReportOrg


@pytest.fixture
def org() -> ReportOrg:
    return ReportOrg().with_people()


def _groups(run: dict[str, Any], axis: str = "groupingsDown") -> list[tuple[str, str, Any]]:
    return [(one["key"], one["label"], one["value"]) for one in run[axis]["groupings"]]


def _counts(run: dict[str, Any]) -> dict[str, int]:
    return {key: fact["aggregates"][-1]["value"] for key, fact in run["factMap"].items()}


def test_opens_by_week_with_their_rows(org: ReportOrg) -> None:
    for day in ("2026-03-01", "2026-03-07", "2026-03-08"):
        org.task("開封済み: 春のご案内", day)
    org.task("クリック済み: 春のご案内", "2026-03-08")

    run = org.run(
        reportFilters=[{"column": "SUBJECT", "operator": "startsWith", "value": "開封済み"}],
        groupingsDown=[{"name": "DUE_DATE", "dateGranularity": "Week", "sortOrder": "Asc"}],
        detailColumns=["SUBJECT", "LAST_NAME", "ACCOUNT.NAME"],
    )

    assert _groups(run) == [
        ("0", "3/1/2026 - 3/7/2026", "2026-03-01"),
        ("1", "3/8/2026 - 3/14/2026", "2026-03-08"),
    ]
    assert _counts(run) == {"0!T": 2, "1!T": 1, "T!T": 3}
    assert [len(run["factMap"][key]["rows"]) for key in ("0!T", "1!T", "T!T")] == [2, 1, 0]
    row = run["factMap"]["1!T"]["rows"][0]["dataCells"]
    assert [one["label"] for one in row] == ["開封済み: 春のご案内", "田中", "Acme"]
    assert [one["value"][:3] for one in row] == ["00T", "003", "001"]


def test_a_tabular_report_has_one_key(org: ReportOrg) -> None:
    task = org.task("Call", "2026-03-01")
    org.task("Mail")

    run = org.run(detailColumns=["ACTIVITY_ID", "SUBJECT", "DUE_DATE", "CLOSED", "TASK"])

    assert list(run["factMap"]) == ["T!T"]
    assert run["factMap"]["T!T"]["aggregates"] == [{"label": "2", "value": 2}]
    assert run["factMap"]["T!T"]["rows"][0]["dataCells"] == [
        {"label": task[:15], "value": task},
        {"label": "Call", "value": task},
        {"label": "3/1/2026", "value": "2026-03-01"},
        {"label": "false", "value": False},
        {"label": "true", "value": True},
    ]
    empty = run["factMap"]["T!T"]["rows"][1]["dataCells"][2]
    assert empty == {"label": "-", "value": None}


def test_without_details_there_are_totals_only(org: ReportOrg) -> None:
    org.task("Call")

    run = org.run(details=False)

    assert run["factMap"] == {"T!T": {"aggregates": [{"label": "1", "value": 1}]}}
    assert run["hasDetailRows"] is False


def test_groups_lie_within_groups(org: ReportOrg) -> None:
    org.task("A", Type="Call")
    org.task("B", Type="Email", Status="Completed")
    org.task("C", Type="Email")

    run = org.run(
        groupingsDown=[{"name": "STATUS"}, {"name": "TASK_TYPE", "sortOrder": "Desc"}],
        detailColumns=["SUBJECT"],
    )

    first = run["groupingsDown"]["groupings"][0]
    assert (first["label"], [one["label"] for one in first["groupings"]]) == (
        "Not Started",
        ["Email", "Call"],
    )
    assert _counts(run) == {"0!T": 2, "0_0!T": 1, "0_1!T": 1, "1!T": 1, "1_0!T": 1, "T!T": 3}
    assert [len(run["factMap"][key]["rows"]) for key in ("0!T", "0_0!T")] == [0, 1]


def test_a_matrix_crosses_groups(org: ReportOrg) -> None:
    org.task("A", "2026-03-01", Type="Call")
    org.task("B", "2026-04-01", Type="Email")

    run = org.run(
        reportFormat="MATRIX",
        groupingsDown=[{"name": "TASK_TYPE"}],
        groupingsAcross=[{"name": "DUE_DATE", "dateGranularity": "Month"}],
        detailColumns=["SUBJECT"],
    )

    assert _groups(run, "groupingsAcross") == [
        ("0", "March 2026", "2026-03-01"),
        ("1", "April 2026", "2026-04-01"),
    ]
    assert _counts(run) == {
        "0!0": 1,
        "0!1": 0,
        "0!T": 1,
        "1!0": 0,
        "1!1": 1,
        "1!T": 1,
        "T!0": 1,
        "T!1": 1,
        "T!T": 2,
    }
    assert len(run["factMap"]["1!1"]["rows"]) == 1
    assert run["factMap"]["T!1"]["rows"] == []


def test_picklists_sort_as_the_administrator_ordered_them(org: ReportOrg) -> None:
    for status in ("Deferred", "Completed", "Not Started"):
        org.task("A", Status=status)

    run = org.run(groupingsDown=[{"name": "STATUS"}], detailColumns=["SUBJECT"])

    assert [one[1] for one in _groups(run)] == ["Not Started", "Completed", "Deferred"]


def test_groups_can_be_sorted_by_a_total(org: ReportOrg) -> None:
    for kind in ("Call", "Email", "Email"):
        org.task("A", Type=kind)

    run = org.run(
        groupingsDown=[{"name": "TASK_TYPE", "sortAggregate": "RowCount", "sortOrder": "Desc"}],
        detailColumns=["SUBJECT"],
    )

    assert [one[1] for one in _groups(run)] == ["Email", "Call"]


@pytest.mark.parametrize(
    ("granularity", "label", "value"),
    [
        ("Day", "8/5/2026", "2026-08-05"),
        ("Week", "8/2/2026 - 8/8/2026", "2026-08-02"),
        ("Month", "August 2026", "2026-08-01"),
        ("Quarter", "Q3 CY2026", "2026-07-01"),
        ("Year", "CY2026", "2026-01-01"),
        ("FiscalQuarter", "Q3-2026", "2026-07-01"),
        ("FiscalYear", "FY2026", "2026-01-01"),
        ("MonthInYear", "August", "08"),
        ("DayInMonth", "5", "05"),
    ],
)
def test_dates_are_grouped_by_period(
    org: ReportOrg, granularity: str, label: str, value: str
) -> None:
    org.task("A", "2026-08-05")

    run = org.run(
        groupingsDown=[{"name": "DUE_DATE", "dateGranularity": granularity}],
        detailColumns=["SUBJECT"],
    )

    assert _groups(run) == [("0", label, value)]


def test_a_japanese_user_reads_japanese_dates(org: ReportOrg) -> None:
    user = org.state.store.table("User")
    row = user.raw[org.state.integration_id]
    user.put({**row, "LocaleSidKey": "ja_JP", "LanguageLocaleKey": "ja"})
    org.state.setup_changed()
    org.task("A", "2026-08-05")

    by_week = org.run(groupingsDown=[{"name": "DUE_DATE", "dateGranularity": "Week"}])
    by_month = org.run(groupingsDown=[{"name": "DUE_DATE", "dateGranularity": "Month"}])

    assert _groups(by_week)[0][1] == "2026/08/02 - 2026/08/08"
    assert _groups(by_month)[0][1] == "2026年8月"


def test_weeks_begin_on_monday_where_the_locale_says_so(org: ReportOrg) -> None:
    user = org.state.store.table("User")
    user.put({**user.raw[org.state.integration_id], "LocaleSidKey": "de_DE"})
    org.task("A", "2026-08-02")

    run = org.run(groupingsDown=[{"name": "DUE_DATE", "dateGranularity": "Week"}])

    assert _groups(run) == [("0", "27.07.2026 - 02.08.2026", "2026-07-27")]


def test_records_group_by_who_they_are(org: ReportOrg) -> None:
    """Two people of one name stay two groups; texts of one spelling are one."""
    twin = org.act(
        "create_user", username="twin@example.com", first_name="Integration", last_name="User"
    )["id"]
    org.task("A")
    org.task("A", OwnerId=twin)

    by_owner = org.run(groupingsDown=[{"name": "ASSIGNED"}])
    by_subject = org.run(groupingsDown=[{"name": "SUBJECT"}], detailColumns=["STATUS"])

    assert {one[2] for one in _groups(by_owner)} == {org.state.integration_id, twin}
    assert len({one[1] for one in _groups(by_owner)}) == 1
    assert _groups(by_subject) == [("0", "A", "A")]


def test_numbers_are_summed(org: ReportOrg) -> None:
    for seconds in (30, 90, None):
        org.task("Call", CallDurationInSeconds=seconds)

    names = ["s!CALLDURATION", "a!CALLDURATION", "m!CALLDURATION", "x!CALLDURATION", "u!SUBJECT"]
    run = org.run(aggregates=[*names, "RowCount"], detailColumns=["CALLDURATIONFORMATTED"])

    facts = run["factMap"]["T!T"]
    assert [one["value"] for one in facts["aggregates"]] == [120, 60, 30, 90, 1, 3]
    labels = [one["label"] for one in run["reportExtendedMetadata"]["aggregateColumnInfo"].values()]
    assert labels[:2] == ["Sum of Call Duration (sec)", "Average Call Duration (sec)"]
    assert facts["rows"][1]["dataCells"][0]["label"] == "0:01:30"


def test_rows_end_at_2000_and_totals_do_not(org: ReportOrg) -> None:
    org.switch(analytics_detail_rows=3)
    for number in range(5):
        org.task(f"Task {number}", Type="Call" if number < 2 else "Email")

    run = org.run(groupingsDown=[{"name": "TASK_TYPE"}], detailColumns=["SUBJECT"])

    assert run["allData"] is False
    assert _counts(run) == {"0!T": 2, "1!T": 3, "T!T": 5}
    assert [len(run["factMap"][key]["rows"]) for key in ("0!T", "1!T")] == [2, 1]


def test_2000_rows_are_all_and_2001_are_not(org: ReportOrg) -> None:
    rows = [{"attributes": {"type": "Task"}, "Subject": "T", "WhoId": org.contact}] * 200
    for _ in range(10):
        org.data("POST", "composite/sobjects", {"allOrNone": False, "records": rows})

    full = org.run(detailColumns=["SUBJECT"])
    org.task("One more")
    over = org.run(detailColumns=["SUBJECT"])

    assert [len(one["factMap"]["T!T"]["rows"]) for one in (full, over)] == [2000, 2000]
    assert [one["allData"] for one in (full, over)] == [True, False]
    assert over["factMap"]["T!T"]["aggregates"][0]["label"] == "2,001"


def test_rows_are_sorted_by_a_selected_column_and_limited(org: ReportOrg) -> None:
    for subject in ("b", "A", "c"):
        org.task(subject)
    by_subject = [{"sortColumn": "SUBJECT", "sortOrder": "Desc"}]

    run = org.run(detailColumns=["SUBJECT"], sortBy=by_subject)
    limited = org.run(
        detailColumns=["SUBJECT"], sortBy=by_subject, topRows={"rowLimit": 2, "direction": "Asc"}
    )

    assert org.labels(run) == ["c", "b", "A"]
    assert org.labels(limited) == ["c", "b"]
    assert limited["factMap"]["T!T"]["aggregates"][0]["value"] == 2


def test_each_type_has_its_own_rows(org: ReportOrg) -> None:
    lead = org.create("Lead", {"LastName": "Sato", "Company": "Beta"})
    deal = org.create(
        "Opportunity",
        {"Name": "Deal", "StageName": "Prospecting", "CloseDate": "2026-05-01", "Amount": 1500},
    )
    org.task("To contact")
    org.data("POST", "sobjects/Task", {"Subject": "To lead", "WhoId": lead})
    org.data("POST", "sobjects/Task", {"Subject": "To deal", "WhatId": deal})
    org.data("POST", "sobjects/Task", {"Subject": "To nobody"})

    def subjects(kind: str, *more: str) -> Any:
        return org.rows(org.run(kind, detailColumns=["SUBJECT", *more]))

    assert subjects("ContactActivity", "EMAIL") == [["To contact", "tanaka@example.com"]]
    assert subjects("LeadActivity", "COMPANY", "LEAD_STATUS", "LEAD_OWNER") == [
        ["To lead", "Beta", "Open - Not Contacted", "Integration User"]
    ]
    assert subjects("OpportunityActivity", "AMOUNT") == [["To deal", "$1,500.00"]]
    assert subjects("AccountActivity", "ACCOUNT.NAME") == [["To contact", "Acme"]]
    assert [one[0] for one in subjects("Activity", "CONTACT", "LEAD")] == [
        "To contact",
        "To lead",
        "To deal",
        "To nobody",
    ]


def test_a_money_cell_names_its_amount(org: ReportOrg) -> None:
    deal = org.create(
        "Opportunity",
        {"Name": "Deal", "StageName": "Prospecting", "CloseDate": "2026-05-01", "Amount": 1500},
    )
    org.data("POST", "sobjects/Task", {"Subject": "To deal", "WhatId": deal})

    run = org.run("OpportunityActivity", detailColumns=["AMOUNT"], aggregates=["s!AMOUNT"])

    cell = run["factMap"]["T!T"]["rows"][0]["dataCells"][0]
    assert cell == {"label": "$1,500.00", "value": {"amount": 1500, "currency": None}}
    assert run["factMap"]["T!T"]["aggregates"] == [{"label": "$1,500.00", "value": 1500}]


def test_events_are_activities_too(org: ReportOrg) -> None:
    org.task("Task")
    event = {
        "Subject": "Meeting",
        "WhoId": org.contact,
        "StartDateTime": "2026-03-02T09:00:00Z",
        "DurationInMinutes": 60,
    }
    assert org.data("POST", "sobjects/Event", event).status == 201

    def found(value: str) -> list[str]:
        wanted = [{"name": "type", "value": value}, {"name": "closed", "value": "all"}]
        return org.labels(org.run(standardFilters=wanted, detailColumns=["SUBJECT"]))

    assert (found("t"), found("e"), found("te")) == (["Task"], ["Meeting"], ["Task", "Meeting"])


def test_open_and_completed_are_told_apart(org: ReportOrg) -> None:
    org.task("Open")
    org.task("Done", Status="Completed")

    def found(value: str) -> list[str]:
        wanted = [{"name": "closed", "value": value}]
        return org.labels(org.run(standardFilters=wanted, detailColumns=["SUBJECT"]))

    assert (found("open"), found("closed"), found("all")) == (["Open"], ["Done"], ["Open", "Done"])


def test_a_scope_says_whose_activities(org: ReportOrg) -> None:
    report = org.act("create_user", username="rep@example.com", last_name="Rep")["id"]
    other = org.act("create_user", username="other@example.com", last_name="Other")["id"]
    users = org.state.store.table("User")
    users.put({**users.raw[report], "ManagerId": org.state.integration_id})
    org.task("Mine")
    org.task("My report's", OwnerId=report)
    org.task("Somebody's", OwnerId=other)

    def found(scope: str) -> list[str]:
        return org.labels(org.run(scope=scope, detailColumns=["SUBJECT"]))

    assert found("user") == ["Mine"]
    assert found("team") == ["Mine", "My report's"]
    assert found("organization") == ["Mine", "My report's", "Somebody's"]


def test_what_the_user_does_not_see_is_not_counted(org: ReportOrg) -> None:
    hidden = org.task("Hidden")
    gone = org.task("Deleted")
    org.task("Seen")
    org.act("set_record_access", id=hidden, level="none")
    org.act("delete_task", id=gone)

    assert org.labels(org.run(detailColumns=["SUBJECT"])) == ["Seen"]

    org.act("set_record_access", id=org.contact, level="none")
    assert org.labels(org.run(detailColumns=["SUBJECT"])) == []


def test_a_hidden_field_is_no_column(org: ReportOrg) -> None:
    org.task("A", Type="Call")
    org.act("hide_field", object="Task", field="Type")

    answer = org.query(detailColumns=["TASK_TYPE"])

    assert answer.status == 400
    assert answer.json()[0]["errorCode"] == "BAD_REQUEST"
    assert "TASK_TYPE" not in org.columns("ContactActivity")


def test_the_key_field_is_a_column(org: ReportOrg) -> None:
    assert "Activity.Tandem_Key__c" not in org.columns("ContactActivity")
    org.act("create_custom_field", name="Tandem_Key__c", external_id=True, unique=True)
    org.task("Ours", Tandem_Key__c="1-mail-7")
    org.task("Theirs")

    run = org.run(
        detailColumns=["SUBJECT", "Activity.Tandem_Key__c"],
        reportFilters=[{"column": "Activity.Tandem_Key__c", "operator": "notEqual", "value": ""}],
    )

    assert org.rows(run) == [["Ours", "1-mail-7"]]


def test_heads_of_series_are_no_activities(org: ReportOrg) -> None:
    series = {
        "Subject": "Weekly",
        "WhoId": org.contact,
        "IsRecurrence": True,
        "RecurrenceStartDateOnly": "2026-03-02",
        "RecurrenceEndDateOnly": "2026-03-04",
        "RecurrenceType": "RecursDaily",
        "RecurrenceInterval": 1,
        "RecurrenceTimeZoneSidKey": "America/Los_Angeles",
    }
    made = org.act("create_series", fields=series)

    found = org.labels(org.run(detailColumns=["ACTIVITY_ID"]))

    assert found
    assert str(made["id"])[:15] not in found
