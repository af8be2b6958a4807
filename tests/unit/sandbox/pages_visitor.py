"""Somebody who visits the sandbox's pages without a browser: keeps cookies, sends forms, follows on."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from tandem.sandbox.clock import Clock
from tandem.sandbox.server import Sandbox

VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})


@dataclass
class Form:
    """A form as it stands in a page: what it would send if nothing were changed."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class Document(HTMLParser):
    """A page taken apart: `texts` is what a person reads, `elements` every tag with its attributes."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.source = source
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.forms: list[Form] = []
        self.unbalanced: list[str] = []
        self._open: list[str] = []
        self._texts: list[str] = []
        self._choice = ""
        self._area = ""
        self.feed(source)
        self.close()
        self.unbalanced += self._open

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._texts).split())

    @property
    def links(self) -> list[str]:
        return [given["href"] for tag, given in self.elements if tag == "a"]

    def form(self, do: str, **fields: str) -> Form:
        """The form that does this; of several the one that sends these fields."""
        for form in self.forms:
            if form.fields.get("do") == do and fields.items() <= form.fields.items():
                return form
        raise AssertionError(f"no form does {do} with {fields}")

    def does(self, do: str) -> bool:
        return any(form.fields.get("do") == do for form in self.forms)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.elements.append((tag, given))
        if tag not in VOID:
            self._open.append(tag)
        if tag == "form":
            self.forms.append(Form(action=given["action"], method=given["method"]))
        elif tag == "input" and self.forms and "name" in given:
            if given.get("type") != "checkbox" or "checked" in given:
                self.forms[-1].fields[given["name"]] = given.get("value", "")
        elif tag == "textarea":
            self._area = given["name"]
            self.forms[-1].fields[self._area] = ""
        elif tag == "select":
            self._choice = given["name"]
        elif tag == "option":
            fields = self.forms[-1].fields
            if "selected" in given or self._choice not in fields:
                fields[self._choice] = given["value"]

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.unbalanced.append(tag)
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1].fields[self._area] += data.removeprefix("\n")
        self._texts.append(data)


@dataclass(frozen=True)
class Seen:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    content: bytes

    def header(self, name: str) -> str | None:
        return next((value for known, value in self.headers if known == name), None)

    @property
    def source(self) -> str:
        return self.content.decode()

    @property
    def page(self) -> Document:
        return Document(self.source)


class Visitor:
    """Visits one side of a sandbox."""

    def __init__(self, sandbox: Sandbox, side: str, language: str = "en") -> None:
        self.app = sandbox.hubspot_app if side == "hubspot" else sandbox.salesforce_app
        self.cookies: dict[str, str] = {"sandbox_language": language}

    async def ask(
        self,
        method: str,
        url: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> Seen:
        parts = urlsplit(url)
        given = {"host": "localhost:8801", "accept": "text/html", **(headers or {})}
        given["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
            "server": ("localhost", 8801),
            "client": ("127.0.0.1", 1),
        }
        await self.app(scope, receive, send)
        start, *rest = sent
        seen = Seen(
            status=start["status"],
            headers=[(name.decode(), value.decode()) for name, value in start["headers"]],
            content=b"".join(message.get("body", b"") for message in rest),
        )
        self._keep(seen)
        return seen

    async def get(self, url: str) -> Seen:
        return await self.ask("GET", url)

    async def open(self, url: str) -> Document:
        """The page at an address, after every redirect; it must be there."""
        for _ in range(5):
            seen = await self.get(url)
            if seen.status != 303:
                assert seen.status == 200, (url, seen.status, seen.source[-600:])
                return seen.page
            url = urljoin(url, seen.header("location") or "")
        raise AssertionError(f"{url} leads in circles")

    async def send(
        self, form: Form, headers: dict[str, str] | None = None, /, **filled: str
    ) -> Seen:
        """Send a form with some fields filled in."""
        unknown = set(filled) - set(form.fields)
        assert not unknown, f"the form has no {unknown}: {sorted(form.fields)}"
        kind = {"content-type": "application/x-www-form-urlencoded"}
        body = urlencode({**form.fields, **filled}).encode()
        return await self.ask("POST", form.action, body, {**kind, **(headers or {})})

    async def fill(self, form: Form, /, **filled: str) -> Document:
        """Send a form that must be done; the page that tells so."""
        seen = await self.send(form, **filled)
        assert seen.status == 303, (seen.status, seen.page.text[:600])
        return await self.open(seen.header("location") or "")

    def _keep(self, seen: Seen) -> None:
        for name, value in seen.headers:
            if name == "set-cookie":
                key, _, rest = value.partition("=")
                kept = rest.partition(";")[0].strip('"')
                if "max-age=0" in value.lower():
                    self.cookies.pop(key, None)
                else:
                    self.cookies[key] = kept


def started(language: str = "en", data: str = "sample", **options: Any) -> Sandbox:
    """A sandbox that listens nowhere."""
    return Sandbox(language=language, data=data, **options)


def frozen() -> Clock:
    return Clock(start=datetime(2026, 11, 20, 3, 0, tzinfo=UTC), running=False)


class VisitedOrg:
    """An org with one contact and one lead, visited by its administrator."""

    def __init__(self, language: str = "en") -> None:
        self.box: Sandbox = started(language, data="empty", clock=frozen())
        self.state = self.box.salesforce
        self.visitor = Visitor(self.box, "salesforce", language)
        self.account = self.make("Account", Name="Acme")
        self.contact = self.make(
            "Contact",
            FirstName="Hana",
            LastName="Tanaka",
            Email="hana@example.com",
            AccountId=self.account,
        )
        self.lead = self.make(
            "Lead", LastName="Okafor", Company="Okafor Ltd", Email="o@example.com"
        )
        self.home = f"/lightning/r/Contact/{self.contact}/view"

    def make(self, kind: str, **fields: Any) -> str:
        return str(self.state.act("create_record", {"object": kind, "fields": fields})["id"])

    def task(self, subject: str = "Call", **fields: Any) -> str:
        return self.make("Task", Subject=subject, WhoId=self.contact, **fields)

    def row(self, record_id: str) -> dict[str, Any]:
        found = self.state.store.row(record_id)
        assert found is not None
        return found

    def only_task(self) -> dict[str, Any]:
        (row,) = self.state.store.table("Task").raw.values()
        return row

    async def page_of(self, task_id: str) -> Document:
        return await self.visitor.open(f"/lightning/r/Task/{task_id}/view")
