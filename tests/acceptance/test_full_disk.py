"""A disk without room: a sentence, nothing half saved, and the work goes on when there is room again."""

from __future__ import annotations

import resource
from collections.abc import Callable

from tests.acceptance.installed import LONG_AGO, Installed, subjects, tasks
from tests.support.processes import Crms


def no_file_larger_than(size: int) -> Callable[[], None]:
    """A file system of one's own needs rights that tests lack; a limit on files fails the same writes."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


def test_a_full_disk_ends_the_sync_with_a_sentence_and_room_lets_it_go_on(
    install: Callable[..., Installed], crms: Crms
) -> None:
    crms.reset(data="sample")
    tandem = install()
    tandem.connect()
    tandem.switch_on(since=LONG_AGO)
    planned = tandem.run("plan", "--json").json()
    size = (tandem.home / "tandem.db").stat().st_size

    ended = tandem.start("sync", before=no_file_larger_than(size + 100_000)).wait()

    assert ended.code == 1, ended.said
    assert "Traceback" not in ended.said
    assert str(tandem.home / "tandem.db") in ended.err
    assert "room" in ended.err or "full" in ended.err
    assert len(subjects(tasks(crms))) < 300

    report = tandem.run("sync", "--json").json()[0]

    assert report["adds_up"]
    assert sum(subjects(tasks(crms)).values()) == sum(
        tally["outcomes"].get("created", 0) for tally in planned["kinds"].values()
    )


def test_a_backup_onto_a_full_disk_leaves_no_half_file(tandem: Installed) -> None:
    target = tandem.home / "tandem.backup"

    ended = tandem.start("backup", str(target), before=no_file_larger_than(1_000)).wait()

    assert ended.code == 1, ended.said
    assert "Traceback" not in ended.said
    assert not target.exists()
