"""Search: names, companies and addresses that begin with the words looked for ([run-jsforce], [run-ss])."""

import re
from datetime import timedelta
from typing import Any

from tandem.sandbox.salesforce.describe import sobject_of
from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.resource import Call, Reply
from tandem.sandbox.salesforce.soql import QueryError, Visibility, execute
from tandem.sandbox.salesforce.store import Row
from tandem.sandbox.salesforce.view import View
from tandem.sandbox.salesforce.wire import to_wire

MOST_RESULTS = 2_000
_SCOPES = {
    "ALL": ("Name", "FirstName", "LastName", "Company", "Email", "Phone", "Subject", "Website"),
    "NAME": ("Name", "FirstName", "LastName", "Company", "Subject"),
    "EMAIL": ("Email",),
    "PHONE": ("Phone",),
}
_OBJECTS = ("Account", "Contact", "Lead", "Opportunity")
_STATEMENT = re.compile(
    r"\s*FIND\s*\{(?P<term>(?:\\.|[^}])*)\}"
    r"(?:\s+IN\s+(?P<scope>\w+)\s+FIELDS)?"
    r"(?:\s+RETURNING\s+(?P<returning>.+?))?"
    r"(?:\s+LIMIT\s+(?P<limit>\d+))?\s*",
    re.IGNORECASE | re.DOTALL,
)
_OBJECT = re.compile(
    r"\s*(?P<name>\w+)\s*(?:\((?P<fields>[^()]*?)(?:\s+WHERE\s+(?P<where>.+?))?"
    r"(?:\s+ORDER\s+BY\s+(?P<order>[^()]+?))?(?:\s+LIMIT\s+(?P<limit>\d+))?\s*\))?\s*(?:,|$)",
    re.IGNORECASE | re.DOTALL,
)


def search(call: Call) -> Reply:
    """`q=FIND {term} IN … FIELDS RETURNING Contact(Id, Name), …`."""
    statement = call.query.get("q", "")
    matched = _STATEMENT.fullmatch(statement)
    if matched is None:
        raise SalesforceError("MALFORMED_SEARCH", f"unexpected search: {statement}")
    scope = _scope((matched["scope"] or "ALL").upper())
    wanted = _returning(matched["returning"])
    limit = int(matched["limit"] or MOST_RESULTS)
    found: list[dict[str, Any]] = []
    for one in wanted:
        found += _find(call, matched["term"], scope, **one)
    return Reply(body={"searchRecords": found[:limit]})


def parameterized(call: Call) -> Reply:
    """The same, with parameters or a JSON body instead of a statement."""
    if call.method == "POST":
        given = call.mapping()
        sobjects = given.get("sobjects") or []
        common = ", ".join(given.get("fields", ["Id"]))
        wanted = [
            {
                "name": one["name"],
                "fields": ", ".join(one.get("fields", [])) or common,
                "where": one.get("where"),
                "limit": one.get("limit"),
            }
            for one in sobjects
        ]
        scope_name = str(given.get("in", "ALL"))
        term = str(given.get("q", ""))
    else:
        term, scope_name = call.query.get("q", ""), call.query.get("in", "ALL")
        names = call.query.get("sobject", "")
        fields = call.query.get("fields", "Id")
        wanted = [
            {"name": one.strip(), "fields": fields} for one in names.split(",") if one.strip()
        ]
    if not term:
        raise SalesforceError("MALFORMED_SEARCH", "search term must be longer than one character: ")
    scope = _scope(scope_name.upper())
    found: list[dict[str, Any]] = []
    for one in wanted or [{"name": name, "fields": "Id"} for name in _OBJECTS]:
        found += _find(call, term, scope, **one)
    return Reply(body={"searchRecords": found[:MOST_RESULTS]})


def _scope(name: str) -> tuple[str, ...]:
    if name not in _SCOPES:
        raise SalesforceError("MALFORMED_SEARCH", f"unexpected search scope: {name}")
    return _SCOPES[name]


def _returning(text: str | None) -> list[dict[str, Any]]:
    if text is None:
        return [{"name": name, "fields": "Id"} for name in _OBJECTS]
    wanted, at = [], 0
    while at < len(text):
        matched = _OBJECT.match(text, at)
        if matched is None or matched.end() == at:
            raise SalesforceError("MALFORMED_SEARCH", f"unexpected token: {text[at:]}")
        wanted.append(
            {
                "name": matched["name"],
                "fields": matched["fields"] or "Id",
                "where": matched["where"],
                "order": matched["order"],
                "limit": matched["limit"],
            }
        )
        at = matched.end()
    return wanted


def _find(
    call: Call,
    term: str,
    scope: tuple[str, ...],
    *,
    name: str,
    fields: str,
    where: str | None = None,
    order: str | None = None,
    limit: str | int | None = None,
) -> list[dict[str, Any]]:
    sobject = sobject_of(call, name)
    words = [one.strip('"*?').casefold() for one in re.sub(r"\\(.)", r"\1", term).split()]
    words = [one for one in words if one]
    if not sobject.searchable or not words:
        return []
    lag = float(call.state.switches["search_lag_seconds"])
    indexed = to_wire(call.state.world.clock.now() - timedelta(seconds=lag))
    visible = [one for one in scope if one in call.rights.fields(sobject)]
    ids = [
        f"'{row['Id']}'"
        for row in call.state.store.table(sobject.name).rows()
        if row["SystemModstamp"] <= indexed and _matches(row, visible, words)
    ]
    if not ids:
        return []
    statement = f"SELECT {fields} FROM {sobject.name} WHERE Id IN ({', '.join(ids[:MOST_RESULTS])})"
    statement += f" AND ({where})" if where else ""
    statement += f" ORDER BY {order}" if order else ""
    statement += f" LIMIT {limit}" if limit else ""
    try:
        result = execute(
            statement,
            View(call.state, call.rights),
            version=call.version,
            visibility=Visibility.QUERY,
        )
    except QueryError as error:
        raise SalesforceError(error.code, error.message) from error
    return [dict(one) for one in result.records]


def _matches(row: Row, fields: list[str], words: list[str]) -> bool:
    text = " ".join(str(row[name]) for name in fields if row.get(name)).casefold()
    tokens = [text, *re.split(r"[\s@.,;:/()-]+", text), *text.split()]
    return all(any(token.startswith(word) for token in tokens) for word in words)
