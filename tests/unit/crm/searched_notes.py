"""Notes that a script answers searches for, as HubSpot's search does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from scripted_crm import Asked, Reaction, answer

START = datetime(2026, 11, 20, tzinfo=UTC)
CLOCK_MS = int(START.timestamp() * 1000)


class SearchIndex:
    """A search over notes given as (id, milliseconds after the start), as HubSpot's works."""

    def __init__(self, *notes: tuple[str, int]) -> None:
        self.notes = dict(notes)
        self.searches = 0

    def __call__(self, asked: Asked) -> Reaction:
        self.searches += 1
        body = asked.body
        assert len(asked.raw) <= 3000
        assert asked.path.endswith("/search")
        earliest = min(_earliest(group["filters"]) for group in body["filterGroups"])
        found = [
            (stamp, int(note))
            for note, stamp in self.notes.items()
            if CLOCK_MS + stamp >= earliest
            and any(
                all(self._fits(int(note), stamp, one) for one in group["filters"])
                for group in body["filterGroups"]
            )
        ]
        by = body["sorts"][0]["propertyName"]
        found.sort(key=lambda pair: pair[1] if by == "hs_object_id" else pair[0])
        page = found[: body["limit"]]
        results = [_note(str(note), stamp) for stamp, note in page]
        more = {"paging": {"next": {"after": "200"}}} if len(found) > len(page) else {}
        return answer({"total": len(found), "results": results, **more})

    @staticmethod
    def _fits(note: int, stamp: int, one: Mapping[str, Any]) -> bool:
        actual = note if one["propertyName"] == "hs_object_id" else CLOCK_MS + stamp
        if one["operator"] == "NOT_IN":
            return str(actual) not in one["values"]
        value = int(one["value"])
        return {
            "GTE": actual >= value,
            "GT": actual > value,
            "LT": actual < value,
            "EQ": actual == value,
        }[one["operator"]]


def _earliest(filters: list[dict[str, Any]]) -> int:
    """A date below which nothing fits, so that a long index stays quick to search."""
    bounds = [
        int(one["value"])
        for one in filters
        if one["propertyName"] != "hs_object_id" and one["operator"] in ("GTE", "GT", "EQ")
    ]
    return max(bounds, default=0)


def _note(note: str, stamp: int) -> dict[str, Any]:
    moment = (START + timedelta(milliseconds=stamp)).isoformat(timespec="milliseconds")
    return {
        "id": note,
        "properties": {"hs_lastmodifieddate": moment.replace("+00:00", "Z"), "hs_note_body": "x"},
        "createdAt": "2026-03-12T07:34:48.168Z",
        "updatedAt": "2026-03-12T07:34:48.168Z",
        "archived": False,
    }
