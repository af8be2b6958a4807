"""One operation of the API: where it is asked for, by whom, with what, and what it answers."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from tandem.store.members import Role

__all__ = ["START", "Accepted", "Operation", "operation"]

START = "/api/v1"
_NAMED = re.compile(r"\{(\w+)\}")

Work = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The work goes on: ``body`` tells how it stands now, ``location`` is the path that tells it later."""

    body: Any
    location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """
    ``query`` and ``body`` are what it takes and ``answer`` what it gives, all of them by type; ``answer`` None
    is a file of comma-separated values. ``accepted`` is what it gives instead while its work goes on (202).
    *role* is what the caller's token must be.
    """

    id: str
    method: str
    path: str
    tag: str
    role: Role
    work: Work
    query: Any = None
    body: Any = None
    answer: Any = None
    accepted: Any = None

    @property
    def named(self) -> tuple[str, ...]:
        """What the path names."""
        return tuple(_NAMED.findall(self.path))


def operation(
    method: str, path: str, *, tag: str, role: Role = Role.VIEWER, accepted: Any = None
) -> Callable[[Work], Operation]:
    """
    Make an operation of a function; its parameters ``query`` and ``body`` say by their types what is taken.

    One that may answer `Accepted` says with *accepted* of what type its body is then.
    """

    def made(work: Work) -> Operation:
        hints = typing.get_type_hints(work)
        answer = _without_accepted(hints["return"])
        return Operation(
            id=work.__name__,
            method=method,
            path=START + path,
            tag=tag,
            role=role,
            work=work,
            query=hints.get("query"),
            body=hints.get("body"),
            answer=None if answer is Response else answer,
            accepted=accepted,
        )

    return made


def _without_accepted(hint: Any) -> Any:
    if not isinstance(hint, types.UnionType):
        return hint
    [answer] = [each for each in typing.get_args(hint) if each is not Accepted]
    return answer
