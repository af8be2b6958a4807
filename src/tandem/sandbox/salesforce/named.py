"""Users and objects that an act names."""

from typing import TYPE_CHECKING

from tandem.sandbox.salesforce.conversion import ActError
from tandem.sandbox.salesforce.ids import id18, is_id
from tandem.sandbox.salesforce.schema import SObject
from tandem.sandbox.salesforce.store import Row

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.state import SalesforceState


def user_of(state: "SalesforceState", named: str) -> Row:
    """The user of that id or user name."""
    table = state.store.table("User")
    row = table.raw.get(id18(named)) if is_id(named) else state.sessions.user_named(named)
    if row is None:
        raise ActError(f"There is no user {named!r}.")
    return row


def object_of(state: "SalesforceState", name: str) -> SObject:
    sobject = state.schema.get(name)
    if sobject is None:
        raise ActError(f"There is no object {name!r}.")
    return sobject
