"""Tandem as somebody installed it: a home folder, an environment, the command ``tandem``, two CRMs."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from simple_salesforce import Salesforce

from tandem.bootstrap import Application
from tandem.model import Kind, Link
from tandem.settings import read_environment
from tandem.store import ConnectionStore, KeptConflict
from tests.acceptance.own_sync import own_sync
from tests.support.processes import COMMAND, Crms, Ended, Program, environment

__all__ = ["CLIENT", "LONG_AGO", "SECRET", "Installed", "busy_day", "subjects", "tasks", "tasks_of"]

CLIENT, SECRET = "sandbox-client-id", "sandbox-client-secret"
LONG_AGO = datetime.fromisoformat("2025-01-01T00:00:00+00:00")

Found = TypeVar("Found")


class Installed:
    """
    One installation. ``run`` and ``start`` are the command line; what only prepares a test (connecting,
    ticking boxes) is done within this process, on the same files and sockets, because it is faster.
    """

    def __init__(self, home: Path, crms: Crms, **variables: str) -> None:
        self.home = home
        self.crms = crms
        self.env = environment(TANDEM_HOME=str(home), TANDEM_WEB_PORT="0", **variables)
        self._started: list[Program] = []

    # ------------------------------------------------------------------ the command line

    def run(self, *arguments: str, code: int = 0, **variables: str) -> Ended:
        """``tandem`` with *arguments*; it must end with *code*, and never with a traceback."""
        ended = self.start(*arguments, **variables).wait()
        assert ended.code == code, f"tandem {' '.join(arguments)}: {ended.code}\n{ended.said}"
        assert "Traceback" not in ended.said, ended.said
        return ended

    def start(
        self,
        *arguments: str,
        before: Callable[[], None] | None = None,
        command: Sequence[str] = COMMAND,
        **variables: str,
    ) -> Program:
        """``tandem`` with *arguments*, or another *command*; left running."""
        env = {**self.env, **variables}
        program = Program(*arguments, env=env, before=before, command=command)
        self._started.append(program)
        return program

    def own_sync(self, way: Callable[..., None], *arguments: object) -> int | None:
        """One sync by a process that does to itself what *way* says."""
        return own_sync(self.env, way, *arguments)

    def end(self) -> None:
        for program in self._started:
            program.end()

    # ------------------------------------------------------------------ preparing

    def connect(self, name: str = "main", *, salesforce: Crms | None = None) -> None:
        """HubSpot by its token, Salesforce by client credentials."""

        async def connecting() -> None:
            async with self._application() as tandem:
                await tandem.connect_hubspot(
                    name,
                    url=self.crms.urls["hubspot"],
                    token=self.crms.tokens["hubspot"],
                    open_browser=_no_browser,
                )
                await tandem.connect_salesforce(
                    name,
                    url=(salesforce or self.crms).urls["salesforce"],
                    client_id=CLIENT,
                    client_secret=SECRET,
                    open_browser=_no_browser,
                )

        asyncio.run(connecting())

    def sign_in(self, open_browser: Callable[[str], object]) -> None:
        """Both sides by OAuth; *open_browser* gets a person to visit the address it is given."""

        def visit(address: str) -> None:
            open_browser(address)

        async def signing_in() -> None:
            async with self._application() as tandem:
                await tandem.connect_hubspot(
                    "main",
                    url=self.crms.urls["hubspot"],
                    client_id=CLIENT,
                    client_secret=SECRET,
                    open_browser=visit,
                )
                await tandem.connect_salesforce(
                    "main",
                    url=self.crms.urls["salesforce"],
                    client_id=CLIENT,
                    open_browser=visit,
                )

        asyncio.run(signing_in())

    def switch_on(
        self,
        kinds: Iterable[Kind] = tuple(Kind),
        *,
        name: str = "main",
        since: datetime | None = None,
        first: str = "",
    ) -> None:
        """Tick the boxes of *kinds*, from now on unless a beginning in the past is given."""
        text = first + "".join(f"\n[kinds.{kind}]\nenabled = true\n" for kind in kinds)

        async def switching() -> None:
            async with self._application() as tandem:
                change = await tandem.plan_settings(name, text, since=since)
                await tandem.save_settings(name, change, "test")

        asyncio.run(switching())

    # ------------------------------------------------------------------ what it remembers

    def announced(self) -> list[Link]:
        """Pairs with a write that was announced and whose outcome is not saved."""
        return self._remembered(lambda mine: mine.intents())

    def conflicts(self) -> list[KeptConflict]:
        """What lost a conflict and can be restored."""
        return self._remembered(lambda mine: mine.conflicts())

    def _remembered(self, look: Callable[[ConnectionStore], list[Found]]) -> list[Found]:
        async def looking() -> list[Found]:
            async with self._application() as tandem:
                store = tandem.store
                return look(store.for_connection(store.connection("main").id))

        return asyncio.run(looking())

    def _application(self) -> Application:
        return Application(read_environment(self.env))


def _no_browser(address: str) -> None:
    raise AssertionError(f"no browser was expected to be sent to {address}")


# --------------------------------------------------------------------------- the CRMs


def tasks(crms: Crms, where: str = "Tandem_Key__c != null") -> list[dict[str, Any]]:
    """Tasks as simple-salesforce reads them, those in the recycle bin and the archive too."""
    host = urlsplit(crms.urls["salesforce"]).netloc
    with _session(crms.ca_file) as session:
        answer = session.post(
            f"https://{host}/services/oauth2/token",
            data={"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET},
            timeout=30,
        )
    answer.raise_for_status()
    return tasks_of(host, answer.json()["access_token"], crms.ca_file, where)


def tasks_of(
    host: str, token: str, ca_file: Path, where: str = "Tandem_Key__c != null"
) -> list[dict[str, Any]]:
    """The same from any Salesforce, by a session of one's own."""
    statement = (
        "SELECT Id, Subject, Status, Priority, IsClosed, IsDeleted, WhoId, Tandem_Key__c FROM Task "
        f"WHERE {where}"
    )
    with _session(ca_file) as session:
        client = Salesforce(instance=host, session_id=token, session=session)
        return list(client.query_all(statement, include_deleted=True)["records"])


def _session(ca_file: Path) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.verify = str(ca_file)
    return session


def subjects(found: Iterable[Mapping[str, Any]]) -> Counter[str]:
    """How often each subject is there; two tasks with one key are a failure at once."""
    listed = list(found)
    keys = [task["Tandem_Key__c"] for task in listed]
    assert len(set(keys)) == len(keys), "one key on two tasks"
    return Counter(task["Subject"] for task in listed)


def busy_day(crms: Crms, people: int = 3, name: str = "Person") -> Counter[str]:
    """Something of almost every kind for each of *people*; the subjects that their tasks must have."""
    expected: Counter[str] = Counter()
    form = crms.act("hubspot", "create_form", name=f"{name} form")["form"]
    campaign = crms.act("hubspot", "create_campaign", name=name, subject=f"{name} news")["campaign"]
    for number in range(people):
        who = f"{name} {number}"
        email = f"{name.lower()}{number}@example.com"
        properties = {"email": email, "lastname": who}
        contact = crms.act("hubspot", "create", object="contacts", properties=properties)["id"]
        fields = {"LastName": who, "Email": email}
        crms.act("salesforce", "create_record", object="Contact", fields=fields)
        at = {"contacts": [contact]}
        crms.act("hubspot", "log_call", title=f"{who} called", **at)
        crms.act("hubspot", "log_call", title=f"{who} called again", **at)
        crms.act("hubspot", "write_note", body=f"<p>{who} noted</p>", **at)
        crms.act("hubspot", "hold_meeting", title=f"{who} met", outcome="COMPLETED", **at)
        crms.act("hubspot", "send_email", subject=f"{who} wrote", html="<p>Hello</p>", **at)
        crms.act("hubspot", "submit_form", form=form, email=email)
        crms.act("hubspot", "open_marketing_email", campaign=campaign, to=email)
        expected.update(
            [
                f"{who} called",
                f"{who} called again",
                f"Note: {who} noted",
                f"{who} met",
                f"{who} wrote",
                f"Submitted: {name} form",
                f"Opened: {name} news",
            ]
        )
    return expected
