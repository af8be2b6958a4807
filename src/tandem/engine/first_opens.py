"""The option "first open only": which opens and clicks are not the first of their e-mail by their contact."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from tandem.engine.context import LONG_AGO, RunContext
from tandem.model import Activity, Kind

__all__ = ["LaterOpens"]


class LaterOpens:
    """
    Finds the opens that are not the first.

    A sales e-mail's counter tells by itself. Which marketing open came first is remembered, by a hash of
    the address, so that a late event of an earlier day does not become a second first.
    """

    def __init__(self, run: RunContext) -> None:
        self._run = run
        self._first: dict[str, str] = {}

    async def among(self, activities: Sequence[Activity]) -> frozenset[tuple[Kind, str]]:
        """Kind and id of every later open that the settings leave out."""
        later = set()
        for activity in sorted(activities, key=lambda one: one.occurred_at):
            if self._is_limited(activity) and not await self._is_first(activity):
                later.add((activity.kind, activity.id))
        return frozenset(later)

    def _is_limited(self, activity: Activity) -> bool:
        if activity.kind not in (Kind.MARKETING_EMAIL_OPENED, Kind.SALES_EMAIL_OPENED):
            return False
        kind = self._run.policy.kind(activity.kind)
        if activity.is_bot and kind.skip_bots:
            return False  # left out already, and no person's first open
        return any(each.first_open_only for each in kind.filters_for(activity.created_at))

    async def _is_first(self, activity: Activity) -> bool:
        if activity.kind is Kind.SALES_EMAIL_OPENED:
            return int(activity.id.rpartition("-")[2]) <= activity.count
        run = self._run
        person = hashlib.sha256((activity.person_email or "").encode()).hexdigest()[:32]
        name = f"first_open/{activity.source_id}/{person}"
        if name not in self._first:
            saved = await run.db(run.store.cached, name, LONG_AGO)
            self._first[name] = saved.decode() if saved is not None else activity.id
            if saved is None and not run.dry_run:
                await run.db(run.store.cache, name, activity.id.encode(), run.now)
        return self._first[name] == activity.id
