"""
Two automations that rewrite a field for ever: noticed, and parked, instead of writing along with them.

A field that was written six times within the hour and is to take a value that it has had in that time
again is in dispute (SPEC section 6). Parked, the pair is looked at anew when it is edited after the hour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from tandem.engine.context import RunContext
from tandem.engine.reports import Outcome
from tandem.engine.work import Done, Work, line, text_of
from tandem.mapping.hubspot_task import property_of
from tandem.mapping.salesforce import api_names
from tandem.model import Field, LinkState
from tandem.store.rows import History
from tandem.sync.reasons import Reason

__all__ = ["without_disputes"]

_OFTEN = 6
_WITHIN = timedelta(hours=1)


async def without_disputes(run: RunContext, works: Sequence[Work]) -> tuple[list[Work], list[Done]]:
    """*works* without those that would write a disputed field once more, and what became of these."""
    keys = [work.link.key for work in works if work.operation == "update"]
    busy = await run.db(run.store.often_updated, keys, run.now - _WITHIN, _OFTEN) if keys else ()
    if not busy:
        return list(works), []
    kept: list[Work] = []
    parked: list[Done] = []
    for work in works:
        detail = ""
        if work.link.key in busy and work.operation == "update":
            history = await run.db(run.store.history, work.link.key)
            detail = _dispute(work, [each for each in history if each.at >= run.now - _WITHIN])
        if detail:
            parked.append(_parked(run, work, detail))
        else:
            kept.append(work)
    return kept, parked


def _dispute(work: Work, history: Sequence[History]) -> str:
    """The first disputed field of *work* with both values; empty where there is none."""
    updates = [each for each in history if each.what == "updated"]
    for name in work.fields:
        of_field = [each for each in updates if name in each.detail.get("fields", ())]
        repeated = [
            api_name
            for api_name, value in work.record.items()
            if text_of(value)
            in [each.detail.get("after", {}).get(api_name, ...) for each in of_field]
        ]
        if len(of_field) >= _OFTEN and repeated:
            return f"{name}: {_both_values(name, of_field)}"
    return ""


def _both_values(name: Field, updates: Sequence[History]) -> str:
    """The last two different values that were written, whichever side they went to."""
    names = {*api_names(name), property_of(name)}
    written = [
        value
        for each in updates
        for api_name, value in each.detail.get("after", {}).items()
        if api_name in names
    ]
    different = list(dict.fromkeys(reversed(written)))[:2]
    return " / ".join(f"“{value or ''}”" for value in reversed(different))


def _parked(run: RunContext, work: Work, detail: str) -> Done:
    link = replace(
        work.link,
        state=LinkState.PARKED,
        reason=Reason.AUTOMATIONS_DISAGREE,
        detail=detail,
        modified_at=work.target.modified_at,
        salesforce_modified_at=work.target.salesforce_modified_at,
        due_at=None,
    )
    return Done(
        link=link,
        outcome=Outcome.PARKED,
        reason=Reason.AUTOMATIONS_DISAGREE,
        history=line(run, work, "parked", reason=Reason.AUTOMATIONS_DISAGREE, message=detail),
    )
