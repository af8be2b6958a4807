"""References of a record that is saved: named by an external id, and checked to lead somewhere."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tandem.sandbox.salesforce import errors
from tandem.sandbox.salesforce.access import Rights
from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.schema import Field, SObject
from tandem.sandbox.salesforce.store import Row

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.state import SalesforceState


def resolve(
    state: "SalesforceState", rights: Rights, sobject: SObject, name: str, value: Any
) -> tuple[Field, Any]:
    """
    The field and value meant by a name that is no visible field's API spelling.

    Names ignore case; a relationship's name with an object in it (`"Who": {"Email": …}`) points at the
    record with that external id ([upsert]). Anything else is an unknown column.
    """
    field = sobject.field(name)
    if field is not None and rights.reads(sobject, field):
        return field, value
    parent = sobject.relationships.get(name.lower())
    if parent is None or not rights.reads(sobject, parent):
        raise errors.no_such_column(name, sobject.name)
    if value is None:
        return parent, None
    if not isinstance(value, Mapping):
        raise errors.parser_error(
            f"Cannot deserialize instance of {name} from VALUE_STRING value {value} or request may be "
            "missing a required field at [line:1, column:1]"
        )
    return parent, _by_external_id(state, parent, value)


def check(
    state: "SalesforceState", rights: Rights, sobject: SObject, row: Row, changed: Mapping[str, Any]
) -> None:
    """Every changed reference leads to a record of a right kind that is there and shared."""
    for field in state.reference_fields(sobject):
        value = changed.get(field.name)
        if value is not None:
            row[field.name] = _check_one(state, rights, field, value)


def _check_one(state: "SalesforceState", rights: Rights, field: Field, value: str) -> str:
    target = state.schema.by_id(value)
    if target is None or target.name not in field.reference_to:
        message = f"{field.label}: id value of incorrect type: {value}"
        code = "FIELD_INTEGRITY_EXCEPTION" if field.name_pointing else "MALFORMED_ID"
        raise SalesforceError(code, message, [field.name])
    found = state.store.table(target.name).raw.get(value)
    if found is None or not state.sees(rights, found):
        raise errors.bad_cross_reference()
    if found.get("IsDeleted"):
        raise errors.deleted(target.name)
    if field.name == "WhoId":
        _check_person(state, rights, found)
    return str(found["Id"])


def _check_person(state: "SalesforceState", rights: Rights, person: Row) -> None:
    if person.get("IsConverted"):
        raise SalesforceError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
    if state.switches["who_access"] == "edit" and not state.edits(rights, person):
        raise SalesforceError(
            "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
            f"insufficient access rights on cross-reference id: {person['Id'][:15]}",
        )


def _by_external_id(state: "SalesforceState", field: Field, value: Mapping[str, Any]) -> str:
    given = {name: one for name, one in value.items() if name != "attributes"}
    targets = _targets(field, value)
    if len(given) != 1 or len(targets) != 1:
        raise errors.parser_error(
            "A nested reference names one external id, and the kind of a polymorphic one in attributes."
        )
    name, key = next(iter(given.items()))
    sobject = state.schema[targets[0]]
    lookup = sobject.field(name)
    if lookup is None or not (lookup.external_id or lookup.id_lookup):
        raise errors.no_such_column(name, sobject.name)
    rows = state.store.table(sobject.name).find(lookup.name, str(key))
    if not rows:
        raise SalesforceError(
            "INVALID_FIELD",
            f"Foreign key external ID: {key} not found for field {lookup.name} in entity {sobject.name}",
        )
    if len(rows) > 1:
        raise SalesforceError(
            "INVALID_FIELD",
            f"More than one record found for external id field: {[row['Id'] for row in rows]}",
        )
    return str(rows[0]["Id"])


def _targets(field: Field, value: Mapping[str, Any]) -> tuple[str, ...]:
    attributes = value.get("attributes")
    kind = attributes.get("type") if isinstance(attributes, Mapping) else None
    if kind is None:
        return field.reference_to
    return tuple(one for one in field.reference_to if one.lower() == str(kind).lower())
