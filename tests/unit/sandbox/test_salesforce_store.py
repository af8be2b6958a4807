"""Tables, their indexes and what readers see of an open transaction."""

import random
from pathlib import Path

import pytest
from salesforce_org import Org

from tandem.sandbox.salesforce.acts import ACTS
from tandem.sandbox.salesforce.behaviour import declare_faults
from tandem.sandbox.salesforce.ids import IdSource, id18, is_id
from tandem.sandbox.salesforce.schema import Schema
from tandem.sandbox.salesforce.store import Store
from tandem.sandbox.salesforce.wire import day_from, instant_from, to_wire

DOCS = Path(__file__).parents[3] / "docs"


def _stamp(second: int) -> str:
    return f"2026-03-02T09:{second // 60:02}:{second % 60:02}.000+0000"


def _row(at: int, second: int, **fields: str) -> dict[str, str]:
    return {"Id": f"00T{at:012}AAA", "SystemModstamp": _stamp(second), **fields}


def test_check_characters_are_those_of_recorded_ids() -> None:
    for known in ("a0D30000001n7PiEAI", "0037e00001WZ30qAAD", "0017e00001W4GYRAA3"):
        assert id18(known[:15]) == id18(known) == known


def test_made_ids_follow_each_other_and_never_repeat() -> None:
    source = IdSource(random.Random(1))
    made = [source.make("00T") for _ in range(5000)]
    assert sorted(made) == made
    assert len({one[:15] for one in made}) == 5000
    assert all(is_id(one) and id18(one) == one for one in made)
    assert not is_id("00T")
    assert not is_id(None)
    assert not is_id("00T00000000000-")


@pytest.mark.parametrize(
    ("text", "wire"),
    [
        ("2026-03-02T09:00:00Z", "2026-03-02T09:00:00.000+0000"),
        ("2026-03-02T09:00:00.123456+09:00", "2026-03-02T00:00:00.000+0000"),
        ("2026-03-02T09:00-0130", "2026-03-02T10:30:00.000+0000"),
    ],
)
def test_instants_are_read_in_every_form_clients_send(text: str, wire: str) -> None:
    assert to_wire(instant_from(text)) == wire


def test_a_date_may_come_as_an_instant() -> None:
    assert day_from("2026-03-02") == day_from("2026-03-02T23:59:59.000Z") == "2026-03-02"
    for wrong in ("2026-02-30", "2 March", "2026-03-02T"):
        with pytest.raises(ValueError):  # noqa: PT011 - the platform's words are made elsewhere
            day_from(wrong)


def test_the_index_of_stamps_agrees_with_a_scan_whatever_was_written() -> None:
    chance = random.Random(5)
    store = Store(Schema(), lambda: 0)
    table = store.table("Task")
    for step in range(6000):
        table.put(_row(chance.randrange(300), chance.randrange(3000)))
        if step % 500 == 0:
            table.remove(f"00T{chance.randrange(300):012}AAA")
            low, high = sorted((_stamp(chance.randrange(3000)), _stamp(chance.randrange(3000))))
            found = table.changed_between(low, high)
            rows = [row for row in table.raw.values() if low <= row["SystemModstamp"] < high]
            assert set(found) == {row["Id"] for row in rows}
            stamps = [table.raw[one]["SystemModstamp"] for one in found]
            assert stamps == sorted(stamps)


def test_a_rollback_restores_rows_and_indexes() -> None:
    store = Store(Schema(), lambda: 0)
    table = store.table("Task")
    table.put(_row(1, 0, WhoId="003A"))
    store.commit()
    mark = store.mark()
    table.put(_row(1, 5, WhoId="003B"))
    table.put(_row(2, 5, WhoId="003A"))
    table.remove(_row(1, 0)["Id"])
    store.rollback(mark)
    assert table.raw == {_row(1, 0)["Id"]: _row(1, 0, WhoId="003A")}
    assert table.with_value("WhoId", "003A") == [_row(1, 0)["Id"]]
    assert table.with_value("WhoId", "003B") == []
    assert table.changed_between(None, None) == [_row(1, 0)["Id"]]


def test_readers_see_what_was_there_before_until_the_commit() -> None:
    now = [0]
    store = Store(Schema(), lambda: now[0])
    table = store.table("Task")
    table.put(_row(1, 0, WhoId="003A"))
    store.commit()
    table.put(_row(1, 5, WhoId="003B"))
    table.put(_row(2, 5, WhoId="003B"))
    store.commit(began=_stamp(5), after_seconds=10)
    assert [row["WhoId"] for row in table.rows()] == ["003A"]
    assert [row["Id"] for row in table.find("WhoId", "003A")] == [_row(1, 0)["Id"]]
    assert table.find("WhoId", "003B") == []
    assert store.open_since() == _stamp(5)
    now[0] = 10_000
    store.settle()
    assert len(table.find("WhoId", "003B")) == 2
    assert store.open_since() is None


def test_the_catalog_finds_names_in_any_case() -> None:
    schema = Schema()
    task = schema.get("tAsK")
    assert task is not None
    field = task.field("whoid")
    assert field is not None
    assert field.reference_to == ("Contact", "Lead")
    child = schema.child("Contact", "tasks")
    assert child is not None
    assert (child.child, child.field) == ("Task", "WhoId")
    assert schema.by_id("00Q5g00000TandmEAB") is schema["Lead"]


def test_the_page_names_every_switch_fault_and_act() -> None:
    pages = ("sandbox-salesforce.md", "sandbox-feeds.md")
    text = "".join((DOCS / each).read_text(encoding="utf-8") for each in pages)
    org = Org()
    switches = [name for name in org.world.switches.listing() if "soql_" not in name]
    both = text + (DOCS / "sandbox-soql.md").read_text(encoding="utf-8")
    declare_faults(org.state.faults)
    common = {"limits", "latency_ms"}
    assert [name for name in switches if f"`{name}`" not in both and name not in common] == []
    assert [name for name in ACTS if f"`{name}`" not in text] == []
    named = [name for name in org.state.faults.kinds if "_" in name]
    request_kinds = {"status_after", "drop_before", "drop_after", "timeout_after"}
    assert [name for name in named if f"`{name}`" not in text and name not in request_kinds] == []
