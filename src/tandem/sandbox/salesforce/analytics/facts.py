"""Running a report: groups, totals and rows, put together as the fact map ([factmap])."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from tandem.sandbox.salesforce.analytics.cells import detail_cell, group_label, group_of, order_of
from tandem.sandbox.salesforce.analytics.columns import Shows
from tandem.sandbox.salesforce.analytics.labels import EMPTY, cell
from tandem.sandbox.salesforce.analytics.lines import Line, Reader
from tandem.sandbox.salesforce.analytics.plan import Aggregate, Grouping, Plan
from tandem.sandbox.salesforce.analytics.refusals import bad_request

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.access import Rights
    from tandem.sandbox.salesforce.state import SalesforceState

TOTAL = "T"


@dataclass(slots=True, kw_only=True)
class _Group:
    """One group of an axis; its children are the groups of the next level within it."""

    value: Any
    label: str = ""
    lines: list[Line] = field(default_factory=list)
    children: list["_Group"] = field(default_factory=list)
    key: str = ""


def run(state: "SalesforceState", rights: "Rights", plan: Plan, *, details: bool) -> dict[str, Any]:
    """The result of a report as that user sees it, but for its attributes and metadata."""
    if not plan.detail and not plan.down:
        raise bad_request(
            "Can’t run the report because it doesn’t have any columns selected. Be sure to add fields as "
            "columns to the report through the user interface."
        )
    lines = _sorted(plan, [one for one in _lines(state, rights, plan) if plan.passes(one)])
    if plan.row_limit is not None:
        lines = lines[: plan.row_limit]
    most = int(state.switches["analytics_detail_rows"])
    days = state.switches["analytics_created_cells"] == "date"
    down, across = _axis(plan, plan.down, lines), _axis(plan, plan.across, lines)
    shown = set(map(id, _first(down, most))) if plan.down else set(map(id, lines[:most]))
    facts = {}
    places = _places(across)
    for row in _every(down, lines):
        cells = _crossed(row, places)
        for other in _every(across, lines):
            inside = row.lines if other.key == TOTAL else cells.get(other.key, [])
            fact: dict[str, Any] = {
                "aggregates": [_total(one, inside, plan) for one in plan.aggregates]
            }
            if details:
                is_leaf = not row.children and not other.children and _is_whole(row, other, plan)
                rows = [one for one in inside if id(one) in shown] if is_leaf else []
                fact["rows"] = [{"dataCells": _cells(plan, one, days=days)} for one in rows]
            facts[f"{row.key}!{other.key}"] = fact
    return {
        "allData": len(lines) <= most,
        "factMap": facts,
        "groupingsAcross": {"groupings": [_shown(one) for one in across]},
        "groupingsDown": {"groupings": [_shown(one) for one in down]},
        "hasDetailRows": details,
        "hasExceededTabularRowLimit": plan.format == "TABULAR" and len(lines) > most,
    }


def _lines(state: "SalesforceState", rights: "Rights", plan: Plan) -> Iterator[Line]:
    kinds, closed = plan.standard.get("type", "te"), plan.standard.get("closed", "all")
    owners = _owners(state, rights, str(plan.metadata["scope"]))
    now = state.stamp()
    for line in Reader(state, rights, plan.kind).lines(tasks="t" in kinds, events="e" in kinds):
        if owners is not None and line.activity.get("OwnerId") not in owners:
            continue
        if closed == "all" or _is_closed(line, now) is (closed == "closed"):
            yield line


def _owners(state: "SalesforceState", rights: "Rights", scope: str) -> frozenset[str] | None:
    """Whose activities a scope takes in; a team is who reports to the user, and the user."""
    if scope == "organization":
        return None
    team = {rights.user_id}
    users = state.store.table("User").raw.values() if scope == "team" else ()
    while True:
        more = {str(one["Id"]) for one in users if one.get("ManagerId") in team} - team
        if not more:
            return frozenset(team)
        team |= more


def _is_closed(line: Line, now: str) -> bool:
    if line.is_task:
        return bool(line.activity.get("IsClosed"))
    end = line.activity.get("EndDateTime") or line.activity.get("StartDateTime")
    return str(end or line.activity.get("ActivityDate") or "") <= now


def _sorted(plan: Plan, lines: list[Line]) -> list[Line]:
    if plan.sort is None:
        return lines
    column, descending = plan.sort

    def key(line: Line) -> tuple[int, Any]:
        raw = line.raw(column)
        return order_of(column, raw, str(raw))

    return sorted(lines, key=key, reverse=descending)


def _axis(plan: Plan, groupings: Sequence[Grouping], lines: list[Line]) -> list[_Group]:
    """The groups of an axis, each with its key: `0`, `0_0`, `0_1`, `1` and so on."""
    return _keyed(_grouped(plan, groupings, lines), "")


def _grouped(plan: Plan, groupings: Sequence[Grouping], lines: list[Line]) -> list[_Group]:
    if not groupings:
        return []
    grouping, rest = groupings[0], groupings[1:]
    found: dict[Any, _Group] = {}
    for line in lines:
        value = group_of(grouping, line, plan.labels)
        found.setdefault(value, _Group(value=value)).lines.append(line)
    for one in found.values():
        one.label = group_label(grouping, one.value, one.lines[0], plan.labels)
        one.children = _grouped(plan, rest, one.lines)
    return sorted(found.values(), key=_order(plan, grouping), reverse=grouping.descending)


def _order(plan: Plan, grouping: Grouping) -> Callable[[_Group], Any]:
    if grouping.by_aggregate is None:
        return lambda one: order_of(grouping.column, one.value, one.label)
    wanted = next(one for one in plan.aggregates if one.name == grouping.by_aggregate)
    return lambda one: _value(wanted, one.lines) or 0


def _keyed(groups: list[_Group], prefix: str) -> list[_Group]:
    for at, one in enumerate(groups):
        one.key = f"{prefix}{at}"
        _keyed(one.children, f"{one.key}_")
    return groups


def _every(axis: list[_Group], lines: list[Line]) -> Iterator[_Group]:
    """All groups of an axis, those of every level, and at last the total."""
    stack = list(reversed(axis))
    while stack:
        one = stack.pop()
        yield one
        stack.extend(reversed(one.children))
    yield _Group(value=None, lines=lines, key=TOTAL)


def _first(axis: list[_Group], most: int) -> list[Line]:
    """The first lines in the order in which the groups show them."""
    found: list[Line] = []
    for one in axis:
        found += _first(one.children, most - len(found)) if one.children else one.lines
        if len(found) >= most:
            return found[:most]
    return found


def _places(across: list[_Group]) -> dict[int, list[str]]:
    """In which groups across each line stands, by the line's identity."""
    found: dict[int, list[str]] = {}
    for one in _every(across, []):
        for line in one.lines:
            found.setdefault(id(line), []).append(one.key)
    return found


def _crossed(row: _Group, places: dict[int, list[str]]) -> dict[str, list[Line]]:
    """The lines of a group down, by the groups across."""
    found: dict[str, list[Line]] = {}
    if places:
        for line in row.lines:
            for key in places[id(line)]:
                found.setdefault(key, []).append(line)
    return found


def _is_whole(row: _Group, other: _Group, plan: Plan) -> bool:
    """Whether a cell is of the last level of both axes; only such cells list rows."""
    return (row.key == TOTAL) is (not plan.down) and (other.key == TOTAL) is (not plan.across)


def _shown(one: _Group) -> dict[str, Any]:
    return {
        "groupings": [_shown(each) for each in one.children],
        "key": one.key,
        "label": one.label,
        "value": one.value,
    }


def _cells(plan: Plan, line: Line, *, days: bool) -> list[dict[str, Any]]:
    make = partial(detail_cell, line=line, labels=plan.labels, days=days)
    return [make(one) for one in plan.detail]


def _total(one: Aggregate, lines: list[Line], plan: Plan) -> dict[str, Any]:
    value = _value(one, lines)
    label = EMPTY if value is None else plan.labels.number(value, one.data_type)
    return cell(label, value)


def _value(one: Aggregate, lines: list[Line]) -> int | float | None:
    """A total over lines; empty values count for nothing (inferred)."""
    column = one.column
    if column is None:
        return len(lines)
    if one.total == "u" and column.shows is Shows.RECORD:
        records = (line.record(column.source) for line in lines)
        return len({record["Id"] for record in records if record is not None})
    given: list[Any] = [raw for line in lines if (raw := line.raw(column)) is not None]
    totals: dict[str, Callable[[], int | float | None]] = {
        "u": lambda: len({str(raw).casefold() for raw in given}),
        "s": lambda: sum(given),
        "a": lambda: sum(given) / len(given) if given else None,
        "m": lambda: min(given, default=None),
        "x": lambda: max(given, default=None),
    }
    return totals[one.total]()
