"""Query locators: where a result that did not fit one page goes on ([soql-limits])."""

from dataclasses import dataclass

from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.ids import IdSource
from tandem.sandbox.salesforce.soql import Records
from tandem.sandbox.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """The whole result of one query as its user would see it, and when its locator dies."""

    records: Records
    page: int
    user_id: str
    dies_ms: int


class Cursors:
    """The open locators of an org. Ids are opaque and begin with 01g."""

    __slots__ = ("_ids", "_open", "_world")

    def __init__(self, world: World) -> None:
        self._world = world
        self._ids = IdSource(world.random)
        self._open: dict[str, Cursor] = {}

    def open(self, records: Records, *, page: int, user_id: str) -> str:
        """Keep a result; the id of its locator."""
        now = self._world.clock.now_ms()
        for old in [one for one, cursor in self._open.items() if cursor.dies_ms <= now]:
            del self._open[old]
        made = self._ids.make("01g")
        lifetime = int(self._world.switches["query_locator_seconds"]) * 1000
        self._open[made] = Cursor(
            records=records, page=page, user_id=user_id, dies_ms=now + lifetime
        )
        return made

    def page(self, locator: str, *, user_id: str) -> tuple[str, int, Cursor]:
        """The cursor of a locator `01g…-2000` and where its page begins."""
        cursor_id, _, start = locator.rpartition("-")
        cursor = self._open.get(cursor_id)
        if (
            cursor is None
            or not start.isdigit()
            or cursor.user_id != user_id
            or cursor.dies_ms <= self._world.clock.now_ms()
        ):
            raise SalesforceError("INVALID_QUERY_LOCATOR", "invalid query locator")
        return cursor_id, int(start), cursor

    def clear(self) -> None:
        """Let every locator die."""
        self._open.clear()
