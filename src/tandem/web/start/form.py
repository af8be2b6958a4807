"""What the sign-in and sign-up forms accept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tandem.web.passwords import LONGEST, SHORTEST
from tandem.web.speech import Speech

__all__ = ["NewMember", "is_email", "local_path", "normal_email", "password_problem"]

_EMAIL = re.compile(r"[^@\s\"<>,;:\\]{1,64}@[^@\s\"<>,;:\\]{1,190}")
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMember:
    """Somebody who comes in by a link; ``problems`` is empty when all of it can be taken."""

    email: str
    name: str
    password: str
    problems: tuple[str, ...]

    @classmethod
    def read(
        cls, given: Mapping[str, str], speech: Speech, *, email: str, asks_name: bool
    ) -> NewMember:
        """*email* is the one a link is for; where it is empty the form names one."""
        address = normal_email(email or given.get("email", ""))
        name, password = given.get("name", "")[:_LONGEST_NAME], given.get("password", "")
        problems = []
        if not is_email(address):
            problems.append(speech("web.start.wants_email"))
        if asks_name and not name:
            problems.append(speech("web.start.wants_name"))
        problem = password_problem(password, given.get("again", ""), speech, address)
        if problem:
            problems.append(problem)
        return cls(email=address, name=name, password=password, problems=tuple(problems))


def password_problem(password: str, again: str, speech: Speech, email: str) -> str:
    """What is wrong with a new password. Length is what counts; nobody is told to add a digit."""
    if not SHORTEST <= len(password) <= LONGEST:
        return speech("web.start.wants_password", shortest=SHORTEST)
    if password.casefold() in (email, email.partition("@")[0]) or len(set(password)) < 4:
        return speech("web.start.weak_password")
    return "" if password == again else speech("web.start.passwords_differ")


def normal_email(given: str) -> str:
    return given.strip().lower()


def is_email(text: str) -> bool:
    """Whether it looks like an address; whether it exists, only a letter could tell."""
    return _EMAIL.fullmatch(text) is not None


def local_path(given: str) -> str:
    """*given* if it is a path of this app to go back to after signing in, else the start page."""
    is_local = given.startswith("/") and not given.startswith(("//", "/\\")) and given.isprintable()
    return given if is_local and "\\" not in given and len(given) < 2_000 else "/"
