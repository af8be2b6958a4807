"""Search over the lagging copy: what a query may ask, and a fast way for polling [D-search]."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tandem.sandbox.hubspot.crm import Crm
from tandem.sandbox.hubspot.errors import HubSpotError, invalid
from tandem.sandbox.hubspot.kinds import kind_named
from tandem.sandbox.hubspot.matching import (
    ASSOCIATED,
    Filter,
    comparison_key,
    mentions,
    test_of,
    tokens,
)
from tandem.sandbox.hubspot.records import Record, Table, stamp_key
from tandem.sandbox.hubspot.values import instant_ms, is_whole, whole

MOST_RESULTS = 10_000
LARGEST_PAGE = 200
LARGEST_BODY = 3_000
_MOST_GROUPS = 5
_MOST_IN_GROUP = 6
_MOST_FILTERS = 18
_FOR_EVER = 1 << 45
_OPERATORS = frozenset(
    (
        *("LT", "LTE", "GT", "GTE", "EQ", "NEQ", "BETWEEN", "IN", "NOT_IN"),
        *("HAS_PROPERTY", "NOT_HAS_PROPERTY", "CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"),
    )
)
_UNSEARCHABLE = {
    "emails": frozenset({"hs_body_preview_html", "hs_email_html", "hs_body_preview"}),
}
_UNSEARCHABLE_ANYWHERE = frozenset({"hs_body_preview_html"})
_QUERY_KEYS = frozenset(
    {"filterGroups", "filters", "sorts", "properties", "limit", "after", "query"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page of results."""

    total: int
    records: list[Record]
    after: int | None


def search(crm: Crm, kind: str, asked: Mapping[str, Any], until: int) -> Found:
    """The page that a query asks for, of what was written by *until*; 400 for a bad query."""
    unknown = sorted(set(asked) - _QUERY_KEYS)
    if unknown:
        raise invalid(f"Invalid input JSON: unrecognised field {', '.join(unknown)}")
    limit = whole(asked.get("limit", 10), "limit", 0, LARGEST_PAGE)
    after = whole(asked.get("after") or 0, "after", 0, None)
    if after + limit > MOST_RESULTS or after >= MOST_RESULTS:
        raise invalid(
            f"You can only page through the first {MOST_RESULTS} results of a search; "
            f"after={after} with limit={limit} goes beyond that"
        )
    table = crm.tables[kind]
    table.search.catch_up(until)
    groups = _groups(crm, table, asked)
    sort = _sort(crm, kind, asked.get("sorts"))
    found = _by_stamps(table, groups, sort, asked.get("query"), after, limit)
    if found is None:
        found = _by_looking(crm, table, groups, sort, asked.get("query"), after, limit)
    return found


def _groups(crm: Crm, table: Table, asked: Mapping[str, Any]) -> list[list[Filter]]:
    listed = asked.get("filterGroups")
    if listed is None and asked.get("filters") is not None:
        listed = [{"filters": asked["filters"]}]
    groups = listed or []
    if not isinstance(groups, list):
        raise invalid("filterGroups must be a list")
    if len(groups) > _MOST_GROUPS:
        raise invalid(f"Too many filterGroups: {len(groups)}; the limit is {_MOST_GROUPS}")
    parsed = []
    for group in groups:
        filters = group.get("filters") if isinstance(group, Mapping) else None
        if not isinstance(filters, list):
            raise invalid("Each filter group needs a list of filters")
        if len(filters) > _MOST_IN_GROUP:
            raise invalid(
                f"Too many filters in a group: {len(filters)}; the limit is {_MOST_IN_GROUP}"
            )
        parsed.append([_filter(crm, table.kind.name, each) for each in filters])
    if sum(map(len, parsed)) > _MOST_FILTERS:
        raise invalid(f"Too many filters; the limit is {_MOST_FILTERS} in all")
    return parsed


def _filter(crm: Crm, kind: str, asked: Any) -> Filter:
    if not isinstance(asked, Mapping):
        raise invalid("A filter must be an object")
    name, operator = asked.get("propertyName"), asked.get("operator")
    if operator not in _OPERATORS:
        raise invalid(
            f"Invalid operator {operator!r}; it must be one of {', '.join(sorted(_OPERATORS))}"
        )
    if not isinstance(name, str):
        raise invalid("A filter needs a propertyName")
    if name.startswith(ASSOCIATED):
        kind_named(name.removeprefix(ASSOCIATED))
    elif crm.definition(kind, name) is None:
        raise _no_such_property(name)
    elif name in _UNSEARCHABLE_ANYWHERE | _UNSEARCHABLE.get(kind, frozenset()):
        raise invalid(f"Property {name} cannot be used in a search")
    values = asked.get("values")
    if operator in ("IN", "NOT_IN"):
        if not isinstance(values, list) or not values:
            raise invalid(f"operator {operator} requires values")
    elif not operator.endswith("HAS_PROPERTY") and asked.get("value") is None:
        raise invalid(f"operator {operator} requires a value")
    if operator == "BETWEEN" and asked.get("highValue") is None:
        raise invalid("operator BETWEEN requires a highValue")
    return Filter(
        name=name,
        operator=str(operator),
        value=_plain(asked.get("value")),
        high=_plain(asked.get("highValue")),
        values=frozenset(_plain(each) for each in values or ()),
    )


def _sort(crm: Crm, kind: str, asked: Any) -> tuple[str, bool] | None:
    """The property to sort by and whether descending, from either form of `sorts`."""
    if not asked:
        return None
    if not isinstance(asked, list):
        raise invalid("sorts must be a list")
    if len(asked) > 1:
        raise invalid("Only one sort is allowed")
    rule = asked[0]
    if isinstance(rule, str):
        name, descending = rule.lstrip("-"), rule.startswith("-")
    elif isinstance(rule, Mapping):
        name = str(rule.get("propertyName", ""))
        direction = str(rule.get("direction", "ASCENDING"))
        if direction not in ("ASCENDING", "DESCENDING"):
            raise invalid(f"Invalid sort direction {direction!r}")
        descending = direction == "DESCENDING"
    else:
        raise invalid("A sort must be an object or a string")
    if crm.definition(kind, name) is None:
        raise _no_such_property(name)
    return name, descending


def _by_stamps(
    table: Table,
    groups: list[list[Filter]],
    sort: tuple[str, bool] | None,
    query: Any,
    after: int,
    limit: int,
) -> Found | None:
    """
    The page of a query that only bounds the modified date and sorts by it, without looking at the
    records before it; None for any other query.
    """
    modified = table.kind.modified_name
    filters = groups[0] if len(groups) == 1 else []
    only_modified = all(each.name == modified for each in filters)
    if query or len(groups) > 1 or not only_modified or sort is None or sort[0] != modified:
        return None
    bounds = _bounds(filters)
    if bounds is None:
        return None
    low, high = bounds
    total = table.search.count_modified_between(low, high)
    walk = table.search.modified_between(low, high, newest_first=sort[1], skip=after)
    records = [record for record, _ in zip(walk, range(limit), strict=False)]
    end = after + len(records)
    return Found(total=total, records=records, after=end if end < total else None)


def _bounds(filters: Iterable[Filter]) -> tuple[int, int] | None:
    """The half-open range of instants that filters on one date leave, None if they do not."""
    low, high = 0, _FOR_EVER
    for each in filters:
        value = instant_ms(each.value)
        if value is None:
            return None
        match each.operator:
            case "GTE":
                low = max(low, value)
            case "GT":
                low = max(low, value + 1)
            case "LTE":
                high = min(high, value + 1)
            case "LT":
                high = min(high, value)
            case "EQ":
                low, high = max(low, value), min(high, value + 1)
            case "BETWEEN":
                top = instant_ms(each.high)
                if top is None:
                    return None
                low, high = max(low, value), min(high, top + 1)
            case _:
                return None
    return max(low, 0), max(high, low, 0)


def _by_looking(
    crm: Crm,
    table: Table,
    groups: list[list[Filter]],
    sort: tuple[str, bool] | None,
    query: Any,
    after: int,
    limit: int,
) -> Found:
    candidates, are_ordered = _candidates(crm, table, groups, sort)
    matching = list(_matching(crm, table.kind.name, groups, candidates))
    if query:
        words = tokens(str(query))
        searched = table.kind.searched
        matching = [
            each for each in matching if mentions(crm, table.kind.name, each, searched, words)
        ]
    ordered = matching if are_ordered else _ordered(crm, table, matching, sort)
    page = ordered[after : after + limit]
    end = after + len(page)
    return Found(total=len(ordered), records=page, after=end if end < len(ordered) else None)


def _matching(
    crm: Crm, kind: str, groups: list[list[Filter]], candidates: Iterable[Record]
) -> Iterable[Record]:
    if not groups:
        return candidates
    if len(groups) > 1:
        tests = [[test_of(crm, kind, each) for each in group] for group in groups]
        return (
            record
            for record in candidates
            if any(all(test(record) for test in group) for group in tests)
        )
    for each in groups[0]:
        candidates = filter(test_of(crm, kind, each), candidates)
    return candidates


def _candidates(
    crm: Crm, table: Table, groups: list[list[Filter]], sort: tuple[str, bool] | None
) -> tuple[Iterable[Record], bool]:
    """
    As few records as the filters of one group allow, found by an index where there is one, and
    whether they come in the order that is asked for.
    """
    index, modified = table.search, table.kind.modified_name
    by_modified = sort is not None and sort[0] == modified
    if len(groups) == 1:
        few = _few(crm, table, groups[0])
        if few is not None:
            return few, False
    dated = [each for each in groups[0] if each.name == modified] if len(groups) == 1 else []
    bounds = _bounds(dated)
    if not by_modified and not dated:
        return index.records.values(), False
    low, high = (0, _FOR_EVER) if bounds is None else bounds
    newest_first = sort is not None and by_modified and sort[1]
    return index.modified_between(low, high, newest_first=newest_first, skip=0), by_modified


def _few(crm: Crm, table: Table, group: list[Filter]) -> list[Record] | None:
    """The records that a filter on an id, a unique value or an association leaves, if it has one."""
    index = table.search
    for each in group:
        if each.operator not in ("EQ", "IN"):
            continue
        wanted = each.values if each.operator == "IN" else {each.value}
        if each.name == "hs_object_id":
            ids = [int(value) for value in wanted if is_whole(value)]
        elif each.name in index.exact:
            exact = index.exact[each.name]
            keys = [value.lower() if each.name == "email" else value for value in wanted]
            ids = [exact[key] for key in keys if key in exact]
        elif each.name.startswith(ASSOCIATED):
            target = kind_named(each.name.removeprefix(ASSOCIATED)).name
            ids = [
                found
                for value in wanted
                if is_whole(value)
                for found in crm.associations.targets(target, int(value), table.kind.name)
            ]
        else:
            continue
        return [index.records[found] for found in dict.fromkeys(ids) if found in index.records]
    return None


def _ordered(
    crm: Crm, table: Table, records: list[Record], sort: tuple[str, bool] | None
) -> list[Record]:
    """Sorted by one property, records without it last; without a sort by id."""
    if sort is None:
        return sorted(records, key=lambda record: record.id)
    name, descending = sort
    if name == table.kind.modified_name:
        return sorted(
            records, key=lambda record: stamp_key(record.updated, record.id), reverse=descending
        )
    definition = crm.definition(table.kind.name, name)
    assert definition is not None
    key = comparison_key(definition)
    placed: list[tuple[Any, Record]] = []
    without: list[Record] = []
    for record in sorted(records, key=lambda each: each.id):
        value = crm.read(table.kind.name, record, name)
        place = None if value is None else key(value)
        if place is None:
            without.append(record)
        else:
            placed.append((place, record))
    placed.sort(key=lambda each: each[0], reverse=descending)
    return [record for _, record in placed] + without


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _no_such_property(name: str) -> HubSpotError:
    return invalid(
        "There was a problem with the request.",
        errors=[
            {
                "message": f'Property "{name}" does not exist',
                "code": "PROPERTY_DOESNT_EXIST",
                "context": {"propertyName": [name]},
            }
        ],
    )
