"""Other people's machines: proxies, an authority of one's own, no rights, no home, a read-only disk."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tandem.model import Kind
from tests.acceptance.installed import CLIENT, SECRET, Installed, busy_day, subjects, tasks
from tests.support.processes import Crms, Program, environment

Install = Callable[..., Installed]
_AS_NOBODY = Path(__file__).with_name("as_nobody.py")


def test_https_to_a_crm_whose_authority_is_in_the_ca_file(install: Install, crms: Crms) -> None:
    tandem = install(TANDEM_CA_FILE=str(crms.ca_file))
    crms.urls = {side: url.replace("http:", "https:") for side, url in crms.urls.items()}
    try:
        tandem.connect()
        tandem.switch_on([Kind.NOTE])
    finally:
        crms.urls = {side: url.replace("https:", "http:") for side, url in crms.urls.items()}
    busy_day(crms, people=1)

    tandem.run("sync")

    assert subjects(tasks(crms)) == {"Note: Person 0 noted": 1}


def test_https_without_the_ca_file_is_refused_with_the_reason(install: Install, crms: Crms) -> None:
    url = crms.urls["hubspot"].replace("http:", "https:")

    ended = install().run(
        "connect", "hubspot", "--url", url, "--token", crms.tokens["hubspot"], code=1
    )

    assert "certificate" in ended.err


def test_the_vendors_own_hosts_are_reached_through_a_proxy(install: Install, crms: Crms) -> None:
    """The sandbox is the proxy, and stands in for the hosts behind it."""
    proxy = {"HTTPS_PROXY": crms.urls["hubspot"], "TANDEM_CA_FILE": str(crms.ca_file)}
    tandem = install(**proxy)
    own_domain = ("--url", "https://tandem-demo.my.salesforce.com")
    login = ("--client-id", CLIENT, "--client-secret", SECRET)

    tandem.run("connect", "hubspot", "--token", crms.tokens["hubspot"])
    tandem.run("connect", "salesforce", *own_domain, *login)
    tandem.run("settings", "set", "kinds.note.enabled", "true")
    busy_day(crms, people=1)
    tandem.run("sync")

    assert subjects(tasks(crms)) == {"Note: Person 0 noted": 1}


def test_a_proxy_that_is_not_there_is_named(install: Install, crms: Crms) -> None:
    tandem = install(HTTPS_PROXY="http://127.0.0.1:9")

    ended = tandem.run("connect", "hubspot", "--token", crms.tokens["hubspot"], code=1)

    assert "127.0.0.1:9" in ended.err


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that another user can get at."""
    with tempfile.TemporaryDirectory(prefix="tandem-nobody-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        yield folder


def test_an_unprivileged_user_without_home_or_name_is_enough(open_folder: Path, crms: Crms) -> None:
    """As in many containers: a user number that no file knows, no HOME, a folder of one's own."""
    hubspot, salesforce = crms.urls["hubspot"], crms.urls["salesforce"]
    since = "settings set kinds.note.enabled true --since 2025-01-01"
    expected = [subject for subject in busy_day(crms, people=1) if subject.startswith("Note")]
    program = Program(
        str(open_folder),
        f"connect hubspot --url {hubspot} --token {crms.tokens['hubspot']}",
        f"connect salesforce --url {salesforce} --client-id {CLIENT} --client-secret {SECRET}",
        since,
        "sync",
        env=environment(),
        command=(sys.executable, str(_AS_NOBODY)),
    )
    ended = program.wait()

    assert ended.code == 0, ended.said
    assert list(subjects(tasks(crms))) == expected
    if os.getuid() == 0:
        assert {each.stat().st_uid for each in (open_folder / "own" / "home").iterdir()} == {54_321}


def test_without_a_home_it_says_which_variable_names_a_folder(tmp_path: Path) -> None:
    """Instead of making a folder called ~ wherever it was started."""
    program = Program(
        *("-", "connections"),
        env=environment(),
        command=(sys.executable, str(_AS_NOBODY)),
        cwd=tmp_path,
    )
    ended = program.wait()

    assert list(tmp_path.iterdir()) == []
    if os.getuid() == 0:  # anybody else here has a home
        assert ended.code == 2, ended.said
        assert "TANDEM_HOME" in ended.err


def test_state_and_key_are_for_the_own_user_only(tandem: Installed) -> None:
    modes = {each.name: each.stat().st_mode & 0o077 for each in tandem.home.iterdir()}

    assert set(modes.values()) == {0}
    assert tandem.home.stat().st_mode & 0o077 == 0
