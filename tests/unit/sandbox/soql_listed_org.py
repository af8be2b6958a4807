"""An organisation of a few listed records, and statements run against it."""

from typing import Any

import pytest

from tandem.sandbox.salesforce.soql import (
    QueryError,
    Result,
    execute,
)
from tandem.sandbox.salesforce.soql.listed import (
    ListedChild,
    ListedField,
    ListedObject,
    ListedSource,
)

KEI = "0055g00000TandmAAB"
ANN, LEO, ACME, ACORN = (
    "0035g00000TandmAAB",
    "00Q5g00000TandmEAB",
    "0015g00000TandmAAB",
    "0015g00000TandnAAB",
)
CALL, MAIL, NOTE, OLD = (f"00T5g00000Tand{letter}EAB" for letter in "mnop")


def column_of(name: str, kind: str = "string", **more: Any) -> ListedField:
    return ListedField(name=name, type=kind, **more)


def lookup_to(name: str, *targets: str) -> ListedField:
    return column_of(
        name, "reference", relationship_name=name.removesuffix("Id"), reference_to=targets
    )


USER = ListedObject(
    name="User",
    columns=(column_of("Id", "id"), column_of("Name"), column_of("Email", "email")),
    listed=[{"Id": KEI, "Name": "Kei Aoki", "Email": "kei@example.com"}],
)
ACCOUNT = ListedObject(
    name="Account",
    columns=(
        column_of("Id", "id"),
        column_of("Name"),
        column_of("Industry", "picklist", picklist=(("Tech", "Technology"), ("Bank", "Banking"))),
        column_of("Regions", "multipicklist", sortable=False),
        column_of("AnnualRevenue", "currency", groupable=False),
        column_of("BillingAddress", "address", filterable=False, sortable=False),
        column_of("Tier__c", custom=True),
    ),
    listed=[
        {
            "Id": ACME,
            "Name": "Acme",
            "Industry": "Bank",
            "Regions": "EU;US",
            "AnnualRevenue": 1500,
            "BillingAddress": {"city": "Kyoto"},
        },
        {"Id": ACORN, "Name": "acorn", "Industry": "Tech", "Regions": "JP"},
    ],
    children=(ListedChild(name="Contacts", child_object="Contact", field="AccountId"),),
)
CONTACT = ListedObject(
    name="Contact",
    columns=(
        column_of("Id", "id"),
        column_of("Name"),
        column_of("Email", "email"),
        lookup_to("AccountId", "Account"),
    ),
    listed=[{"Id": ANN, "Name": "Ann", "Email": "Ann@Example.com", "AccountId": ACME}],
    children=(ListedChild(name="Tasks", child_object="Task", field="WhoId"),),
)
LEAD = ListedObject(
    name="Lead",
    columns=(column_of("Id", "id"), column_of("Name"), column_of("IsConverted", "boolean")),
    listed=[{"Id": LEO, "Name": "Leo"}],
)
HISTORY = ListedObject(name="ActivityHistory", columns=(column_of("Id", "id"),), queryable=False)
TASK = ListedObject(
    name="Task",
    name_field="Subject",
    columns=(
        column_of("Id", "id"),
        column_of("Subject", "combobox"),
        column_of("Description", "textarea", filterable=False, sortable=False, groupable=False),
        lookup_to("WhoId", "Contact", "Lead"),
        lookup_to("OwnerId", "Group", "User"),
        lookup_to("CreatedById", "User"),
        column_of("SystemModstamp", "datetime", groupable=False),
        column_of("ActivityDate", "date"),
        column_of("IsClosed", "boolean"),
        column_of("CallDurationInSeconds", "int"),
        column_of("Tandem_Key__c", custom=True, case_sensitive=True),
    ),
    listed=[
        {
            "Id": CALL,
            "Subject": "Call: Ann_1",
            "Description": "long",
            "WhoId": ANN,
            "OwnerId": KEI,
            "CreatedById": KEI,
            "SystemModstamp": "2026-03-04T01:00:00.000+0000",
            "ActivityDate": "2026-03-04",
            "IsClosed": True,
            "CallDurationInSeconds": 60,
            "Tandem_Key__c": "Key1",
        },
        {
            "Id": MAIL,
            "Subject": "email: spring",
            "WhoId": LEO,
            "OwnerId": KEI,
            "CreatedById": KEI,
            "SystemModstamp": "2026-03-03T23:30:00.000+0000",
            "ActivityDate": "2026-02-28",
            "CallDurationInSeconds": 30,
            "Tandem_Key__c": "key1",
        },
        {
            "Id": NOTE,
            "Subject": "Note",
            "OwnerId": "00G5g00000TandmEAB",
            "CreatedById": KEI,
            "SystemModstamp": "2026-01-01T00:00:00.000+0000",
        },
    ],
    deleted=[{"Id": OLD, "Subject": "Gone", "SystemModstamp": "2025-01-01T00:00:00.000+0000"}],
)


def listed_org(**more: Any) -> ListedSource:
    return ListedSource(objects=(USER, ACCOUNT, CONTACT, LEAD, HISTORY, TASK), **more)


def run_on(statement: str, org: ListedSource | None = None, **more: Any) -> Result:
    return execute(statement, org or listed_org(), version="62.0", **more)


def records_of(
    statement: str, org: ListedSource | None = None, **more: Any
) -> list[dict[str, Any]]:
    return list(run_on(statement, org, **more).records)


def ids_of(statement: str, org: ListedSource | None = None, **more: Any) -> list[Any]:
    return [record["Id"] for record in records_of(statement, org, **more)]


def tasks_where(condition: str, org: ListedSource | None = None, **more: Any) -> list[Any]:
    return ids_of(
        f"SELECT Id FROM Task WHERE {condition} ORDER BY SystemModstamp DESC", org, **more
    )


def refusal_of(statement: str, org: ListedSource | None = None, **more: Any) -> QueryError:
    with pytest.raises(QueryError) as caught:
        records_of(statement, org, **more)
    return caught.value
