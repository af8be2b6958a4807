"""One request as an operation sees it: whose token, which connection, and everything the pages have too."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from tandem.errors import SettingsError
from tandem.store import Connection, ConnectionStore
from tandem.store.api import ApiStore, ApiToken
from tandem.web.api.asked import number_of
from tandem.web.api.problem import Code, Trouble
from tandem.web.desk import Desk
from tandem.web.speech import Speech
from tandem.web.visit import Visit

__all__ = ["Call", "cursor_after", "cursor_of", "number_after"]

P = ParamSpec("P")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """*visit* is the request as a page would see it, in the token's name; nobody is signed in to it."""

    visit: Visit
    token: ApiToken

    @property
    def desk(self) -> Desk:
        return self.visit.desk

    @property
    def speech(self) -> Speech:
        return self.visit.speech

    @property
    def here(self) -> Connection:
        """The connection that the path names."""
        return self.visit.here

    @property
    def mine(self) -> ConnectionStore:
        return self.desk.mine(self.here)

    @property
    def api(self) -> ApiStore:
        return ApiStore.of(self.desk.store)

    def word(self, name: str) -> str:
        """What the path says at *name*."""
        return str(self.visit.request.path_params[name])

    def number(self, name: str) -> int:
        return number_of(self.word(name))

    async def kept(self, work: Callable[P, Answer], *args: P.args, **more: P.kwargs) -> Answer:
        return await self.visit.kept(work, *args, **more)

    def find_connection(self) -> None:
        """Take the connection that the path names; Trouble where there is none."""
        try:
            self.visit.connection = self.desk.connection(self.number("connection"))
        except SettingsError as error:
            raise Trouble(Code.NOT_FOUND, str(error)) from None


def cursor_after(last: str | int) -> str:
    """What to ask with for the page behind *last*; callers pass it back as it is."""
    return base64.urlsafe_b64encode(str(last).encode()).decode().rstrip("=")


def cursor_of(given: str | None) -> str:
    """What `cursor_after` was told; empty for the first page."""
    if not given:
        return ""
    try:
        said = base64.b64decode(given + "=" * (-len(given) % 4), altchars=b"-_", validate=True)
        found = said.decode()
    except (binascii.Error, ValueError):
        raise Trouble(Code.CURSOR) from None
    if "\0" in found or not found:
        raise Trouble(Code.CURSOR)
    return found


def number_after(given: str | None) -> int | None:
    """The number that the last page ended with; None for the first page."""
    found = cursor_of(given)
    if not found:
        return None
    try:
        return number_of(found)
    except Trouble:
        raise Trouble(Code.CURSOR) from None
