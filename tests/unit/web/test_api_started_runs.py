"""Runs that a program starts and does not wait for."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.scenarios.story import Story
from tests.support.api import ONE, Program
from tests.support.web import Web

from tandem.engine.reports import RunReport
from tandem.errors import AlreadyRunning
from tandem.model import Kind
from tandem.web.started import StartedRuns


@pytest.fixture
async def robot(connected: Web) -> Program:
    """One call waits for a run."""
    story = Story(connected.running)
    await story.switch_on(Kind.CALL)
    contact, _ = story.person()
    story.in_hubspot("log_call", title="Pricing", contacts=[contact])
    connected.running.advance(60)
    return Program(connected)


async def ended(robot: Program, address: str) -> Any:
    for _ in range(2_000):
        run = await robot.get(address)
        if run["state"] != "running":
            return run
        await asyncio.sleep(0)
    raise AssertionError("the run did not end")


async def test_a_run_that_takes_longer_is_answered_with_the_address_that_tells_its_end(
    connected: Web, robot: Program
) -> None:
    connected.started.patience = 0
    answer = await robot.client.post(f"{ONE}/runs", json={})
    address = answer.headers["location"]
    assert (answer.status_code, address) == (202, f"{ONE}/runs/1")
    assert (answer.json()["id"], answer.json()["state"]) == (1, "running")
    run = await ended(robot, address)

    assert (run["state"], run["seen"], run["trigger"]) == ("done", 1, "api")


async def test_while_a_run_that_nobody_waits_for_is_under_way_none_is_started(
    connected: Web, robot: Program
) -> None:
    connected.started.patience = 0
    first = await robot.client.post(f"{ONE}/runs", json={})
    second = await robot.client.post(f"{ONE}/runs", json={})

    assert (first.status_code, second.status_code) == (202, 409)
    assert second.json()["code"] == "busy"
    await ended(robot, first.headers["location"])


async def test_a_dry_run_leaves_no_trace_and_is_waited_for(connected: Web, robot: Program) -> None:
    connected.started.patience = 0
    would = await robot.post(f"{ONE}/runs", {"dry_run": True})

    assert [each["operation"] for each in would["planned"]] == ["create"]


async def test_behind_a_proxy_the_address_has_its_prefix(connected: Web, robot: Program) -> None:
    connected.started.patience = 0
    headers = {"x-forwarded-prefix": "/tandem"}
    answer = await robot.client.post(f"{ONE}/runs", json={}, headers=headers)

    assert answer.headers["location"] == f"/tandem{ONE}/runs/1"
    await ended(robot, f"{ONE}/runs/1")


async def test_what_is_under_way_when_the_service_ends_is_stopped_in_good_order() -> None:
    started, stopped = StartedRuns(patience=0), asyncio.Event()

    async def endless() -> RunReport:
        try:
            await asyncio.Event().wait()
            raise AssertionError("nobody ends it")
        finally:
            stopped.set()

    task = started.begin(endless())
    assert await started.report_of(task) is None
    await started.end()

    assert stopped.is_set()
    assert task.cancelled()


async def test_what_a_run_raises_is_raised_to_whoever_waits() -> None:
    async def busy() -> RunReport:
        raise AlreadyRunning("x")

    started = StartedRuns()

    with pytest.raises(AlreadyRunning):
        await started.report_of(started.begin(busy()))
