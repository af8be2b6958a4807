"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from tandem.sync.policy import Language

__all__ = ["AsJson", "Connection", "InLanguage", "Strict", "Yes"]

Connection = Annotated[
    str | None, typer.Option("--connection", "-c", metavar="NAME", help="option.connection")
]
AsJson = Annotated[bool, typer.Option("--json", help="option.json")]
InLanguage = Annotated[
    Language | None, typer.Option("--language", metavar="en|ja", help="option.language")
]
Strict = Annotated[bool, typer.Option("--strict", help="option.strict")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="option.yes")]
