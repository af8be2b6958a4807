"""
Tandem's command lines by a user whose number no file knows, without HOME or any other variable.

    as_nobody.py FOLDER COMMAND-LINE...       state is kept in a folder of that user's own
    as_nobody.py - COMMAND-LINE...            nothing says where state is kept

Everything is imported first, because this interpreter may lie where only its owner can read. Who is no
superuser stays who they are. Ends with the first exit code that is not 0.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tandem.cli import run

NOBODY = 54_321


def import_everything() -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert run(["connections", "--json"], environ={"TANDEM_HOME": folder}) == 0


def become_nobody(own: Path | None) -> None:
    if os.getuid() == 0:
        if own is not None:
            os.chown(own, NOBODY, NOBODY)
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    os.environ.clear()


def main(folder: str, *lines: str) -> int:
    own = None if folder == "-" else Path(folder) / "own"
    environ = {}
    if own is not None:
        own.mkdir()
        environ["TANDEM_HOME"] = str(own / "home")
    import_everything()
    become_nobody(own)
    return next((code for line in lines if (code := run(line.split(), environ=environ))), 0)


sys.exit(main(*sys.argv[1:]))
