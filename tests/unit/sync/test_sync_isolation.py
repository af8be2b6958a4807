"""The deciding core does no input or output, knows no clock and no chance: shown by taking them all away."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import tandem.sync

SYNC = Path(next(iter(tandem.sync.__path__)))
MODULES = sorted(path.stem for path in SYNC.glob("*.py") if path.stem != "__init__")

# Run before anything of Tandem is imported; the standard library it rests on is loaded first.
_WITHOUT = """
import builtins, datetime, random, socket, sys, time, pathlib, importlib, os
import collections.abc, dataclasses, enum, string, typing, unicodedata
def forbidden(*args, **others):
    raise AssertionError("the core asked for something outside itself")
names = {names!r}
code = {{}}
for name in {needed!r}:
    found = importlib.util.find_spec(name)
    code[name] = (compile(pathlib.Path(found.origin).read_text("utf-8"), found.origin, "exec"), found)
class Clock(datetime.datetime):
    now = utcnow = today = classmethod(forbidden)
class Loader:
    def find_spec(self, name, path=None, target=None):
        if name in code:
            return importlib.util.spec_from_loader(name, self, is_package=bool(code[name][1].submodule_search_locations))
    def create_module(self, spec):
        return None
    def exec_module(self, module):
        exec(code[module.__name__][0], module.__dict__)
for name in [each for each in sys.modules if each.split(".")[0] == "tandem"]:
    del sys.modules[name]
sys.meta_path.insert(0, Loader())
datetime.datetime = Clock
socket.socket = socket.create_connection = builtins.open = builtins.print = forbidden
os.open = os.urandom = time.time = time.monotonic = time.sleep = random.random = forbidden
for name in names:
    importlib.import_module("tandem.sync." + name)
outside = [n for n in sys.modules if n.startswith("tandem.") and n.split(".")[1] not in ("sync", "model", "errors")]
assert outside == [], outside
"""


def test_the_core_is_imported_with_sockets_files_clock_and_chance_taken_away() -> None:
    needed = ["tandem", "tandem.model", "tandem.errors", "tandem.sync"]
    needed += [f"tandem.sync.{name}" for name in MODULES]
    script = "import importlib.util\n" + _WITHOUT.format(names=MODULES, needed=needed)

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )

    assert done.stderr == ""
    assert done.returncode == 0


def test_the_core_imports_only_the_nouns_the_errors_and_itself() -> None:
    for name in MODULES:
        tree = ast.parse((SYNC / f"{name}.py").read_text(encoding="utf-8"))
        imported = {
            node.module or ""
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tandem")
        }

        allowed = {"tandem.model", "tandem.errors", *(f"tandem.sync.{one}" for one in MODULES)}
        assert imported <= allowed, name


def test_the_core_asks_no_clock() -> None:
    """``now`` is always an argument."""
    for name in MODULES:
        source = (SYNC / f"{name}.py").read_text(encoding="utf-8")

        for forbidden in (".now(", "utcnow(", ".today(", "import time", "import random", "logging"):
            assert forbidden not in source, name
