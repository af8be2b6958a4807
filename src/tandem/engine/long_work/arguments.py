"""What a person asked of long work, as JSON that is kept, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from tandem.engine.importing import ActivityImport, TaskImport, Wanted
from tandem.engine.importing_wanted import Moment
from tandem.imports import DateOrder, Source
from tandem.model import Kind
from tandem.store.work import WorkKind

__all__ = ["plain_of", "wanted_of"]


def plain_of(wanted: Wanted) -> dict[str, Any]:
    """*wanted* without what a file holds, which is kept apart."""
    if isinstance(wanted, ActivityImport):
        return {
            "kinds": [kind.value for kind in wanted.kinds],
            "since": wanted.since.isoformat(),
            "until": _text(wanted.until),
        }
    if wanted.csv is not None:
        return {"mapping": dict(wanted.mapping), "dates": wanted.dates}
    return {
        "created_since": _text(wanted.created_since),
        "created_until": _text(wanted.created_until),
        "updated_since": _text(wanted.updated_since),
        "open_only": wanted.open_only,
        "owners": list(wanted.owners),
        "where": wanted.where,
    }


def wanted_of(kind: WorkKind, plain: Mapping[str, Any], file: Source = b"") -> Wanted:
    """What ``plain_of`` wrote down; *file* is what an uploaded file holds."""
    if kind is WorkKind.IMPORT_ACTIVITIES:
        since = _moment(plain["since"])
        assert since is not None
        return ActivityImport(
            kinds=tuple(Kind(name) for name in plain["kinds"]),
            since=since,
            until=_moment(plain["until"]),
        )
    if kind is WorkKind.IMPORT_FILE:
        dates = plain.get("dates")
        return TaskImport(
            csv=file,
            mapping=plain.get("mapping", {}),
            dates=DateOrder(dates) if dates else None,
        )
    assert kind is WorkKind.IMPORT_TASKS
    return TaskImport(
        created_since=_moment(plain["created_since"]),
        created_until=_moment(plain["created_until"]),
        updated_since=_moment(plain["updated_since"]),
        open_only=plain["open_only"],
        owners=tuple(plain["owners"]),
        where=plain["where"],
    )


def _text(moment: Moment | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: str | None) -> Moment | None:
    if text is None:
        return None
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
