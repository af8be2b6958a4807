"""
Tandem and the simulated CRMs as programs of their own, on real sockets.

What is started here is ended here, by its process id. Waiting is for something that happens, never
for time to pass: ``until`` looks again until it is so, or says after ``PATIENCE`` what did not come.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.request import ProxyHandler, Request, build_opener

__all__ = [
    "COMMAND",
    "PATIENCE",
    "Crms",
    "Ended",
    "Program",
    "environment",
    "simulated_crms",
    "until",
]

PATIENCE = 150.0
"""Seconds; what takes longer has failed. A machine that is busy may need many of them."""

_LOOK_AGAIN = 0.02
COMMAND = (str(Path(sys.executable).parent / "tandem"),)
"""The program as it is installed here."""

_NOT_OURS = ("TANDEM_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "COLUMNS", "LANG")

Found = TypeVar("Found")


def until(look: Callable[[], Found], what: str) -> Found:
    """The first answer of *look* that is true; AssertionError names *what* never came."""
    deadline = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < deadline, f"after {PATIENCE:g} s there was still not: {what}"
        time.sleep(_LOOK_AGAIN)
    return found


def environment(**variables: str) -> dict[str, str]:
    """This process's environment without anything that steers Tandem, and with *variables*."""
    kept = {
        name: value for name, value in os.environ.items() if not name.upper().startswith(_NOT_OURS)
    }
    return {**kept, "LANG": "C.UTF-8", **variables}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What a program said and how it ended; ``code`` is negative where a signal ended it."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err

    def json(self) -> Any:
        return json.loads(self.out)


class Program:
    """
    A running program: ``tandem`` with *arguments*, or another *command*.

    Both its outputs are read while it runs, so that it never waits for a reader; ``said`` is what came
    so far.
    """

    def __init__(
        self,
        *arguments: str,
        env: Mapping[str, str],
        command: Sequence[str] = COMMAND,
        cwd: Path | None = None,
        before: Callable[[], None] | None = None,
    ) -> None:
        self._process = subprocess.Popen(
            [*command, *arguments],
            env=dict(env),
            cwd=cwd,
            preexec_fn=before,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._out, self._err = bytearray(), bytearray()
        self._readers = [
            threading.Thread(target=_read, args=(stream, into), daemon=True)
            for stream, into in (
                (self._process.stdout, self._out),
                (self._process.stderr, self._err),
            )
        ]
        for reader in self._readers:
            reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    @property
    def out(self) -> str:
        return self._out.decode("utf-8", "replace")

    @property
    def said(self) -> str:
        return self.out + self._err.decode("utf-8", "replace")

    def waits_for(self, look: Callable[[], Found], what: str) -> Found:
        """*look*'s answer, once it is true; fails at once, with all it said, if the program ends before."""

        def either() -> Found | str:
            return look() or ("" if self.is_running else "it ended")

        found = until(either, what)
        assert found != "it ended", f"it ended before there was: {what}\n{self.said}"
        return found  # type: ignore[return-value]

    def kill(self) -> Ended:
        """``kill -9``: it has no chance to tidy up."""
        return self._signalled(signal.SIGKILL)

    def interrupt(self) -> Ended:
        """Ctrl-C."""
        return self._signalled(signal.SIGINT)

    def terminate(self) -> Ended:
        """What service managers send."""
        return self._signalled(signal.SIGTERM)

    def wait(self) -> Ended:
        """How it ended, once it has; one that never ends is killed, and that is a failure."""
        try:
            code = self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise AssertionError(f"it did not end:\n{self.said}") from None
        for reader in self._readers:
            reader.join(PATIENCE)
        for stream in (self._process.stdout, self._process.stderr):
            assert stream is not None
            stream.close()
        return Ended(code=code, out=self.out, err=self._err.decode("utf-8", "replace"))

    def end(self) -> None:
        """Make sure that nothing is left of it, however the test went."""
        if self.is_running:
            self._process.kill()
        self.wait()

    def _signalled(self, number: signal.Signals) -> Ended:
        self._process.send_signal(number)
        return self.wait()


def _read(stream: Any, into: bytearray) -> None:
    while piece := stream.read1(65_536):
        into += piece


# --------------------------------------------------------------------------- the CRMs


@dataclass(slots=True, kw_only=True)
class Crms:
    """``tandem sandbox`` as a process of its own, and its control plane."""

    program: Program
    urls: Mapping[str, str]
    tokens: Mapping[str, str]
    ca_file: Path
    _opener: Any = field(default_factory=lambda: build_opener(ProxyHandler({})))

    def ask(self, path: str, body: Any = None, *, side: str = "hubspot", method: str = "") -> Any:
        """One request to the control plane; its answer's JSON."""
        request = Request(
            f"{self.urls[side]}/_sandbox/{path}",
            data=None if body is None else json.dumps(body).encode(),
            method=method or ("GET" if body is None else "POST"),
        )
        with self._opener.open(request, timeout=PATIENCE) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def reset(self, *, data: str = "empty", language: str = "en") -> None:
        """Both CRMs as on their first day, or with the sample; clock, switches and faults put back."""
        self.ask("reset", {"side": "both", "data": data, "language": language})
        self.switch(limits="off", search_lag_ms=0)

    def switch(self, **values: Any) -> None:
        self.ask("switches", values)

    def advance(self, seconds: float) -> None:
        self.ask("clock", {"advance_seconds": seconds})

    def act(self, side: str, name: str, /, **arguments: Any) -> Any:
        """Somebody does *name* in that CRM's own pages."""
        return self.ask("act", {"do": name, **arguments}, side=side)

    def arm(self, side: str, *rules: Mapping[str, Any]) -> None:
        self.ask("faults", list(rules), side=side)

    def journal(self, side: str = "both") -> list[dict[str, Any]]:
        """What was asked of the CRMs, oldest first."""
        listed: list[dict[str, Any]] = self.ask(f"requests?side={side}")["requests"]
        return listed

    def forget_journal(self) -> None:
        self.ask("requests?side=both", method="DELETE")

    def writes(self) -> list[str]:
        """The requests in the journal that may have changed a record; a composite of queries may not."""
        return [
            f"{each['method']} {each['path']}" for each in self.journal() if not _only_reads(each)
        ]


_READS = ("/search", "/batch/read", "/token", "/introspect")


def _only_reads(request: Mapping[str, Any]) -> bool:
    if request["path"].endswith("/composite"):
        return bool(request["records"] == 0)
    return request["method"] in ("GET", "HEAD") or request["path"].endswith(_READS)


@contextmanager
def simulated_crms(*options: str) -> Iterator[Crms]:
    """Both CRMs on free ports, empty; ended at the end by Ctrl-C, which must go well."""
    arguments = ("sandbox", "--hubspot-port", "0", "--salesforce-port", "0", "--json", *options)
    program = Program(*arguments, env=environment())
    try:
        told = json.loads(program.waits_for(lambda: _object(program.out), "the addresses"))
        yield Crms(
            program=program,
            urls={side: told[side]["url"] for side in ("hubspot", "salesforce")},
            tokens={side: told[side]["token"] for side in ("hubspot", "salesforce")},
            ca_file=Path(told["ca_file"]),
        )
        assert program.is_running, program.said
        ended = program.interrupt()
        assert ended.code == 0, ended.said
    finally:
        program.end()


def _object(text: str) -> str:
    """*text*, once it holds a whole JSON object."""
    return text if text.rstrip().endswith("\n}") else ""
