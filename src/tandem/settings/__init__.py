"""
Settings, read and checked: of the process (environment) and of a connection (``activities.toml``).

The page, the file and the command line share ``parse``, ``show`` and ``change_of``; neither holds a
rule of its own.
"""

from tandem.settings.activities import parse
from tandem.settings.change import SettingsChange, change_of, with_value
from tandem.settings.process import ProcessSettings, person, read_environment
from tandem.settings.reading import InvalidSettings, Problem
from tandem.settings.show import show

__all__ = [
    "InvalidSettings",
    "Problem",
    "ProcessSettings",
    "SettingsChange",
    "change_of",
    "parse",
    "person",
    "read_environment",
    "show",
    "with_value",
]
