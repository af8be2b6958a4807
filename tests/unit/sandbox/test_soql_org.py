"""The engine on the simulated org itself: indexes and permissions change what it costs, not what it says."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.support.salesforce_calls import Org

from tandem.sandbox.salesforce.soql import Visibility, execute
from tandem.sandbox.salesforce.view import View

STATEMENTS = (
    "SELECT Id, Subject FROM Task WHERE SystemModstamp >= 2026-03-04T12:00:00Z ORDER BY SystemModstamp, Id",
    (
        "SELECT Id FROM Task WHERE SystemModstamp >= 2026-03-04T12:00:05Z "
        "AND SystemModstamp < 2026-03-04T12:00:20Z ORDER BY SystemModstamp, Id LIMIT 4"
    ),
    "SELECT Id, Who.Type, Who.Name FROM Task WHERE Who.Type = 'Contact' ORDER BY Id",
    "SELECT Id FROM Task WHERE WhoId IN (SELECT Id FROM Contact WHERE Email = 'C3@example.com') ORDER BY Id",
    "SELECT Id FROM Contact WHERE Email IN ('C1@EXAMPLE.COM', 'c2@example.com') ORDER BY Id",
    "SELECT Id FROM Task WHERE Tandem_Key__c IN ('k3', 'k4', 'none') ORDER BY Id",
    "SELECT Name, MailingAddress, (SELECT Subject FROM Tasks ORDER BY Subject) FROM Contact ORDER BY Name",
    "SELECT Status, COUNT(Id) n FROM Task GROUP BY Status ORDER BY Status",
    "SELECT Id, IsDeleted FROM Task WHERE IsDeleted = true ORDER BY Id",
    "SELECT Subject FROM Task WHERE Owner.Name LIKE 'integration%' AND IsClosed = false ORDER BY Subject",
)


class _Scanning(View):
    """The org without indexes."""

    def rows(self, object_name: str, /, **more: Any) -> Any:
        return super().rows(object_name, visibility=more["visibility"])


@pytest.fixture(scope="module")
def org() -> Iterator[Org]:
    made = Org()
    key = {"object": "Activity", "name": "Tandem_Key__c", "external_id": True, "unique": True}
    made.state.act("create_custom_field", key)
    people = [
        made.data(
            "POST",
            "sobjects/Contact",
            {"LastName": f"C{n}", "Email": f"c{n}@example.com", "MailingCity": "Kyoto"},
        ).json()["id"]
        for n in range(5)
    ]
    for number in range(12):
        made.world.clock.advance(3)
        task = {
            "Subject": f"Call {number}",
            "WhoId": people[number % 5] if number % 4 else None,
            "Status": "Completed" if number % 2 else "Not Started",
            "Tandem_Key__c": f"k{number}",
        }
        answer = made.data("POST", "sobjects/Task", task)
        if number % 6 == 5:
            made.data("DELETE", f"sobjects/Task/{answer.json()['id']}")
    return made


@pytest.mark.parametrize("visibility", list(Visibility))
@pytest.mark.parametrize("statement", STATEMENTS)
def test_indexes_do_not_change_an_answer(org: Org, statement: str, visibility: Visibility) -> None:
    rights = org.state.rights()
    answers = [
        list(execute(statement, source, version="62.0", visibility=visibility).records)
        for source in (View(org.state, rights), _Scanning(org.state, rights))
    ]

    assert answers[0] == answers[1]
    assert answers[0] or "IsDeleted = true" in statement


def test_the_answer_over_http_is_the_engines(org: Org) -> None:
    answer = org.data("GET", "query/?q=SELECT+COUNT()+FROM+Task").json()

    assert answer == {"totalSize": 10, "done": True, "records": []}


def test_an_unknown_object_is_refused_over_http_as_recorded(org: Org) -> None:
    """Recorded in TestCountSObjects.test_count_sobjects__errors."""
    answer = org.data("GET", "query/?q=select+count()+from+XYZZY")

    assert (answer.status, answer.json()[0]["errorCode"]) == (400, "INVALID_TYPE")
    assert answer.json()[0]["message"].startswith(
        "\nselect count() from XYZZY\n                    ^\nERROR at Row:1:Column:21\n"
    )


def test_a_plus_that_became_a_blank_breaks_an_instant(org: Org) -> None:
    """A client must write it as %2B [soql-date]."""
    start = "query/?q=SELECT+Id+FROM+Task+WHERE+SystemModstamp+>=+2026-03-01T00:00:00"

    assert org.data("GET", f"{start}+09:00").status == 400
    assert org.data("GET", f"{start}%2B09:00").status == 200
