"""An org with one contact, and short ways to run reports on its activities."""

from typing import Any

from tests.support.salesforce_calls import Answer, Org

EVERYTHING: dict[str, Any] = {
    "reportFormat": "TABULAR",
    "detailColumns": ["STATUS"],
    "scope": "organization",
    "standardDateFilter": {"column": "DUE_DATE", "durationValue": "CUSTOM"},
    "standardFilters": [{"name": "type", "value": "te"}, {"name": "closed", "value": "all"}],
}
"""All activities, ever: the definition to which a test adds what it is about."""


class ReportOrg(Org):
    """`contact` is a contact of the account Acme."""

    contact = ""

    def with_people(self) -> "ReportOrg":
        account = self.create("Account", {"Name": "Acme"})
        self.contact = self.create(
            "Contact",
            {
                "FirstName": "花子",
                "LastName": "田中",
                "Email": "tanaka@example.com",
                "AccountId": account,
            },
        )
        return self

    def create(self, kind: str, fields: dict[str, Any]) -> str:
        answer = self.data("POST", f"sobjects/{kind}", fields)
        assert answer.status == 201, answer.text
        return str(answer.json()["id"])

    def task(self, subject: str, day: str | None = None, **more: Any) -> str:
        """A task on the contact."""
        given = {"Subject": subject, "WhoId": self.contact, "ActivityDate": day, **more}
        return self.create("Task", given)

    def act(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        return self.state.act(name, arguments)

    def switch(self, **values: Any) -> None:
        self.world.switches.set(values)

    def definition(self, kind: str = "ContactActivity", /, **changes: Any) -> dict[str, Any]:
        return {"reportMetadata": {**EVERYTHING, "reportType": {"type": kind}, **changes}}

    def query(
        self, kind: str = "ContactActivity", /, *, details: bool = True, **changes: Any
    ) -> Answer:
        """Run a definition that is not saved."""
        path = f"analytics/reports/query?includeDetails={str(details).lower()}"
        return self.data("POST", path, self.definition(kind, **changes))

    def run(
        self, kind: str = "ContactActivity", /, *, details: bool = True, **changes: Any
    ) -> dict[str, Any]:
        answer = self.query(kind, details=details, **changes)
        assert answer.status == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def refusal(self, kind: str = "ContactActivity", /, **changes: Any) -> tuple[int, str, str]:
        """Status, code and sentence of a definition that is refused."""
        return refused(self.query(kind, **changes))

    def report(self, kind: str = "ContactActivity", /, **changes: Any) -> str:
        """The id of a new report."""
        answer = self.data(
            "POST", "analytics/reports", self.definition(kind, **{"name": "Report", **changes})
        )
        assert answer.status == 200, answer.text
        return str(answer.json()["reportMetadata"]["id"])

    def rows(self, run: dict[str, Any], key: str = "T!T") -> list[list[str]]:
        """The labels of a run's rows."""
        rows = run["factMap"][key]["rows"]
        return [[cell["label"] for cell in row["dataCells"]] for row in rows]

    def labels(self, run: dict[str, Any]) -> list[str]:
        """The first labels of the rows."""
        return [row[0] for row in self.rows(run)]

    def columns(self, kind: str) -> dict[str, Any]:
        """The columns a report type describes, by name."""
        body = self.data("GET", f"analytics/reportTypes/{kind}").json()
        found: dict[str, Any] = {}
        for category in body["reportTypeMetadata"]["categories"]:
            found.update(category["columns"])
        return found


def refused(answer: Answer) -> tuple[int, str, str]:
    """Status, code and sentence of an error."""
    assert answer.status >= 400, answer.text
    (error,) = answer.json()
    return answer.status, error["errorCode"], error["message"]
