"""Statements as the Bulk APIs take them: what they refuse although a query call would answer it."""

from __future__ import annotations

from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.soql import QueryError, Result, parse
from tandem.sandbox.salesforce.soql import model as m
from tandem.sandbox.salesforce.soql.aggregation import is_aggregate


def object_of(statement: str) -> str:
    """The object a statement reads, as it spells it."""
    try:
        return parse(statement).sources[0].path.text
    except QueryError as error:
        raise SalesforceError(error.code, error.message) from error


def check_statement(statement: str, result: Result) -> None:
    """
    Refuse what no Bulk query job does ([bulk2-query]).

    GROUP BY, OFFSET, TYPEOF, aggregates, children and compound fields. ORDER BY and LIMIT are only
    advised against.
    """
    query = parse(statement)
    refused = None
    if is_aggregate(query) or query.is_bare_count:
        refused = "Aggregate Relationships not supported in Bulk Query"
    elif query.offset is not None:
        refused = "OFFSET not supported in Bulk Query"
    elif any(isinstance(item, m.TypeOf) for item in query.items):
        refused = "TYPEOF not supported in Bulk Query"
    elif any(isinstance(item, m.ChildQuery) for item in query.items):
        refused = "Nested queries not supported in Bulk Query"
    elif any(isinstance(item, m.Column) and _is_fields(item) for item in query.items):
        refused = "FIELDS function not supported in Bulk Query"
    elif any(kind in ("address", "location") for kind in result.kinds):
        refused = "Selecting compound data not supported in Bulk Query"
    if refused:
        raise SalesforceError("FEATURENOTENABLED", refused)


def _is_fields(item: m.Column) -> bool:
    return isinstance(item.operand, m.Call) and item.operand.name.upper() == "FIELDS"
