"""``tandem serve`` as a process of its own beside the simulated CRMs, with change feeds or without."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from tandem.bench.installation import Installation
from tandem.bench.sandbox import SandboxProcess
from tandem.bootstrap import Application
from tandem.settings import ProcessSettings

__all__ = ["POLL_SECONDS", "paired_tasks", "serving"]

POLL_SECONDS = 60
"""The service's own default."""

_PATIENCE = 60.0
_LOOK_EVERY = 0.05
_APP = re.compile(r"Web app: (http://\S+)")
_OTHERS = ("TANDEM_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


async def paired_tasks(home: Path, sandbox: SandboxProcess, count: int) -> list[tuple[str, str]]:
    """Connect at *home* and sync *count* tasks both ways, for a service to go on; their ids in HubSpot and Salesforce."""
    async with Application(ProcessSettings(home=home)) as tandem:
        its = Installation(tandem, sandbox)
        await its.connect()
        pairs = await its.pair_tasks(count)
        await its.know_webhooks()
        return pairs


@contextmanager
def serving(home: Path, sandbox: SandboxProcess, *, has_feeds: bool) -> Iterator[None]:
    """The service runs; with *has_feeds* both CRMs tell it what changed, else it polls."""
    events = f"http://{sandbox.events_target}" if has_feeds else "off"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OTHERS)}
    process = subprocess.Popen(
        [sys.executable, "-m", "tandem", "serve", "--port", "0", "--language", "en"],
        env={
            **kept,
            "TANDEM_HOME": str(home),
            "TANDEM_POLL_SECONDS": str(POLL_SECONDS),
            "TANDEM_SALESFORCE_EVENTS": events,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said = bytearray()
    reader = Thread(target=_read, args=(process, said), daemon=True)
    reader.start()
    try:
        address = _address(process, said)
        if has_feeds:
            sandbox.post_webhooks_to(f"{address}/hubspot/webhooks")
        yield
    finally:
        process.terminate()
        process.wait()
        reader.join()


def _address(process: subprocess.Popen[bytes], said: bytearray) -> str:
    deadline = time.monotonic() + _PATIENCE
    while (found := _APP.search(said.decode("utf-8", "replace"))) is None:
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The measured service did not start:\n{said.decode()}")
        time.sleep(_LOOK_EVERY)
    return found[1].rstrip("/")


def _read(process: subprocess.Popen[bytes], into: bytearray) -> None:
    """What it says is read while it runs, so that it never waits for a reader."""
    assert process.stdout is not None
    while piece := process.stdout.read1(65_536):  # type: ignore[attr-defined]
        into += piece
    process.stdout.close()
