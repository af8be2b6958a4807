"""Ctrl-C and SIGTERM: the program ends in good order and says so; the next run finishes the work."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.acceptance.installed import Installed, busy_day, subjects, tasks
from tests.support.processes import Crms, Ended, Program, until

End = Callable[[Program], Ended]
either_signal = pytest.mark.parametrize(
    "end", [Program.interrupt, Program.terminate], ids=["Ctrl-C", "SIGTERM"]
)


def is_writing(crms: Crms) -> bool:
    return any("/composite" in each["path"] for each in crms.journal("salesforce"))


def test_a_long_sync_that_is_interrupted_says_so_and_is_finished_by_the_next(
    on_either: Installed, crms: Crms
) -> None:
    ends_in_good_order(Program.interrupt, on_either, crms)


def test_a_long_sync_that_is_terminated_says_so_and_is_finished_by_the_next(
    tandem: Installed, crms: Crms
) -> None:
    ends_in_good_order(Program.terminate, tandem, crms)


def ends_in_good_order(end: End, tandem: Installed, crms: Crms) -> None:
    tandem.switch_on()
    expected = busy_day(crms)
    crms.forget_journal()
    crms.switch(latency_ms=200)
    program = tandem.start("sync")
    program.waits_for(lambda: is_writing(crms), "the first write")

    ended = end(program)
    crms.switch(latency_ms=0)

    assert ended.code == 1, ended.said
    assert "Stopped. What was written is remembered" in ended.err
    assert "Traceback" not in ended.said
    assert tandem.run("health", "--json").json()["last_run"]["state"] == "stopped"

    tandem.run("sync")

    assert subjects(tasks(crms)) == expected


@either_signal
def test_a_service_that_is_asked_to_end_ends_its_run_and_says_so(
    end: End, tandem: Installed, crms: Crms
) -> None:
    tandem.switch_on()
    expected = busy_day(crms)
    crms.forget_journal()
    crms.switch(latency_ms=40)
    program = tandem.start("serve", TANDEM_POLL_SECONDS="5")
    program.waits_for(lambda: is_writing(crms), "the first write")

    ended = end(program)
    crms.switch(latency_ms=0)

    assert ended.code == 0, ended.said
    assert "Ended in good order." in ended.err
    assert "Traceback" not in ended.said

    tandem.run("sync")

    assert subjects(tasks(crms)) == expected


def test_a_service_runs_on_schedule_and_picks_up_what_is_new(tandem: Installed, crms: Crms) -> None:
    tandem.switch_on()
    first = busy_day(crms, people=1, name="Early")
    program = tandem.start("serve", TANDEM_POLL_SECONDS="5")
    program.waits_for(lambda: subjects(tasks(crms)) == first, "the first tasks")

    later = busy_day(crms, people=1, name="Late")

    program.waits_for(lambda: subjects(tasks(crms)) == first + later, "the new tasks")
    assert program.terminate().code == 0


def test_a_service_outlives_an_outage_of_the_crms(tandem: Installed, crms: Crms) -> None:
    tandem.switch_on()
    outage = {"kind": "status", "status": 503, "times": -1}
    crms.arm("hubspot", outage)
    expected = busy_day(crms, people=1)
    program = tandem.start("serve", TANDEM_POLL_SECONDS="5")
    program.waits_for(lambda: "crm_unavailable" in program.said, "a run that found nobody there")
    crms.arm("hubspot", {"clear": True})

    program.waits_for(lambda: subjects(tasks(crms)) == expected, "the tasks after the outage")
    assert program.interrupt().code == 0


def test_the_sandbox_ends_by_sigterm_too(crms: Crms) -> None:
    """The session's own sandbox ends by Ctrl-C, which its fixture checks."""
    from tests.support.processes import environment

    program = Program(
        "sandbox",
        *("--hubspot-port", "0", "--salesforce-port", "0", "--data", "empty"),
        env=environment(),
    )
    try:
        until(lambda: "Ctrl-C ends." in program.said, "its addresses")
        assert program.terminate().code == 0
    finally:
        program.end()
