"""The pages of one CRM as an ASGI app: addresses, language, flash sentences, safety."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, Protocol
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tandem.sandbox.clock import from_ms
from tandem.sandbox.frontdoor import Receive, Scope, Send
from tandem.sandbox.pages.shown import Shown
from tandem.sandbox.pages.texts import LANGUAGES, TEXTS, Words
from tandem.sandbox.pages.visit import (
    Answer,
    Go,
    NoSuchPage,
    Page,
    Place,
    Refused,
    Tab,
    Visit,
)
from tandem.sandbox.world import World

STATIC = "/_sandbox/pages/"
LARGEST_FORM = 1_000_000
_LANGUAGE = "sandbox_language"
_FOLLOW = "sandbox_follow"
_SAID_SECONDS = 120
_LONGEST_SAID = 120
_OWN_PARAMETERS = ("lang", "follow")
_SAFETY = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
_FILES = {
    "pages.css": "text/css; charset=utf-8",
    "follow.js": "text/javascript; charset=utf-8",
    "hubspot.svg": "image/svg+xml",
    "salesforce.svg": "image/svg+xml",
}


class CrmPages(Protocol):
    """What one CRM's pages are made of. `settle` lets time have its effects before anybody looks."""

    side: str
    world: World

    @property
    def places(self) -> Sequence[Place]: ...
    def settle(self) -> None: ...
    def account(self) -> str: ...
    def tabs(self) -> Sequence[Tab]: ...
    def shown(self, visit: Visit) -> Shown: ...
    def frame(self, visit: Visit) -> Mapping[str, Any]: ...
    def elsewhere_path(self, visit: Visit) -> str: ...


class Pages:
    """
    One CRM's pages. `takes` tells which requests are theirs: only GET, HEAD and POST of addresses that
    the vendor's API does not have.
    """

    def __init__(self, crm: CrmPages, elsewhere: Callable[[], str | None]) -> None:
        self._crm = crm
        self._elsewhere = elsewhere
        self._places = [(re.compile(place.pattern), place) for place in crm.places]
        self._said = f"sandbox_said_{crm.side}"

    def takes(self, scope: Scope) -> bool:
        """Whether a request is for a page."""
        path = str(scope["path"])
        if path.startswith(STATIC):
            return True
        place = self._find(path)[0]
        if place is None or (place.for_browsers and not _wants_html(scope)):
            return False
        return scope["method"] in ("GET", "HEAD") or (
            scope["method"] == "POST" and place.act is not None
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if request.url.path.startswith(STATIC):
            response = _static(request.url.path.removeprefix(STATIC))
        else:
            response = await self._respond(request)
        for name, value in _SAFETY.items():
            response.headers.setdefault(name, value)
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        visit = self._visit(request)
        place, parts = self._find(visit.path)
        assert place is not None
        self._crm.settle()
        if request.method != "POST":
            return self._answer(request, visit, place, parts)
        if _is_foreign(request):
            return self._render(request, visit, _sentence(visit, "refused.cross_site", 403))
        body = await request.body()
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/x-www-form-urlencoded" or len(body) > LARGEST_FORM:
            return self._render(request, visit, _sentence(visit, "refused.form", 400))
        form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        return self._answer(request, self._visit(request, form), place, parts)

    def _answer(
        self, request: Request, visit: Visit, place: Place, parts: Mapping[str, str]
    ) -> Response:
        visit = Visit(
            path=visit.path, words=visit.words, parts=parts, query=visit.query,
            form=visit.form, cookies=visit.cookies,
        )  # fmt: skip
        try:
            if request.method == "POST":
                visit, answer = _done(place, visit)
            else:
                answer = place.show(visit)
        except NoSuchPage as error:
            answer = _sentence(visit, error.text, 404)
        if isinstance(answer, Go):
            return self._go(request, answer)
        return self._render(request, visit, answer)

    def _visit(self, request: Request, form: Mapping[str, str] | None = None) -> Visit:
        asked = dict(parse_qsl(request.url.query, keep_blank_values=True))
        language = asked.get("lang") or request.cookies.get(_LANGUAGE, "")
        words = Words(language if language in LANGUAGES else self._crm.world.language)
        follow = asked.get("follow") or request.cookies.get(_FOLLOW, "")
        for name in _OWN_PARAMETERS:
            asked.pop(name, None)
        return Visit(
            path=str(request.scope["path"]),
            words=words,
            query=asked,
            form=form or {},
            cookies={**request.cookies, _FOLLOW: follow},
        )

    def _find(self, path: str) -> tuple[Place | None, Mapping[str, str]]:
        for pattern, place in self._places:
            found = pattern.fullmatch(path)
            if found is not None:
                return place, {name: part for name, part in found.groupdict().items() if part}
        return None, {}

    def _render(self, request: Request, visit: Visit, page: Page) -> Response:
        crm = self._crm
        other = self._elsewhere()
        said = _said_in(visit, self._said)
        text = _templates().get_template(page.template).render(
            t=visit.words,
            lang=visit.words.language,
            visit=visit,
            side=crm.side,
            title=page.title,
            account=crm.account(),
            tabs=crm.tabs(),
            shown=crm.shown(visit),
            moment=from_ms,
            said=said,
            static=STATIC,
            follows=visit.cookies.get(_FOLLOW) == "on",
            other=None if other is None else other + crm.elsewhere_path(visit),
            **crm.frame(visit),
            **page.values,
        )  # fmt: skip
        status = 422 if visit.problem and page.status == 200 else page.status
        response = Response(text, status, media_type="text/html; charset=utf-8")
        response.headers["content-language"] = visit.words.language
        if self._said in request.cookies:
            response.delete_cookie(self._said, httponly=True, samesite="strict")
        _keep_choices(response, request)
        return response

    def _go(self, request: Request, answer: Go) -> Response:
        response = RedirectResponse(answer.to, 303)
        if answer.said is not None:
            cut = {name: value[:_LONGEST_SAID] for name, value in answer.values.items()}
            told = quote(json.dumps([answer.said, cut], ensure_ascii=False))
            response.set_cookie(
                self._said, told, max_age=_SAID_SECONDS, httponly=True, samesite="strict"
            )
        for name, value in answer.keep.items():
            _keep(response, name, value)
        _keep_choices(response, request)
        return response


def _done(place: Place, visit: Visit) -> tuple[Visit, Answer]:
    """What a form leads to; its page once more, with the reason, where it cannot be done."""
    assert place.act is not None
    try:
        return visit, place.act(visit)
    except ValueError as error:
        troubled = visit.troubled(_told(visit.words, error))
        return troubled, place.show(troubled)


def _wants_html(scope: Scope) -> bool:
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])


def _told(words: Words, error: ValueError) -> str:
    return words(error.text, **error.values) if isinstance(error, Refused) else str(error)


def _sentence(visit: Visit, text: str, status: int) -> Page:
    return Page(
        template="sentence.html",
        title=visit.words("missing.title" if status == 404 else "refused.title"),
        values={"sentence": visit.words(text)},
        status=status,
    )


def _said_in(visit: Visit, name: str) -> str | None:
    """The flash sentence a cookie carries: a text's name and what fills it, nothing else."""
    if name not in visit.cookies:
        return None
    try:
        text, values = json.loads(unquote(visit.cookies[name]))
        if not text.startswith("said.") or text not in TEXTS:
            return None
        return visit.words(text, **{str(key): str(value) for key, value in values.items()})
    except (AttributeError, KeyError, IndexError, TypeError, ValueError):
        # Anybody can write a cookie; one that this sandbox did not make says nothing.
        return None


def _is_foreign(request: Request) -> bool:
    """Whether a form was sent from another site's page: browsers say where a form stood."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return True
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


def _keep_choices(response: Response, request: Request) -> None:
    """Remember the choices that the address carries."""
    asked = request.query_params
    if asked.get("lang") in LANGUAGES:
        _keep(response, _LANGUAGE, asked["lang"])
    if asked.get("follow") in ("on", "off"):
        _keep(response, _FOLLOW, asked["follow"])


def _keep(response: Response, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=31_536_000, httponly=True, samesite="lax")


def _static(name: str) -> Response:
    if name not in _FILES:
        return Response("There is no such file.", 404, media_type="text/plain")
    return Response(_file(name), media_type=_FILES[name], headers={"cache-control": "no-cache"})


@cache
def _file(name: str) -> bytes:
    return resources.files("tandem.sandbox.pages").joinpath("static", name).read_bytes()


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("tandem.sandbox.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
