"""Wrong usage, said in the caller's language."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any

from tandem.i18n import Messages

__all__ = ["command_path", "is_help", "usage_problem"]

_NO_COMMAND = re.compile(r"No such command '([^']*)'")
"""The one thing about an unknown command that Typer tells: its own sentence."""


def is_help(error: Any) -> bool:
    """Whether a group was called without a command, which shows its help."""
    return type(error).__name__ == "NoArgsIsHelpError"


def command_path(error: Any) -> str:
    """The command that was used wrongly, for the hint at its ``--help``."""
    context = getattr(error, "ctx", None)
    return str(context.command_path) if context is not None else "tandem"


def usage_problem(error: Any, messages: Messages) -> str:
    """What was wrong about the command line; what Typer alone can say stays in its own English."""
    match type(error).__name__:
        case "NoSuchOption":
            near = messages.joined(sorted(error.possibilities or ()))
            key = "usage.no_option_near" if near else "usage.no_option"
            return messages(key, option=error.option_name, near=near)
        case "MissingParameter":
            parameter = error.param
            if parameter is not None:
                names = parameter.opts if parameter.param_type_name == "option" else []
                return messages("usage.missing", name=names[0] if names else parameter.metavar)
        case "BadParameter":
            name = error.param.opts[0] if error.param is not None else ""
            return messages("usage.bad_value", name=name, problem=error.message)
        case "UsageError" if no_command := _NO_COMMAND.match(error.message):
            command = no_command.group(1)
            near = messages.joined(get_close_matches(command, error.cmd.commands))
            key = "usage.no_command_near" if near else "usage.no_command"
            return messages(key, command=command, near=near)
    return str(error.format_message())
