"""SOQL: the statement a client sends, what it means, and the records it yields."""

from tandem.sandbox.salesforce.soql.errors import QueryError
from tandem.sandbox.salesforce.soql.execute import Records, Result, execute
from tandem.sandbox.salesforce.soql.parser import parse
from tandem.sandbox.salesforce.soql.rules import Rules
from tandem.sandbox.salesforce.soql.source import (
    ChildRelationship,
    Field,
    Hint,
    Lookup,
    ObjectType,
    Range,
    Row,
    Source,
    Value,
    Visibility,
    text_key,
)

__all__ = [
    "ChildRelationship",
    "Field",
    "Hint",
    "Lookup",
    "ObjectType",
    "QueryError",
    "Range",
    "Records",
    "Result",
    "Row",
    "Rules",
    "Source",
    "Value",
    "Visibility",
    "execute",
    "parse",
    "text_key",
]
