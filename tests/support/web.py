"""The web app beside both simulated CRMs in one process, and a browser for it that knows forms."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher

from tandem.store.database import Database
from tandem.store.migrate import migrate
from tandem.store.web import Members, Purpose, Role
from tandem.web import WebSettings, create_web
from tandem.web.passwords import Passwords
from tandem.web.started import StartedRuns
from tests.support.installation import Installation, installation

PASSWORD = "correct horse battery"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
HERE = "/connected-apps/salesforce/1"


__all__ = ["HERE", "PASSWORD", "Browser", "Web", "connected", "web"]


class _Forms(HTMLParser):
    """The forms of a page: their address and what they would send, as a browser reads them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, list[tuple[str, str]]]] = []
        self._select: tuple[str, bool] | None = None
        self._options: list[tuple[str, bool]] = []
        self._area: str | None = None
        self._text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((given.get("action", ""), []))
        if not self.forms:
            return
        fields = self.forms[-1][1]
        if tag == "input" and "name" in given:
            is_box = given.get("type") in ("checkbox", "radio")
            if given.get("type") != "file" and (not is_box or "checked" in given):
                fields.append((given["name"], given.get("value", "on")))
        elif tag == "select":
            self._select, self._options = (given["name"], "multiple" in given), []
        elif tag == "option":
            self._options.append((given["value"], "selected" in given))
        elif tag == "textarea":
            self._area, self._text = given["name"], ""

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select is not None:
            name, is_multiple = self._select
            chosen = [value for value, is_chosen in self._options if is_chosen]
            if not chosen and not is_multiple and self._options:
                chosen = [self._options[0][0]]
            self.forms[-1][1].extend((name, value) for value in chosen)
            self._select = None
        elif tag == "textarea" and self._area is not None:
            self.forms[-1][1].append((self._area, self._text.removeprefix("\n")))
            self._area = None


class Browser:
    """Keeps cookies, fills the forms of the page it last saw, follows redirects when told to."""

    def __init__(self, app: Any, *, language: str = "en", base: str = "") -> None:
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app),
            base_url="http://localhost:8800",
            headers={"accept-language": language},
        )
        self.base = base
        self.page = ""

    async def get(self, path: str, **headers: str) -> httpx.Response:
        answer = await self.client.get(self.base + path, headers=headers)
        self.page = answer.text
        return answer

    async def follow(self, answer: httpx.Response) -> httpx.Response:
        assert answer.status_code == 303, answer.text
        return await self.get(answer.headers["location"].removeprefix(self.base))

    def form(self, having: str) -> tuple[str, list[tuple[str, str]]]:
        """The form of the present page that has a field, or an address ending, of that name."""
        for action, fields in _Forms(self.page).forms:
            if action.endswith(having) or any(name == having for name, _ in fields):
                return action, fields
        raise AssertionError(f"no form has {having}")

    async def send(
        self, having: str, *, without: tuple[str, ...] = (), to: str = "", **changes: str
    ) -> httpx.Response:
        """Send a form with some fields changed (``__`` stands for a dot) or left out."""
        action, fields = self.form(having)
        changed = {name.replace("__", "."): value for name, value in changes.items()}
        kept = [
            (name, value) for name, value in fields if name not in changed and name not in without
        ]
        path = to or action or str(self.client.cookies.get("path", ""))
        assert path, "the form has no address: say where to"
        answer = await self.client.post(path, data=_grouped([*kept, *changed.items()]))
        self.page = answer.text
        return answer


def _grouped(fields: list[tuple[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, value in fields:
        grouped.setdefault(name, []).append(value)
    return grouped


class Web:
    """The app, its people, and Tandem behind it."""

    def __init__(self, running: Installation, settings: WebSettings) -> None:
        self.running = running
        self.tandem = running.tandem
        self.members = Members.of(running.tandem.store)
        passwords = Passwords(self.members, running.tandem.store.run, hasher=QUICK)
        self.started = StartedRuns()
        self.app = create_web(running.tandem, settings, passwords=passwords, started=self.started)

    def member(self, email: str, role: Role = Role.ADMIN) -> int:
        day = timedelta(days=1)
        token = self.members.make_link(Purpose.INVITE, email, role, day)
        made = self.members.use_link(
            token, email=email, name=email.split("@")[0], password=QUICK.hash(PASSWORD)
        )
        assert made is not None
        return made.id

    def browser(self, **options: str) -> Browser:
        return Browser(self.app, **options)

    async def signed_in(
        self, email: str = "ann@example.com", role: Role = Role.ADMIN, **options: str
    ) -> Browser:
        """A browser of a new member."""
        member = self.member(email, role)
        browser = self.browser(**options)
        token = self.members.begin_session(member, "a browser", timedelta(days=1))
        browser.client.cookies.set("tandem_session", token)
        return browser


@pytest.fixture(scope="session")
def _migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "tandem.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path


@pytest.fixture
async def web(tmp_path: Path, _migrated: Path) -> AsyncIterator[Web]:
    """Nothing connected, nobody signed up."""
    shutil.copyfile(_migrated, tmp_path / "tandem.db")
    async with installation(tmp_path) as running:
        web = Web(running, WebSettings(allow_loopback=True))
        yield web
        await web.started.end()


@pytest.fixture
async def connected(web: Web) -> Web:
    """Both accounts connected, no kind on."""
    await web.running.connect()
    return web
