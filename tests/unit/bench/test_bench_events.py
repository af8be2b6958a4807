"""The measurement of Salesforce's events measures what it says."""

from pathlib import Path

from tandem.bench.events import backlog


async def test_a_backlog_is_heard_to_the_end_and_loses_nothing(tmp_path: Path) -> None:
    found = await backlog(f"sqlite:///{tmp_path}/tandem.db", events=450, records=300)

    assert (found.events, found.lost) == (450, 0)
    assert found.cpu_us > found.read_us > 0
