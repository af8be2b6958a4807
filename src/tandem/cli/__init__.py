"""The command line: parses, calls, prints."""

from tandem.cli.program import main, run

__all__ = ["main", "run"]
