"""The engine agrees with a plain Python filter, whatever the condition."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.sandbox.salesforce.soql import execute
from tandem.sandbox.salesforce.soql.listed import ListedField, ListedObject, ListedSource
from tandem.sandbox.salesforce.soql.literals import relative_days

_WORDS = st.sampled_from(["", "a", "A", "ab", "aB", "b%", "x_y", "it's", "back\\slash", "日本"])
_DAYS = st.dates(date(2025, 12, 28), date(2026, 1, 5))
_NUMBERS = st.integers(-3, 3)

_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "Name": st.none() | _WORDS.map(lambda word: word or None),
            "Day": st.none() | _DAYS.map(date.isoformat),
            "Count": st.none() | _NUMBERS,
        }
    ),
    max_size=8,
)

_Check = Callable[[Any], bool]
_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda have, want: have == want,
    "!=": lambda have, want: have != want,
    "<": lambda have, want: have is not None and want is not None and have < want,
    "<=": lambda have, want: have is not None and want is not None and have <= want,
    ">": lambda have, want: have is not None and want is not None and have > want,
    ">=": lambda have, want: have is not None and want is not None and have >= want,
}


def _quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _fold(word: str | None) -> str | None:
    return word.casefold() if word else None


@st.composite
def _simple(draw: st.DrawFn) -> tuple[str, _Check]:
    """One condition as text, and as a function of a row."""
    sign = draw(st.sampled_from(list(_SIGNS)))
    compare = _SIGNS[sign]
    match draw(st.sampled_from(["text", "day", "number", "in", "null"])):
        case "text":
            word = draw(_WORDS)
            return f"Name {sign} {_quoted(word)}", lambda row: compare(
                _fold(row["Name"]), _fold(word)
            )
        case "day":
            day = draw(_DAYS).isoformat()
            return f"Day {sign} {day}", lambda row: compare(row["Day"], day)
        case "number":
            number = draw(_NUMBERS)
            return f"Count {sign} {number}", lambda row: compare(row["Count"], number)
        case "in":
            words = draw(st.lists(_WORDS, min_size=1, max_size=3))
            negated = draw(st.booleans())
            wants = {_fold(word) for word in words}
            text = ", ".join(map(_quoted, words))
            return (
                f"Name {'NOT ' if negated else ''}IN ({text})",
                lambda row: (_fold(row["Name"]) in wants) != negated,
            )
        case _:
            name = draw(st.sampled_from(["Name", "Day", "Count"]))
            word = draw(st.sampled_from(["=", "!="]))
            return f"{name} {word} null", lambda row: (row[name] is None) == (word == "=")


def _joined(parts: list[tuple[str, _Check]], word: str) -> tuple[str, _Check]:
    text = f" {word} ".join(f"({part})" for part, _ in parts)
    checks = [check for _, check in parts]
    gather = all if word == "AND" else any
    return text, lambda row: gather(check(row) for check in checks)


def _negated(part: tuple[str, _Check]) -> tuple[str, _Check]:
    text, check = part
    return f"NOT ({text})", lambda row: not check(row)


_CONDITIONS = st.recursive(
    _simple(),
    lambda inner: (
        st.tuples(st.lists(inner, min_size=2, max_size=3), st.sampled_from(["AND", "OR"])).map(
            lambda drawn: _joined(*drawn)
        )
        | inner.map(_negated)
    ),
    max_leaves=5,
)


def _org(rows: list[dict[str, Any]]) -> ListedSource:
    columns = (
        ListedField(name="Id", type="id"),
        ListedField(name="Name"),
        ListedField(name="Day", type="date"),
        ListedField(name="Count", type="int"),
    )
    listed = [{"Id": f"{place:018d}", **row} for place, row in enumerate(rows)]
    return ListedSource(objects=(ListedObject(name="Thing", columns=columns, listed=listed),))


@settings(max_examples=300, deadline=None)
@given(rows=_ROWS, condition=_CONDITIONS)
def test_a_condition_keeps_what_a_plain_filter_keeps(
    rows: list[dict[str, Any]], condition: tuple[str, _Check]
) -> None:
    text, check = condition
    result = execute(f"SELECT Id FROM Thing WHERE {text}", _org(rows), version="62.0")
    expected = [f"{place:018d}" for place, row in enumerate(rows) if check(row)]

    assert expected == [record["Id"] for record in result.records]


@settings(max_examples=150, deadline=None)
@given(rows=_ROWS, bound=st.integers(0, 9), name=st.sampled_from(["Name", "Day", "Count"]))
def test_a_limit_takes_the_head_of_the_same_order(
    rows: list[dict[str, Any]], bound: int, name: str
) -> None:
    statement = f"SELECT Id FROM Thing ORDER BY {name} DESC, Id"
    whole = [one["Id"] for one in execute(statement, _org(rows), version="62.0").records]
    part = execute(f"{statement} LIMIT {bound}", _org(rows), version="62.0").records

    assert whole[:bound] == [one["Id"] for one in part]


@settings(max_examples=200, deadline=None)
@given(
    hours=st.lists(st.integers(-50, 30_000), max_size=12),
    since=st.integers(-40, 20_000),
    until=st.none() | st.integers(0, 30_000),
    bound=st.integers(1, 6),
    skipped=st.integers(0, 3),
)
def test_a_page_of_changed_records_is_the_head_of_all_of_them(
    hours: list[int], since: int, until: int | None, bound: int, skipped: int
) -> None:
    """The engine reads such pages in windows; nobody may notice, even where hints go unheard."""
    start = datetime(2026, 1, 1, tzinfo=UTC)

    def stamp(hour: int) -> str:
        return f"{start + timedelta(hours=hour):%Y-%m-%dT%H:%M:%S}.000+0000"

    columns = (
        ListedField(name="Id", type="id"),
        ListedField(name="SystemModstamp", type="datetime"),
    )
    rows = [
        {"Id": f"{place:018d}", "SystemModstamp": stamp(hour)} for place, hour in enumerate(hours)
    ]
    org = _Deaf(objects=(ListedObject(name="Thing", columns=columns, listed=rows),))
    condition = f"SystemModstamp >= {stamp(since)}"
    if until is not None:
        condition += f" AND SystemModstamp < {stamp(until)}"
    statement = f"SELECT Id FROM Thing WHERE {condition} ORDER BY SystemModstamp, Id"
    whole = [one["Id"] for one in execute(statement, org, version="62.0").records]
    page = execute(f"{statement} LIMIT {bound} OFFSET {skipped}", org, version="62.0").records

    assert whole[skipped : skipped + bound] == [one["Id"] for one in page]


class _Deaf(ListedSource):
    """A source that uses no hint, which it may."""

    def rows(self, object_name: str, /, **more: Any) -> Any:
        return super().rows(object_name, visibility=more["visibility"])


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=30), pattern=st.text("a%_", max_size=5))
def test_like_agrees_with_a_slow_matcher(text: str, pattern: str) -> None:
    rows = [{"Name": text.replace("\0", "") or None, "Day": None, "Count": None}]
    found = execute(f"SELECT Id FROM Thing WHERE Name LIKE '{pattern}'", _org(rows), version="62.0")
    have = rows[0]["Name"]

    assert (have is not None and _like(have.casefold(), pattern)) == (found.total_size == 1)


def _like(text: str, pattern: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(_like(text[cut:], pattern[1:]) for cut in range(len(text) + 1))
    return bool(text) and pattern[0] in ("_", text[0]) and _like(text[1:], pattern[1:])


@settings(max_examples=300, deadline=None)
@given(
    today=st.dates(date(1990, 1, 1), date(2060, 1, 1)),
    unit=st.sampled_from(["WEEK", "MONTH", "QUARTER", "YEAR"]),
)
def test_neighbouring_date_literals_meet(today: date, unit: str) -> None:
    last, this, following = (
        relative_days(f"{word}_{unit}", today=today) for word in ("LAST", "THIS", "NEXT")
    )

    assert this.first <= today < this.after
    assert (last.after, this.after) == (this.first, following.first)
    assert last == relative_days(f"LAST_N_{unit}S:1", today=today)
    assert following == relative_days(f"NEXT_N_{unit}S:1", today=today)
    assert last == relative_days(f"N_{unit}S_AGO:1", today=today)


def test_the_last_days_end_with_today() -> None:
    """The wording of the vendor's table of date literals [soql-date]."""
    today = date(2026, 3, 4)
    last = relative_days("LAST_N_DAYS:365", today=today)
    coming = relative_days("next_90_days", today=today)

    assert (today - timedelta(days=365), today + timedelta(days=1)) == (last.first, last.after)
    assert (today + timedelta(days=1), today + timedelta(days=91)) == (coming.first, coming.after)
    assert datetime(2026, 3, 1, tzinfo=UTC).date() == relative_days("THIS_WEEK", today=today).first
