"""One request as the screens see it: who asks, in which language, and how to answer."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ParamSpec, TypeVar
from urllib.parse import quote, urlencode

from jinja2 import Environment
from markupsafe import Markup
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tandem.model import Kind
from tandem.store import Connection
from tandem.store.web import Member, Members, MemberSession
from tandem.web.desk import Desk
from tandem.web.passwords import Passwords
from tandem.web.settings import WebSettings
from tandem.web.speech import Speech
from tandem.web.started import StartedRuns

__all__ = [
    "LARGEST_FORM",
    "SESSION_COOKIE",
    "VISIT_COOKIE",
    "House",
    "PastHours",
    "Refused",
    "Visit",
]

SESSION_COOKIE = "tandem_session"
VISIT_COOKIE = "tandem_visit"
LARGEST_FORM = 1_048_576
_FIELDS = 5_000

P = ParamSpec("P")
Answer = TypeVar("Answer")


class Refused(Exception):
    """The request is answered with an error page: *key* is its sentence."""

    def __init__(self, status: int, key: str, /, **values: object) -> None:
        super().__init__(key)
        self.status = status
        self.key = key
        self.values = values


Counted = tuple[datetime, str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastHours:
    """What happened before ``until``, counted by the hour: that does not change any more."""

    until: datetime
    counted: tuple[Counted, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What all requests share."""

    desk: Desk
    members: Members
    passwords: Passwords
    settings: WebSettings
    templates: Environment
    assets: Mapping[str, str]
    started: StartedRuns
    previews: dict[tuple[int, Kind], Any] = field(default_factory=dict)
    hours: dict[int, PastHours] = field(default_factory=dict)
    forecasts: dict[int, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Visit:
    """``connection`` is the one the address names, if it names one."""

    request: Request
    house: House
    speech: Speech
    session: MemberSession | None = None
    desk: Desk
    connection: Connection | None = None
    largest_form: int = LARGEST_FORM
    _cookies: dict[str, tuple[str, int | None]] = field(default_factory=dict)
    _next_flash: str | None = None

    # ------------------------------------------------------------------ who and where

    @property
    def member(self) -> Member:
        """Whoever is signed in; only pages that ask for it may."""
        if self.session is None:
            raise Refused(401, "web.error.sign_in")
        return self.session.member

    @property
    def is_admin(self) -> bool:
        return self.session is not None and self.session.member.is_admin

    @property
    def members(self) -> Members:
        return self.house.members

    @property
    def base(self) -> str:
        return str(self.request.state.base)

    @property
    def origin(self) -> str:
        """Scheme and host as the browser knows them, without a slash at the end."""
        return str(self.request.state.origin)

    @property
    def is_secure(self) -> bool:
        return self.origin.startswith("https:")

    @property
    def client(self) -> str:
        return self.request.client.host if self.request.client else ""

    @property
    def now(self) -> datetime:
        return self.desk.clock.now()

    @property
    def here(self) -> Connection:
        """The connection that the address names."""
        if self.connection is None:
            raise Refused(404, "web.error.not_found")
        return self.connection

    async def kept(self, work: Callable[P, Answer], *args: P.args, **more: P.kwargs) -> Answer:
        """What *work* answers from the database, in a thread where that is worth one (`Store.run`)."""
        return await self.desk.store.run(work, *args, **more)

    def url(self, path: str, /, **query: object) -> str:
        """The address of *path* within the app."""
        given = {name: value for name, value in query.items() if value not in (None, "")}
        return f"{self.base}{path}{f'?{urlencode(given)}' if given else ''}"

    def at(self, rest: str, /, **query: object) -> str:
        """The address of a tab of the present connection."""
        return self.url(f"/connected-apps/salesforce/{self.here.id}/{rest}", **query)

    def asset(self, name: str) -> str:
        return f"{self.base}/static/{quote(name)}?v={self.house.assets[name]}"

    def param(self, name: str) -> str:
        return self.request.query_params.get(name, "").strip()

    # ------------------------------------------------------------------ forms

    async def form(self) -> FormData:
        """The form's fields; a body larger than this page takes (a megabyte, usually) is refused unread."""
        body = bytearray()
        async for piece in self.request.stream():
            body += piece
            if len(body) > self.largest_form:
                raise Refused(413, "web.error.too_large")
        self.request._body = bytes(body)
        return await self.request.form(max_fields=_FIELDS, max_files=1)

    async def words(self) -> dict[str, str]:
        """The texts of the form, trimmed; of several with one name the last."""
        given = await self.form()
        return {
            name: value.strip()
            for name, value in given.multi_items()
            if not isinstance(value, UploadFile)
        }

    @property
    def csrf(self) -> str:
        """What every form sends back: bound to the session, or to this browser before there is one."""
        secret = self.request.cookies.get(SESSION_COOKIE) if self.session else None
        return hmac.digest((secret or self._visit_cookie()).encode(), b"csrf", hashlib.sha256).hex()

    def is_own_form(self, token: str) -> bool:
        return hmac.compare_digest(token.encode(), self.csrf.encode())

    def _visit_cookie(self) -> str:
        known = self.request.cookies.get(VISIT_COOKIE)
        if known and len(known) >= 32:
            return known
        if VISIT_COOKIE not in self._cookies:
            self.set_cookie(VISIT_COOKIE, secrets.token_urlsafe(32))
        return self._cookies[VISIT_COOKIE][0]

    # ------------------------------------------------------------------ answers

    def page(self, template: str, status: int = 200, /, **values: Any) -> Response:
        """The page *template*; what the last change said comes first on it."""
        flashes = self._take_flashes()
        text = self.house.templates.get_template(template).render(
            visit=self, t=self.speech, flashes=flashes, **values
        )
        return self.answer(HTMLResponse(text, status))

    def redirect(self, path: str) -> Response:
        """To another page after a change (303: the browser asks for it with GET)."""
        return self.answer(RedirectResponse(path, 303))

    def answer(self, response: Response) -> Response:
        """*response* with the cookies that this visit set."""
        for name, (value, seconds) in self._cookies.items():
            response.set_cookie(
                name,
                value,
                max_age=seconds,
                path=f"{self.base}/",
                secure=self.is_secure,
                httponly=True,
                samesite="lax",
            )
        response.headers["content-language"] = self.speech.language
        response.headers["vary"] = "Cookie, Accept-Language"
        return response

    def set_cookie(self, name: str, value: str, seconds: int | None = None) -> None:
        self._cookies[name] = (value, seconds)

    def flash(self, key: str, /, level: str = "ok", **values: object) -> None:
        """Have the next page begin with this sentence."""
        if self.session is not None:
            said = {"key": key, "level": level, "values": {k: str(v) for k, v in values.items()}}
            self._next_flash = json.dumps(said)

    async def end(self) -> None:
        """Keep what the next page has to say; after the view, and off the event loop."""
        if self.session is not None and self._next_flash is not None:
            await self.kept(self.members.set_flash, self.session.token, self._next_flash)

    def _take_flashes(self) -> list[dict[str, Any]]:
        if self.session is None or not self.session.flash:
            return []
        if self._next_flash is None:
            self._next_flash = ""
        said = json.loads(self.session.flash)
        values = dict(said["values"])
        if "count" in values:
            values["count"] = int(values["count"])
        return [{"level": said["level"], "text": self.speech(said["key"], **values)}]

    def csrf_field(self) -> Markup:
        return Markup('<input type="hidden" name="csrf" value="{}">').format(self.csrf)
