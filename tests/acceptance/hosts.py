"""
Hosts of their own on one machine: what a program there reaches of this machine can be taken away while it runs.

Each is a network namespace where those may be made (Linux, as root): a cable leads from there to here, and the
loopback's address leads over the cable, so that every address means the same on both ends. Elsewhere its programs
reach everything by a relay that stops relaying. Either way a host that is cut hears nothing and is told nothing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import ClassVar

from tests.acceptance.between import Gate, Road, road_to

__all__ = ["Host", "host", "may_have_namespaces"]


class Host(ABC):
    """``before`` comes before the command of a program there, ``variables`` into its environment."""

    before: Sequence[str] = ()
    variables: Mapping[str, str] = {}

    @abstractmethod
    def cut(self) -> None:
        """Nothing arrives any more, in either direction; nobody is told."""

    @abstractmethod
    def mend(self) -> None:
        """All is as before."""


@contextmanager
def host(database_url: str) -> Iterator[Host]:
    """A host from which the database and the CRMs are reached, by the best means this machine has."""
    with ExitStack() as stack:
        if may_have_namespaces():
            yield stack.enter_context(_namespace())
        else:
            road, by_road = stack.enter_context(road_to(database_url))
            gate = Gate()
            stack.callback(gate.close)
            yield _Relayed(road, gate, by_road)


def may_have_namespaces() -> bool:
    """Whether this process may make network namespaces; tried, since no setting tells it for certain."""
    if os.name != "posix" or os.geteuid() != 0 or shutil.which("ip") is None:
        return False
    with ExitStack() as stack:
        try:
            stack.enter_context(_namespace())
        except (OSError, subprocess.CalledProcessError):
            return False
    return True


_CABLE = "cable"
"""What a host calls its only way out."""


class _Relayed(Host):
    def __init__(self, road: Road, gate: Gate, database_url: str) -> None:
        self._both = (road, gate)
        self.variables = {
            "TANDEM_DATABASE_URL": database_url,
            "HTTP_PROXY": gate.url,
            "HTTPS_PROXY": gate.url,
        }

    def cut(self) -> None:
        for each in self._both:
            each.freeze()

    def mend(self) -> None:
        for each in self._both:
            each.mend()


class _Namespace(Host):
    """Its cable ends here as *here*; *name* is also the cable's other end."""

    count: ClassVar[int] = 0

    def __init__(self) -> None:
        number = os.getpid() % 2**14 * 4
        _Namespace.count = (_Namespace.count + 1) % 200
        self.name = f"td{os.getpid()}x{_Namespace.count}"
        self.here = f"{self.name}h"[:15]
        net = f"10.{_Namespace.count + 10}.{number // 256}"
        self._near, self._far = f"{net}.{number % 256 + 1}", f"{net}.{number % 256 + 2}"
        self.before = ("ip", "netns", "exec", self.name)

    def make(self) -> None:
        _ip("netns", "add", self.name)
        _ip("link", "add", self.here, "type", "veth", "peer", "name", _CABLE, "netns", self.name)
        self._wire()

    def _wire(self) -> None:
        there = ("-n", self.name)
        _ip("addr", "add", f"{self._near}/30", "dev", self.here)
        _ip("link", "set", self.here, "up")
        _ip(*there, "addr", "add", f"{self._far}/30", "dev", _CABLE)
        _ip(*there, "link", "set", "dev", _CABLE, "up")
        # Linux, Documentation/networking/ip-sysctl.rst, route_localnet: loopback addresses may travel by this cable.
        Path(f"/proc/sys/net/ipv4/conf/{self.here}/route_localnet").write_text("1")
        let = f"echo 1 > /proc/sys/net/ipv4/conf/{_CABLE}/route_localnet"
        subprocess.run([*self.before, "sh", "-c", let], check=True, capture_output=True)
        way = ("via", self._near, "dev", _CABLE, "src", self._far)
        _ip(*there, "route", "add", "127.0.0.1/32", *way)

    def remove(self) -> None:
        """With the namespace its cable goes."""
        subprocess.run(["ip", "netns", "del", self.name], check=False, capture_output=True)

    def cut(self) -> None:
        _ip("link", "set", self.here, "down")

    def mend(self) -> None:
        _ip("link", "set", self.here, "up")


@contextmanager
def _namespace() -> Iterator[_Namespace]:
    made = _Namespace()
    try:
        made.make()
        yield made
    finally:
        made.remove()


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
