"""What ``tandem sandbox`` says of where the simulated CRMs are."""

import socket
import subprocess
import sys

from tandem.cli.sandbox import addresses
from tandem.sandbox.server import Sandbox


async def test_events_are_named_where_they_are_served() -> None:
    async with Sandbox(data="empty", events_port=0, events_plaintext=True) as both:
        told = addresses(both)
    async with Sandbox(data="empty") as both:
        without = addresses(both)

    events = told["events"]
    assert isinstance(events, dict)
    assert events["plaintext"] is True
    assert events["target"].startswith("127.0.0.1:")
    assert "events" not in without


def test_a_port_that_is_taken_for_events_ends_the_command_with_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ports = ("--hubspot-port", "0", "--salesforce-port", "0", "--events-port", port)
        ended = subprocess.run(
            [sys.executable, "-m", "tandem", "sandbox", "--data", "empty", *ports],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    assert ended.returncode == 2
    assert "--events-port" in ended.stderr
