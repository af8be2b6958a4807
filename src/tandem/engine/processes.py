"""Which process holds a lease, and whether it is known to have ended."""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path

__all__ = ["is_dead", "this_process"]

_HOSTS_OWN = 0xEFFFFFFC
"""Linux gives the first numbering of processes this number (PROC_PID_INIT_INO)."""


def this_process() -> str:
    """The name under which this process holds leases."""
    return f"{_here()}:{os.getpid()}"


def is_dead(owner: str) -> bool:
    """Whether the process *owner* ran here and has ended, so that its lease need not run out."""
    here, _, pid = owner.rpartition(":")
    if here != _here() or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


@cache
def _here() -> str:
    """
    Where numbers of processes mean the same: the host, and a container's own numbering on it.

    Two containers that share their host's name do not know each other's processes.
    """
    host = socket.gethostname()
    try:
        numbering = Path("/proc/self/ns/pid").stat().st_ino
    except OSError:  # not Linux
        return host
    return host if numbering == _HOSTS_OWN else f"{host}/{numbering}"
