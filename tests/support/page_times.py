"""
How long every page takes with many links: ``python -m tests.support.page_times [links]`` (100,000 by default).

The app on a socket, its database on disk, beside both simulated CRMs and their sample; links and history are
multiplied until there are as many as asked. Each page is asked for once to warm up and then 25 times, one
after the other, by a browser that keeps its connection.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import httpx

from tandem.model import Field, Kind, Link, LinkState, Side
from tandem.store.connection_store import ConnectionStore
from tandem.store.rows import History, KeptConflict
from tandem.web.visit import SESSION_COOKIE
from tests.support.screenshots import Shown, shown_app

LINKS = 100_000
_AT_ONCE = 2_000
_TIMES = 25
_RUNS = 500
_AUDIT = 5_000
_CONFLICTS = 1_000


def more_links(known: list[Link], count: int) -> Iterator[list[Link]]:
    """Links like those that are *known*, under keys and ids of their own."""
    batch: list[Link] = []
    for number in range(count):
        like = known[number % len(known)]
        batch.append(
            replace(
                like,
                key=f"{like.key}-{number}",
                hubspot_id=f"9{number:09}",
                salesforce_id=None if like.salesforce_id is None else f"00T{number:012}AAA",
                run_id=number * _RUNS // count + 2,
                intent=None,
                payload=None,
                due_at=None,
            )
        )
        if len(batch) == _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _history(links: list[Link], now: datetime) -> list[History]:
    """Two things happened to each, over the last week."""
    week = 7 * 24 * 3_600
    made = []
    for place, link in enumerate(links):
        at = now - timedelta(seconds=hash(link.key) % week + 1 + place % 7)
        what = "parked" if link.state is LinkState.PARKED else "created"
        made.append(History(key=link.key, at=at, what="planned", run_id=link.run_id))
        made.append(
            History(
                key=link.key, at=at, what=what, run_id=link.run_id, detail={"side": "salesforce"}
            )
        )
    return made


def fill(shown: Shown, count: int) -> None:
    """*count* links with history, runs, conflicts and an audit log that fit."""
    store = shown.application.store
    mine = store.for_connection(1)
    now = shown.both.world.clock.now()
    known = [link for state in LinkState for link in mine.in_state(state, limit=1_000)]
    for number in range(_RUNS):
        run = mine.start_run(1, "schedule", now - timedelta(minutes=number + 1))
        kinds = {"call": {"seen": 200, "created": 200, "reasons": []}}
        mine.finish_run(run, kinds, {"hubspot": 7, "salesforce": 1}, "done", now, "")
    for batch in more_links(known, count):
        _save(mine, batch, now)
    for number in range(_AUDIT):
        store.note(1, f"person{number % 9}@example.com", "retry", f"{number}")


def _save(mine: ConnectionStore, batch: list[Link], now: datetime) -> None:
    lease = mine.acquire("page times", now, 600.0)
    try:
        with mine.transaction(lease) as unit:
            unit.save_links(batch)
            unit.append_history(_history(batch, now))
            unit.keep_conflicts(list(_conflicts(batch, now)))
    finally:
        mine.release(lease)


def _conflicts(batch: list[Link], now: datetime) -> Iterator[KeptConflict]:
    for link in batch[:: max(1, LINKS // _CONFLICTS)]:
        yield KeptConflict(
            key=link.key,
            field=Field.SUBJECT,
            winner=Side.HUBSPOT,
            at=now,
            run_id=link.run_id or 1,
            lost={"value": "Call Mr Tanaka"},
            kept={"value": "Call Mrs Tanaka"},
        )


async def times(shown: Shown) -> dict[str, list[float]]:
    """Seconds of each page, sorted."""
    here = "/connected-apps/salesforce/1"
    record = shown.application.store.for_connection(1).in_state(LinkState.PAIRED, limit=1)[0]
    pages = {
        **{name: path for name, path in shown.pages().items() if name != "not-found"},
        "records-paired": f"{here}/sync-health/records?state=paired",
        "records-deep": f"{here}/sync-health/records?state=paired&after={record.key}",
        "run-large": f"{here}/runs/5",
        "runs-older": f"{here}/runs?before=200",
        "audit-of-one": f"{here}/audit?who=person3@example.com",
        "found-by-email": f"{here}/records?q=nobody@example.com",
    }
    cookies = {SESSION_COOKIE: shown.session()}
    taken: dict[str, list[float]] = {}
    async with httpx.AsyncClient(base_url=shown.url, cookies=cookies, timeout=60.0) as browser:
        for name, path in pages.items():
            spent = []
            for _ in range(_TIMES + 1):
                begun = time.perf_counter()
                answer = await browser.get(path)
                spent.append(time.perf_counter() - begun)
            assert answer.status_code in (200, 404), (name, answer.status_code)
            taken[name] = sorted(spent[1:])
    return taken


async def _measure(count: int) -> None:
    async with shown_app("en") as shown:
        begun = time.perf_counter()
        fill(shown, count)
        filled = time.perf_counter() - begun
        size = sum(sum(each.values()) for each in [_counts(shown)])
        print(f"{size:,} links; filled in {filled:.0f} s; load {os.getloadavg()[0]:.1f}")
        print("| page | p50 | p95 | worst |\n| --- | --- | --- | --- |")
        for name, spent in (await times(shown)).items():
            middle, high = spent[len(spent) // 2], spent[int(len(spent) * 0.95)]
            print(f"| {name} | {_ms(middle)} | {_ms(high)} | {_ms(spent[-1])} |")


def _counts(shown: Shown) -> dict[Kind, int]:
    found: dict[Kind, int] = {}
    for (kind, _, _), n in shown.application.store.for_connection(1).counts().items():
        found[kind] = found.get(kind, 0) + n
    return found


def _ms(seconds: float) -> str:
    return f"{seconds * 1_000:.0f} ms"


def main() -> None:
    count = int(sys.argv[1].replace(",", "")) if len(sys.argv) > 1 else LINKS
    asyncio.run(_measure(count))


if __name__ == "__main__":
    main()
