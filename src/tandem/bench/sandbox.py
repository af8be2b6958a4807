"""
The simulated CRMs in a process of their own, so that what they cost is nobody's figure.

That process announces its addresses as a line of JSON, then answers one line of JSON for each that it
reads, and ends when its standard input is closed.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Self

import msgspec

from tandem.bench.crossing import Crossings

if TYPE_CHECKING:
    from tandem.sandbox.server import Sandbox

__all__ = ["Load", "SandboxProcess", "serve"]

_EDITED = " (edited)"
_TITLES = {
    "calls": "hs_call_title",
    "emails": "hs_email_subject",
    "meetings": "hs_meeting_title",
    "tasks": "hs_task_subject",
}

_SENTENCE = (
    "Ask whether the offer arrived, and what their quality department says about the new gauge. "
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """*count* activities of one object type, made in the last *seconds*, each on one of *contacts* contacts."""

    count: int
    contacts: int
    kind: str = "calls"
    html: bool = False
    first: int = 0  # how many were loaded before: the contacts come with the first piece
    seconds: float = 240.0


class SandboxProcess:
    """
    A running sandbox, empty, and what a measurement wants of it.

    *limits* are the vendors' own ("real") or "off"; ``events_target`` is where Salesforce's events are, if *has_events*.
    """

    def __init__(self, *, limits: str = "off", has_events: bool = False) -> None:
        chosen = msgspec.json.encode({"limits": limits, "has_events": has_events}).decode()
        self._process: subprocess.Popen[bytes] = subprocess.Popen(
            [sys.executable, "-m", "tandem.bench", "sandbox", chosen],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        addresses = self._heard()
        self.events_target: str | None = addresses["events_target"]
        self.webhook_secret: str = addresses["webhook_secret"]
        self.hubspot_url: str = addresses["hubspot_url"]
        self.salesforce_url: str = addresses["salesforce_url"]
        self.hubspot_token: str = addresses["hubspot_token"]
        self.salesforce_token: str = addresses["salesforce_token"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pipe(self._process.stdin).close()
        self._process.wait()
        self._pipe(self._process.stdout).close()

    def load(self, load: Load) -> None:
        """Make activities, as HubSpot's users and their tools would."""
        self._ask("load", load=load)

    def edit(self, kind: str, first: int, count: int) -> None:
        """Change the titles of *count* activities, the *first* and those loaded after it."""
        self._ask("edit", kind=kind, first=first, count=count)

    def create_tasks(self, count: int) -> list[str]:
        """Have a person make *count* Salesforce tasks, each on a contact of its own (those of `Load`); their ids."""
        made: list[str] = self._ask("create_tasks", count=count)
        return made

    def edit_tasks(self, ids: Sequence[str]) -> None:
        """Have a person change the subjects of these Salesforce tasks."""
        self._ask("edit_tasks", ids=ids)

    def post_webhooks_to(self, address: str) -> None:
        """HubSpot calls *address* from now on, about everything."""
        self._ask("webhooks", address=address)

    def edit_one(self, side: str, task: str, other: str, text: str) -> None:
        """A person changes the subject of one *task* of *side*, which is watched until *other* has it."""
        self._ask("edit_one", side=side, task=task, other=other, text=text)

    def crossed(self) -> tuple[list[tuple[str, float]], int]:
        """The watched edits that arrived since this was last asked, side and seconds, and how many have not."""
        told = self._ask("crossed")
        return [(side, seconds) for side, seconds in told["arrived"]], told["under_way"]

    def advance(self, seconds: float) -> None:
        """Let time pass in both CRMs."""
        self._ask("advance", seconds=seconds)

    def answer_after(self, milliseconds: int) -> None:
        """Delay every answer from now on."""
        self._ask("latency", milliseconds=milliseconds)

    def calls(self) -> dict[str, int]:
        """How many requests each CRM had since this was last asked, by its own journal."""
        counted: dict[str, int] = self._ask("calls")
        return counted

    def now(self) -> str:
        """The CRMs' clock, ISO 8601."""
        return str(self._ask("now")["now"])

    def _ask(self, wanted: str, **arguments: Any) -> Any:
        line = msgspec.json.encode({"do": wanted, **arguments}) + b"\n"
        pipe = self._pipe(self._process.stdin)
        pipe.write(line)
        pipe.flush()
        return self._heard()

    def _heard(self) -> Any:
        line = self._pipe(self._process.stdout).readline()
        if not line:
            raise RuntimeError("The sandbox of the measurement ended early; its words are above.")
        return msgspec.json.decode(line)

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        assert pipe is not None
        return pipe


# --------------------------------------------------------------------------- inside that process


class _Commands:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._crossings = Crossings(sandbox)

    def do(self, line: bytes) -> Any:
        asked: dict[str, Any] = msgspec.json.decode(line)
        return getattr(self, f"_{asked.pop('do')}")(**asked)

    def _load(self, load: Mapping[str, Any]) -> Mapping[str, Any]:
        wanted, world = msgspec.convert(load, Load), self._sandbox.world
        bulk = _bulk(
            wanted.count,
            wanted.kind,
            world.clock.now(),
            world.seed,
            contacts=wanted.contacts,
            html=wanted.html,
            start=wanted.first,
            over=timedelta(seconds=wanted.seconds),
        )
        self._sandbox.hubspot.load(bulk.hubspot)
        self._sandbox.salesforce.load(bulk.salesforce)
        return {}

    def _edit(self, kind: str, first: int, count: int) -> Mapping[str, Any]:
        state, name = self._sandbox.hubspot, _TITLES[kind]
        live = state.crm.tables[kind].live
        for record_id in sorted(live)[first : first + count]:
            title = {name: f"{live[record_id].values[name]}{_EDITED}"}
            state.act("edit", {"object": kind, "id": str(record_id), "properties": title})
        return {}

    def _create_tasks(self, count: int) -> Sequence[str]:
        act, world = self._sandbox.salesforce.act, self._sandbox.world
        bulk = _bulk(0, "tasks", world.clock.now(), world.seed, contacts=count, html=False)
        people = [each["Id"] for each in bulk.salesforce["records"]["Contact"]]
        tasks = (_task(place, person) for place, person in enumerate(people))
        return [act("create_task", {"fields": task})["id"] for task in tasks]

    def _edit_tasks(self, ids: Sequence[str]) -> Mapping[str, Any]:
        state = self._sandbox.salesforce
        table = state.store.table("Task")
        for task in ids:
            fields = {"Subject": f"{table.raw[task]['Subject']}{_EDITED}"}
            state.act("edit_task", {"id": task, "fields": fields})
        return {}

    def _webhooks(self, address: str) -> Mapping[str, Any]:
        state = self._sandbox.hubspot
        state.act("set_webhooks", {"target_url": address, "app": state.auth.private_app_id})
        return {}

    def _edit_one(self, **edit: str) -> Mapping[str, Any]:
        self._crossings.edit(**edit)
        return {}

    def _crossed(self) -> Mapping[str, Any]:
        return self._crossings.taken()

    def _advance(self, seconds: float) -> Mapping[str, Any]:
        self._sandbox.world.clock.advance(seconds)
        return {}

    def _latency(self, milliseconds: int) -> Mapping[str, Any]:
        self._sandbox.world.switches.set({"latency_ms": milliseconds})
        return {}

    def _calls(self) -> Mapping[str, Any]:
        journal = self._sandbox.world.journal
        counted = Counter(each.side for each in journal.requests())
        journal.clear()
        return dict(counted)

    def _now(self) -> Mapping[str, Any]:
        return {"now": self._sandbox.world.clock.now().isoformat()}


def _bulk(*given: Any, **named: Any) -> Any:
    # Imported here, so that a measured process is not charged for the memory of the sandbox.
    from tandem.sandbox.data import bulk_activities

    return bulk_activities(*given, **named)


def _task(place: int, person: str) -> dict[str, Any]:
    """What a person types for a task of some size."""
    return {
        "Subject": f"Task {place}",
        "Description": f"{place}: {_SENTENCE * 10}",
        "ActivityDate": "2030-01-15",
        "WhoId": person,
    }


async def serve(chosen: str) -> None:
    """Be that process; *chosen* are the arguments of `SandboxProcess`, as JSON."""
    from tandem.sandbox.server import Sandbox

    options = msgspec.json.decode(chosen)
    async with Sandbox(
        data="empty",
        limits=options["limits"],
        events_port=0 if options["has_events"] else None,
        events_plaintext=True,
    ) as sandbox:
        lines = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(lines), sys.stdin
        )
        commands = _Commands(sandbox)
        _say(
            {
                "hubspot_url": sandbox.hubspot_url,
                "salesforce_url": sandbox.salesforce_url,
                "hubspot_token": sandbox.tokens["hubspot"],
                "salesforce_token": sandbox.tokens["salesforce"],
                "events_target": sandbox.events_target,
                "webhook_secret": sandbox.hubspot.auth.private_secret,
            }
        )
        async for line in lines:
            _say(commands.do(line))


def _say(answer: Any) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
    sys.stdout.buffer.flush()
