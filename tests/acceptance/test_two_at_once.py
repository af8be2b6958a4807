"""Two programs on one connection, or on one account: one runs, the other says so, nothing happens twice."""

from __future__ import annotations

from tests.acceptance.installed import Installed, busy_day, subjects, tasks
from tests.support.processes import Crms, Program, simulated_crms


def under_way(program: Program, crms: Crms) -> Program:
    """*program*, once it asks a CRM for records: the claim to the connection comes before."""
    program.waits_for(
        lambda: any("/crm/v3/objects/" in each["path"] for each in crms.journal("hubspot")),
        "a request for records",
    )
    return program


def test_the_second_of_two_syncs_says_who_runs_and_writes_nothing(
    on_either: Installed, crms: Crms
) -> None:
    on_either.switch_on()
    expected = busy_day(crms)
    crms.forget_journal()
    crms.switch(latency_ms=1500)

    first = under_way(on_either.start("sync"), crms)
    second = on_either.run("sync", code=1)
    crms.switch(latency_ms=0)
    ended = first.wait()

    assert "main: The connection is in use by " in second.err
    assert f":{first.pid} since " in second.err
    assert "Wait until it ends" in second.err
    assert ended.code == 0, ended.said
    assert subjects(tasks(crms)) == expected


def test_connections_that_share_an_account_take_turns(tandem: Installed, crms: Crms) -> None:
    with simulated_crms("--data", "empty", "--seed", "2") as other:
        other.act("salesforce", "change_org_id", id="00D000000000002")
        tandem.connect("other", salesforce=other)
        tandem.switch_on()
        tandem.switch_on(name="other")
        expected = busy_day(crms)
        crms.forget_journal()
        other.forget_journal()
        crms.switch(latency_ms=1500)

        first = under_way(tandem.start("sync", "--connection", "main"), crms)
        second = tandem.run("sync", "--connection", "other", code=1)
        crms.switch(latency_ms=0)
        ended = first.wait()

        assert "other: An account of it is in use by " in second.err
        assert ended.code == 0, ended.said
        assert subjects(tasks(crms)) == expected
        assert other.journal() == []
