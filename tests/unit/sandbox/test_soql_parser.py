"""What the SOQL grammar accepts, how it reads it, and what it says to the rest."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tandem.sandbox.salesforce.soql import QueryError, parse
from tandem.sandbox.salesforce.soql import model as m

_SPECS = Path(__file__).parents[4] / "shared" / "specs" / "salesforce" / "soql"
_CORPUS = _SPECS / "soql_parse_cases.json"
_BOUND = (62, 112, 113, 114, 115, 116, 117)

OWN_STATEMENTS = (
    (
        "SELECT Id, Subject, Who.Type FROM Task WHERE SystemModstamp >= 2026-03-01T09:00:00Z "
        "AND SystemModstamp < 2026-03-01T09:30:00.000+00:00 ORDER BY SystemModstamp, Id"
    ),
    "select group.name from GroupMember g where g.Group.Type = 'Queue' order by Group.Name",
    "SELECT Id FROM Contact AS c, c.Account a WHERE a.Name = 'x' LIMIT 1 OFFSET 2",
    "SELECT Id FROM Task WHERE (NOT Subject LIKE 'x\\_%') AND (WhoId = null OR IsClosed <> true)",
    "SELECT TYPEOF Who WHEN Contact THEN Email WHEN Lead THEN Email, IsConverted END FROM Task",
    "SELECT FIELDS(STANDARD), (SELECT Id FROM Tasks ORDER BY Id DESC NULLS LAST LIMIT 3) FROM Lead",
    (
        "SELECT CALENDAR_YEAR(convertTimezone(CreatedDate)), COUNT(Id) n FROM Task "
        "GROUP BY CALENDAR_YEAR(convertTimezone(CreatedDate)) HAVING COUNT(Id) > 1"
    ),
    "SELECT Id FROM Task WHERE ActivityDate IN (TODAY, LAST_N_DAYS:4, 2026-01-01)",
)


def _corpus() -> list[dict[str, Any]]:
    if not _CORPUS.exists():
        pytest.skip("the SOQL corpus lies beside the project and is absent here")
    cases: list[dict[str, Any]] = json.loads(_CORPUS.read_text(encoding="utf-8"))
    return cases


@pytest.mark.parametrize("statement", OWN_STATEMENTS)
def test_a_statement_of_the_kind_clients_send_is_accepted(statement: str) -> None:
    assert statement == parse(statement).text


def test_every_statement_of_the_corpus_without_a_bind_is_read_as_its_tree_says() -> None:
    """Compared are fields, object, conditions, grouping, order and bounds."""
    for case in _corpus():
        if case["testCase"] in _BOUND:
            continue
        query = parse(case["soql"])

        assert _expected(case["output"]) == _seen(query), case["soql"]


def test_statements_with_apex_binds_are_refused_as_rest_refuses_them() -> None:
    refused = [case["soql"] for case in _corpus() if case["testCase"] in _BOUND]

    assert len(refused) == 7
    for statement in refused:
        with pytest.raises(QueryError, match="Bind variables only allowed in Apex code") as caught:
            parse(statement)
        assert caught.value.code == "MALFORMED_QUERY"


def test_a_bind_is_refused_without_the_corpus_too() -> None:
    with pytest.raises(QueryError, match="Bind variables only allowed in Apex code"):
        parse("SELECT Id FROM Task WHERE Id IN :ids")


@pytest.mark.parametrize(
    ("statement", "column", "token"),
    [
        ("SELECT Id FROM", 15, "<EOF>"),
        ("SELECT Id FRM Account", 15, "Account"),
        ("SELECT Id, FROM Task", 21, "<EOF>"),
        ("q=SELECT Id FROM Task", 1, "q"),
        ("SELECT Id FROM Task WHERE a = 1 AND b = 2 OR c = 3", 43, "OR"),
        ("SELECT Id FROM Task WHERE NOT a = 1 AND b = 2", 37, "AND"),
        ("SELECT Id FROM Task WHERE a = 1 AND NOT b = 2", 41, "b"),
        ("SELECT Id FROM Task WHERE Name = Acme", 34, "Acme"),
        ("SELECT Id FROM Task WHERE Name = 'x", 34, "<EOF>"),
        ("SELECT Id FROM Task LIMIT -1", 27, "-1"),
        ("SELECT Id FROM Task GROUP BY ROLLUP(A), B", 30, "ROLLUP"),
    ],
)
def test_what_does_not_fit_is_named_with_its_place(statement: str, column: int, token: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(statement)

    assert caught.value.code == "MALFORMED_QUERY"
    assert f"ERROR at Row:1:Column:{column}\nunexpected token: '{token}'" in caught.value.message


def test_a_character_of_no_token_is_named() -> None:
    with pytest.raises(QueryError, match="line 1:33 no viable alternative at character '“'"):
        parse("SELECT Id FROM Task WHERE Name = “x”")


def test_the_row_is_counted_in_statements_of_many_lines() -> None:
    with pytest.raises(QueryError, match=r"\nFROM Task WHER Id = 'x'\n {15}\^\nERROR at Row:2"):
        parse("SELECT Id\nFROM Task WHER Id = 'x'")


def test_a_statement_has_at_most_100_000_characters() -> None:
    ids = ",".join(f"'{number:018d}'" for number in range(4_700))
    parse(f"SELECT Id FROM Task WHERE Id IN ({ids})")

    with pytest.raises(QueryError, match="cannot be longer than 100000 characters"):
        parse("SELECT Id FROM Task WHERE Id IN (" + ids + ",'" + "0" * 2_000 + "')")


def test_a_string_has_at_most_4_000_characters() -> None:
    parse(f"SELECT Id FROM Task WHERE Subject = '{'x' * 4_000}'")

    with pytest.raises(QueryError, match="at most 4000 characters"):
        parse(f"SELECT Id FROM Task WHERE Subject = '{'x' * 4_001}'")
    with pytest.raises(QueryError, match="at most 4000 characters"):
        parse(f"SELECT Id FROM Task WHERE Subject IN ('a', '{'x' * 4_001}')")


def test_nesting_without_end_is_an_error_and_no_crash() -> None:
    with pytest.raises(QueryError) as caught:
        parse("SELECT Id FROM Task WHERE " + "NOT (" * 3_000 + "a = 1" + ")" * 3_000)

    assert caught.value.code == "QUERY_TOO_COMPLICATED"


def test_brackets_alone_may_nest_deeply() -> None:
    query = parse("SELECT Id FROM Task WHERE " + "(" * 200 + "a = 1" + ")" * 200)

    assert isinstance(query.where, m.Comparison)


def test_comments_are_blanks_except_inside_strings() -> None:
    query = parse("/* a */ SELECT Id // b\nFROM Task WHERE Subject = 'c // d /* e */'")

    assert isinstance(query.where, m.Comparison)
    assert query.where.value.text == "'c // d /* e */'"


# The corpus's trees, and ours, brought to one form.


def _seen(query: m.Query) -> dict[str, Any]:
    return {
        "fields": [_item(item) for item in query.items],
        "from": query.sources[0].path.parts[-1],
        "where": _flat(query.where) if query.where else [],
        "having": _flat(query.having) if query.having else [],
        "group": _group(query.group_by),
        "order": [
            (
                _name(one.operand),
                one.descending,
                {None: None, True: "FIRST", False: "LAST"}[one.nulls_first],
            )
            for one in query.order_by
        ],
        "limit": query.limit,
        "offset": query.offset,
        "scope": query.scope.name if query.scope else None,
        "for": query.for_clauses[0].name if query.for_clauses else None,
        "update": query.updates[0].name if query.updates else None,
        "categories": [(one.group, one.selector, one.categories) for one in query.data_categories],
    }


def _expected(tree: dict[str, Any]) -> dict[str, Any]:
    return {
        "fields": [_expected_item(item) for item in tree["fields"]],
        "from": tree.get("sObject") or tree["relationshipName"],
        "where": _expected_flat(tree.get("where")),
        "having": _expected_flat(tree.get("having")),
        "group": [_expected_name(one) for one in tree.get("groupBy") or []],
        "order": [
            (_expected_name(one), one.get("order") == "DESC", one.get("nulls"))
            for one in tree.get("orderBy") or []
        ],
        "limit": tree.get("limit"),
        "offset": tree.get("offset"),
        "scope": tree.get("usingScope"),
        "for": tree.get("for"),
        "update": tree.get("update"),
        "categories": [
            (one["groupName"], one["selector"], tuple(one["parameters"]))
            for one in (tree.get("withDataCategory") or {}).get("conditions", [])
        ],
    }


def _item(item: m.SelectItem) -> Any:
    match item:
        case m.ChildQuery():
            return _seen(item.query)
        case m.TypeOf():
            branches = [
                (one.object_name, [path.text for path in one.fields]) for one in item.branches
            ]
            if item.otherwise:
                branches.append(("ELSE", [path.text for path in item.otherwise]))
            return (item.path.text, branches)
        case m.Column():
            return (_name(item.operand), item.alias)


def _expected_item(item: dict[str, Any]) -> Any:
    if item["type"] == "FieldSubquery":
        return _expected(item["subquery"])
    if item["type"] == "FieldTypeof":
        return (
            item["field"],
            [(one.get("objectType", "ELSE"), one["fieldList"]) for one in item["conditions"]],
        )
    return (_expected_name(item), item.get("alias"))


def _name(operand: m.Path | m.Call) -> str:
    return re.sub(r"\s", "", operand.text)


def _expected_name(item: dict[str, Any]) -> str:
    call = item.get("fn") or item
    text = call.get("rawValue") or ".".join([*item.get("relationships", []), item["field"]])
    prefix = item.get("objectPrefix")
    if prefix and not text.startswith(f"{prefix}."):
        text = f"{prefix}.{text}"
    return re.sub(r"\s", "", text)


def _group(group: m.GroupBy | None) -> list[str]:
    if group is None:
        return []
    names = [_name(operand) for operand in group.operands]
    return names if group.kind is m.GroupKind.PLAIN else [f"{group.kind.value}({','.join(names)})"]


def _flat(condition: m.Condition) -> list[Any]:
    """The condition in reading order, without brackets."""
    match condition:
        case m.AllOf() | m.AnyOf():
            word = "AND" if isinstance(condition, m.AllOf) else "OR"
            flat: list[Any] = []
            for part in condition.parts:
                flat += [*([word] if flat else []), *_flat(part)]
            return flat
        case m.Not():
            return ["NOT", *_flat(condition.part)]
        case m.Comparison():
            values: Any = condition.value.text
            return [(_name(condition.operand), condition.operator.value, _upper_null(values))]
        case m.Membership():
            word = "NOT IN" if condition.negated else "IN"
            if isinstance(condition.values, m.Query):
                return [(_name(condition.operand), word, _seen(condition.values))]
            texts = [_upper_null(one.text) for one in condition.values]
            return [(_name(condition.operand), word, texts)]
        case m.Inclusion():
            word = "EXCLUDES" if condition.excludes else "INCLUDES"
            return [(_name(condition.operand), word, [one.text for one in condition.values])]


def _expected_flat(tree: dict[str, Any] | None) -> list[Any]:
    if not tree:
        return []
    left = tree.get("left")
    flat: list[Any] = []
    if left and (left.get("field") or left.get("fn")):
        if left.get("valueQuery"):
            value = _expected(left["valueQuery"])
        elif isinstance(left["value"], list):
            value = [_upper_null(one) for one in left["value"]]
        else:
            value = _upper_null(left["value"])
        flat.append((_expected_name(left), left["operator"].upper(), value))
    if tree.get("operator"):
        flat.append(tree["operator"])
    return flat + _expected_flat(tree.get("right"))


def _upper_null(text: str) -> str:
    return text.upper() if text.upper() in ("NULL", "TRUE", "FALSE") else text
