"""Answers that never come, refusals and outages on real sockets."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from tests.acceptance.installed import LONG_AGO, Installed, busy_day, subjects, tasks
from tests.acceptance.own_sync import impatient
from tests.support.processes import Crms, simulated_crms

WRITE = {"path": "/services/data/*/composite*", "method": "POST"}


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "drop_after", "times": 2, **WRITE},
        {"kind": "drop_before", "times": 2, **WRITE},
        {"kind": "status_after", "status": 503, "times": 2, **WRITE},
        {"kind": "status", "status": 503, "times": 2, **WRITE},
    ],
    ids=lambda fault: str(fault["kind"]),
)
def test_a_write_whose_answer_is_lost_is_looked_for_before_it_is_repeated(
    fault: dict[str, object], tandem: Installed, crms: Crms
) -> None:
    tandem.switch_on()
    expected = busy_day(crms)
    crms.arm("salesforce", fault)

    tandem.start("sync").wait()
    tandem.run("sync")

    assert any(each.get("fault") == fault["kind"] for each in crms.journal("salesforce"))
    assert subjects(tasks(crms)) == expected


def test_a_time_out_after_the_write_landed_doubles_nothing(
    on_either: Installed, crms: Crms
) -> None:
    on_either.switch_on()
    expected = busy_day(crms)
    crms.arm("salesforce", {"kind": "timeout_after", "times": 1, **WRITE})

    assert on_either.own_sync(impatient, 1.0) == 0
    on_either.run("sync")

    assert subjects(tasks(crms)) == expected


def test_hubspot_not_answering_for_a_while_delays_and_loses_nothing(
    tandem: Installed, crms: Crms
) -> None:
    tandem.switch_on()
    expected = busy_day(crms)
    crms.arm("hubspot", {"kind": "status", "status": 502, "times": 2, "skip": 3})
    crms.arm("hubspot", {"kind": "drop_before", "times": 1, "skip": 6})

    tandem.run("sync")

    assert subjects(tasks(crms)) == expected


def test_a_crm_that_is_down_is_named_and_its_return_is_enough(
    install: Callable[..., Installed], crms: Crms
) -> None:
    """The CRMs' process is stopped, and started again on the same ports."""
    with simulated_crms("--data", "empty") as before:
        tandem = install("elsewhere")
        tandem.crms = before
        tandem.connect()
        tandem.switch_on()
        ports = {side: str(urlsplit(url).port) for side, url in before.urls.items()}

    ended = tandem.run("sync", code=1)

    said = " ".join(ended.out.split())
    assert "A CRM did not answer" in said
    assert f"no connection to 127.0.0.1:{ports['hubspot']} (Connection refused)" in said

    with simulated_crms(
        "--data",
        "empty",
        *("--hubspot-port", ports["hubspot"]),
        *("--salesforce-port", ports["salesforce"]),
    ) as again:
        again.switch(search_lag_ms=0, limits="off")
        tandem.crms = again
        tandem.connect()
        expected = busy_day(again, people=1)
        tandem.run("sync")

        assert subjects(tasks(again)) == expected


def test_the_whole_sample_syncs_within_the_limits_of_real_accounts(
    tandem: Installed, crms: Crms
) -> None:
    crms.reset(data="sample")
    crms.switch(limits="real", search_lag_ms=3000)
    tandem.connect("sample")
    tandem.switch_on(name="sample", since=LONG_AGO)

    report = tandem.run("sync", "--connection", "sample", "--json").json()[0]

    assert report["state"] == "done"
    assert report["adds_up"]
    created = sum(tally["outcomes"].get("created", 0) for tally in report["kinds"].values())
    assert created == sum(subjects(tasks(crms)).values()) > 400


def test_a_rate_limit_is_waited_for(tandem: Installed, crms: Crms) -> None:
    tandem.switch_on()
    expected = busy_day(crms, people=1)
    crms.arm("hubspot", {"kind": "rate_limited", "policy": "SECONDLY", "times": 2})

    tandem.run("sync")

    assert 429 in [each["status"] for each in crms.journal("hubspot")]
    assert subjects(tasks(crms)) == expected


def test_a_day_without_calls_left_ends_the_run_and_the_next_day_goes_on(
    tandem: Installed, crms: Crms
) -> None:
    tandem.switch_on()
    expected = busy_day(crms, people=1)
    crms.arm("salesforce", {"kind": "request_limit", "limit": "TotalRequests", "times": -1})

    ended = tandem.run("sync", code=1)
    crms.arm("salesforce", {"clear": True})
    tandem.run("sync")

    assert "no calls left" in ended.said.lower() or "calls" in ended.said
    assert subjects(tasks(crms)) == expected
