"""Custom fields by the Tooling API, and who sees them."""

from typing import Any
from urllib.parse import quote

import pytest
from tests.support.salesforce_calls import Answer, Org

KEY: dict[str, Any] = {
    "label": "Tandem Key",
    "type": "Text",
    "length": 80,
    "externalId": True,
    "unique": True,
    "caseSensitive": True,
}


@pytest.fixture
def org() -> Org:
    return Org()


def _create(org: Org, name: str = "Activity.Tandem_Key__c", **changes: Any) -> Answer:
    metadata = {key: value for key, value in {**KEY, **changes}.items() if value is not None}
    body = {"FullName": name, "Metadata": metadata}
    return org.data("POST", "tooling/sobjects/CustomField", body)


def _query(org: Org, statement: str, api: str = "tooling/query") -> Any:
    return org.data("GET", f"{api}/?q={quote(statement)}").json()


def _fields(org: Org, name: str = "Task") -> dict[str, Any]:
    described = org.data("GET", f"sobjects/{name}/describe").json()
    return {field["name"]: field for field in described["fields"]}


def _grant(org: Org, *, edit: bool = True, on: str = "Task") -> Answer:
    """As an installer does: the permission set of the integration user's profile gets the field."""
    user = _query(
        org, f"SELECT ProfileId FROM User WHERE Id = '{org.state.integration_id}'", "query"
    )
    profile = user["records"][0]["ProfileId"]
    owned = (
        f"SELECT Id FROM PermissionSet WHERE IsOwnedByProfile = true AND ProfileId = '{profile}'"
    )
    grant = {
        "ParentId": _query(org, owned, "query")["records"][0]["Id"],
        "SobjectType": on,
        "Field": f"{on}.Tandem_Key__c",
        "PermissionsRead": True,
        "PermissionsEdit": edit,
    }
    return org.data("POST", "sobjects/FieldPermissions", grant)


def test_a_field_of_activity_is_made(org: Org) -> None:
    answer = _create(org)
    made = answer.json()

    assert answer.status == 201
    assert made["id"].startswith("00N")
    assert (made["success"], made["errors"], made["warnings"], made["infos"]) == (True, [], [], [])


def test_nobody_sees_a_new_field_until_it_is_granted(org: Org) -> None:
    _create(org)
    hidden = org.data("GET", f"query/?q={quote('SELECT Tandem_Key__c FROM Task')}")

    assert "Tandem_Key__c" not in _fields(org)
    assert (hidden.status, hidden.json()[0]["errorCode"]) == (400, "INVALID_FIELD")
    assert "No such column 'Tandem_Key__c' on entity 'Task'" in hidden.json()[0]["message"]


def test_a_granted_field_is_described_written_and_queried(org: Org) -> None:
    _create(org)
    granted = _grant(org)
    field = _fields(org)["Tandem_Key__c"]
    body = {"Subject": "Call", "Tandem_Key__c": "1-calls-2"}
    made = org.data("POST", "sobjects/Task", body)
    found = _query(org, "SELECT Subject FROM Task WHERE Tandem_Key__c = '1-calls-2'", "query")

    assert granted.status == 201, granted.text
    assert tuple(field[name] for name in ("length", "unique", "externalId", "caseSensitive")) == (
        80,
        True,
        True,
        True,
    )
    assert made.status == 201, made.text
    assert [record["Subject"] for record in found["records"]] == ["Call"]


def test_the_field_is_one_of_task_and_of_event(org: Org) -> None:
    _create(org)
    _grant(org)
    _grant(org, on="Event")

    assert "Tandem_Key__c" in _fields(org, "Task")
    assert "Tandem_Key__c" in _fields(org, "Event")


def test_a_field_granted_for_reading_is_not_written(org: Org) -> None:
    _create(org)
    _grant(org, edit=False)
    refused = org.data("POST", "sobjects/Task", {"Subject": "Call", "Tandem_Key__c": "k"})

    assert refused.status == 400
    assert "Tandem_Key__c" in refused.json()[0]["message"]


def test_a_key_serves_an_upsert_and_is_unique(org: Org) -> None:
    _create(org)
    _grant(org)
    first = org.data("PATCH", "sobjects/Task/Tandem_Key__c/1-calls-2", {"Subject": "Call"})
    again = org.data("PATCH", "sobjects/Task/Tandem_Key__c/1-calls-2", {"Subject": "Call 2"})
    twice = org.data("POST", "sobjects/Task", {"Subject": "x", "Tandem_Key__c": "1-calls-2"})
    other = org.data("POST", "sobjects/Task", {"Subject": "x", "Tandem_Key__c": "1-CALLS-2"})

    assert (first.status, again.status) == (201, 200)
    assert twice.json()[0]["errorCode"] == "DUPLICATE_VALUE"
    assert other.status == 201, "the field is case-sensitive"


def test_the_same_name_twice_is_refused(org: Org) -> None:
    _create(org)
    again = _create(org, label="Another label")

    assert again.status == 400
    assert again.json()[0]["errorCode"] == "DUPLICATE_DEVELOPER_NAME"
    assert again.json()[0]["message"] == "There is already a field named Tandem_Key on Activity."


@pytest.mark.parametrize(
    ("name", "changes", "code", "message"),
    [
        ("Task.Tandem_Key__c", {}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "Entity Enumeration"),
        ("Nope.Tandem_Key__c", {}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "Entity Enumeration"),
        ("Activity.Tandem_Key", {}, "FIELD_INTEGRITY_EXCEPTION", "ends in __c"),
        ("Activity", {}, "REQUIRED_FIELD_MISSING", "[FullName]"),
        ("Activity.K__c", {"label": None}, "FIELD_INTEGRITY_EXCEPTION", "non-empty label"),
        ("Activity.K__c", {"length": None}, "FIELD_INTEGRITY_EXCEPTION", "Must specify 'length'"),
        ("Activity.K__c", {"length": 256}, "FIELD_INTEGRITY_EXCEPTION", "between 1 and 255"),
        ("Activity.K__c", {"type": "Wish"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "Type: bad"),
        ("Activity.K__c", {"colour": "red"}, "INVALID_FIELD", "No such column 'colour'"),
        ("Activity.K__c", {"unique": False}, "FIELD_INTEGRITY_EXCEPTION", "'caseSensitive'"),
        ("Activity.K__c", {"type": "Checkbox"}, "FIELD_INTEGRITY_EXCEPTION", "'externalId'"),
    ],
)
def test_a_field_that_can_not_be_is_refused(
    org: Org, name: str, changes: dict[str, Any], code: str, message: str
) -> None:
    refused = _create(org, name, **changes)

    assert (400, code) == (refused.status, refused.json()[0]["errorCode"])
    assert message in refused.json()[0]["message"]


@pytest.mark.parametrize(("told", "status"), [("INSUFFICIENT_ACCESS", 403), ("NOT_FOUND", 404)])
def test_a_user_who_may_not_customize_is_refused(org: Org, told: str, status: int) -> None:
    org.state.switches.set({"tooling_refusal": told})
    user = org.state.act("create_user", {"username": "plain@tandem.example", "last_name": "Plain"})
    token = org.token_of(user["id"])
    body = {"FullName": "Activity.Tandem_Key__c", "Metadata": KEY}
    refused = org.data("POST", "tooling/sobjects/CustomField", body, token=token)
    unseen = org.data("GET", f"tooling/query/?q={quote('SELECT Id FROM CustomField')}", token=token)

    assert (status, told) == (refused.status, refused.json()[0]["errorCode"])
    assert unseen.json()[0]["errorCode"] == "INVALID_TYPE"


def test_a_field_is_found_by_its_names(org: Org) -> None:
    made = _create(org).json()["id"]
    statement = (
        "SELECT Id, DeveloperName, FullName, Metadata FROM CustomField "
        "WHERE TableEnumOrId = 'Activity' AND DeveloperName = 'Tandem_Key'"
    )
    answer = _query(org, statement)
    record = answer["records"][0]

    assert (answer["entityTypeName"], answer["size"], answer["done"]) == ("CustomField", 1, True)
    assert (made, "Activity.Tandem_Key__c") == (record["Id"], record["FullName"])
    assert tuple(record["Metadata"][name] for name in ("type", "length", "unique")) == (
        "Text",
        80,
        True,
    )
    url = f"/services/data/v62.0/tooling/sobjects/CustomField/{made}"
    assert url == record["attributes"]["url"]
    assert record["FullName"] == org.call("GET", url.removeprefix("/services")).json()["FullName"]


def test_metadata_of_several_fields_at_once_are_refused(org: Org) -> None:
    _create(org)
    _create(org, "Contact.Other__c")
    refused = _query(org, "SELECT Id, Metadata FROM CustomField")

    assert refused[0]["errorCode"] == "MALFORMED_QUERY"
    assert "no more than one row for retrieval. Result size: 2" in refused[0]["message"]


def test_a_field_is_changed_and_removed(org: Org) -> None:
    made = _create(org).json()["id"]
    _grant(org)
    task = org.data("POST", "sobjects/Task", {"Subject": "x", "Tandem_Key__c": "k"}).json()["id"]
    path = f"tooling/sobjects/CustomField/{made}"
    changed = org.data("PATCH", path, {"Metadata": {**KEY, "label": "Key"}})

    assert (changed.status, _fields(org)["Tandem_Key__c"]["label"]) == (204, "Key")
    assert org.data("DELETE", path).status == 204
    assert "Tandem_Key__c" not in _fields(org)
    assert "Tandem_Key__c" not in org.data("GET", f"sobjects/Task/{task}").json()
    assert org.data("GET", path).status == 404


def test_the_catalog_can_be_queried(org: Org) -> None:
    _create(org)
    entity = _query(
        org,
        "SELECT DurableId, Label, KeyPrefix FROM EntityDefinition WHERE QualifiedApiName = 'Task'",
    )
    fields = _query(
        org,
        "SELECT QualifiedApiName, DataType, EntityDefinition.Label FROM FieldDefinition WHERE "
        "EntityDefinition.QualifiedApiName = 'Task' AND QualifiedApiName = 'Tandem_Key__c'",
    )
    record = fields["records"][0]

    assert (entity["records"][0]["DurableId"], entity["records"][0]["KeyPrefix"]) == ("Task", "00T")
    assert record["DataType"] == "Text(80) (External ID) (Unique Case Sensitive)"
    assert record["EntityDefinition"]["Label"] == "Task"


def test_field_definitions_are_asked_for_by_object(org: Org) -> None:
    refused = _query(org, "SELECT QualifiedApiName FROM FieldDefinition")

    assert "a filter on a reified column is required" in refused[0]["message"]


def test_fields_made_in_setup_have_an_id_too(org: Org) -> None:
    org.state.act("create_custom_field", {"name": "Other__c", "object": "Activity"})
    found = _query(org, "SELECT DeveloperName, EntityDefinitionId FROM CustomField")

    assert [(one["DeveloperName"], one["EntityDefinitionId"]) for one in found["records"]] == [
        ("Other", "Activity")
    ]


def test_reset_forgets_fields(org: Org) -> None:
    _create(org)
    org.state.reset()

    assert _query(org, "SELECT Id FROM CustomField")["size"] == 0


def test_the_listing_names_what_there_is(org: Org) -> None:
    names = [one["name"] for one in org.data("GET", "tooling/sobjects").json()["sobjects"]]

    assert names == [
        "CustomField",
        "EntityDefinition",
        "FieldDefinition",
        "PlatformEventChannelMember",
    ]
