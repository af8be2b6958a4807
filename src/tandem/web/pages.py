"""From a request to a screen and back: who may, with which form, and what is said when it fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tandem.errors import AlreadyRunning, BudgetSpent, CrmError, SettingsError, StoreError
from tandem.store.web import MemberSession, Role
from tandem.web.speech import LANGUAGE_COOKIE, speech_for
from tandem.web.visit import LARGEST_FORM, SESSION_COOKIE, House, Refused, Visit

__all__ = ["View", "get", "post", "visit_of"]

View = Callable[[Visit], Awaitable[Response]]
_YEAR = 31_536_000
_LARGEST = 2**63 - 1
_log = structlog.get_logger("tandem.web")


@dataclass(frozen=True, slots=True)
class _Page:
    """One view behind its doors. *role* None: anybody may."""

    view: View
    role: Role | None
    is_change: bool
    largest_form: int = LARGEST_FORM

    async def __call__(self, request: Request) -> Response:
        visit = await visit_of(request, request.app.state.house)
        visit.largest_form = self.largest_form
        try:
            answer = await self._answer(visit)
        except Refused as refused:
            sentence = visit.speech(refused.key, **refused.values)
            answer = error_page(visit, refused.status, sentence)
        except (SettingsError, AlreadyRunning) as error:
            answer = error_page(visit, 400, visit.speech.told(error))
        except (CrmError, BudgetSpent, StoreError) as error:
            answer = error_page(visit, 502, visit.speech.told(error))
        await visit.end()
        return answer

    async def _answer(self, visit: Visit) -> Response:
        if self.role is not None:
            if visit.session is None:
                return await _to_sign_in(visit)
            if self.role is Role.ADMIN and not visit.is_admin:
                raise Refused(403, "web.error.admin_only")
        if self.is_change:
            await _check_own(visit)
        if any(isinstance(n, int) and n > _LARGEST for n in visit.request.path_params.values()):
            raise Refused(404, "web.error.not_found")  # no database counts so far
        named = visit.request.path_params.get("connection")
        if named is not None:
            try:
                visit.connection = visit.desk.connection(int(named))
            except SettingsError:
                raise Refused(404, "web.error.no_connection") from None
        return await self.view(visit)


def get(path: str, view: View, role: Role | None = Role.VIEWER) -> Route:
    """A page to look at."""
    page = _Page(view, role, is_change=False)

    async def endpoint(request: Request) -> Response:
        return await page(request)

    return Route(path, endpoint, methods=["GET"], name=f"GET {path}")


def post(
    path: str,
    view: View,
    role: Role | None = Role.ADMIN,
    *,
    largest_form: int = LARGEST_FORM,
) -> Route:
    """A change: by default an administrator's, and always from a form of our own."""
    page = _Page(view, role, is_change=True, largest_form=largest_form)

    async def endpoint(request: Request) -> Response:
        return await page(request)

    return Route(path, endpoint, methods=["POST"], name=f"POST {path}")


async def visit_of(request: Request, house: House) -> Visit:
    run = house.desk.store.run
    session = await run(_session_of, request, house)
    asked = request.query_params.get("lang")
    zone = await run(_zone_for, house) if session else None
    speech = speech_for(
        asked=asked,
        cookies=request.cookies,
        accepted=request.headers.get("accept-language", ""),
        zone=zone,
    )
    who = session.member.email if session else ""
    visit = Visit(
        request=request,
        house=house,
        speech=speech,
        session=session,
        desk=house.desk.as_(who),
    )
    if asked == speech.language:
        visit.set_cookie(LANGUAGE_COOKIE, speech.language, _YEAR)
    return visit


def _session_of(request: Request, house: House) -> MemberSession | None:
    token = request.cookies.get(SESSION_COOKIE)
    return house.members.session(token, house.settings.session_rests) if token else None


def _zone_for(house: House) -> str | None:
    """The HubSpot account's zone, until the reader's browser has told its own."""
    for connection in house.desk.store.connections():
        portal = house.desk.portal(connection)
        if portal is not None:
            return portal.zone
    return None


async def _check_own(visit: Visit) -> None:
    """Only a form that we gave to this browser may change anything."""
    headers = visit.request.headers
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Refused(403, "web.error.other_site")
    origin = headers.get("origin")
    if origin not in (None, "null") and urlsplit(origin).netloc != urlsplit(visit.origin).netloc:
        raise Refused(403, "web.error.other_site")
    token = headers.get("x-csrf-token") or str((await visit.form()).get("csrf", ""))
    if not visit.is_own_form(token):
        raise Refused(403, "web.error.stale_form")


async def _to_sign_in(visit: Visit) -> Response:
    if not await visit.kept(visit.members.has_members):
        return visit.page("start/not_yet.html", 403)
    if visit.request.headers.get("hx-request"):
        return PlainTextResponse("", 401, {"hx-redirect": visit.url("/sign-in")})
    path = visit.request.url.path
    back = path if visit.request.method == "GET" and path != "/" else ""
    query = visit.request.url.query
    return visit.redirect(visit.url("/sign-in", next=f"{back}?{query}" if query else back))


def error_page(visit: Visit, status: int, sentence: str) -> Response:
    """What went wrong, in the reader's language where it is ours to say."""
    return visit.page("error.html", status, status_code=status, sentence=sentence)


async def not_found(request: Request, error: Exception) -> Response:
    visit = await visit_of(request, request.app.state.house)
    status = getattr(error, "status_code", 404)
    key = "web.error.method" if status == 405 else "web.error.not_found"
    if status not in (404, 405):
        key = "web.error.broken"
    return error_page(visit, status, visit.speech(key))


async def broken(request: Request, error: Exception) -> Response:
    """A bug: the log has it all, the page nothing of it."""
    _log.error("web.crashed", path=request.url.path, exc_info=error)
    visit = await visit_of(request, request.app.state.house)
    return error_page(visit, 500, visit.speech("web.error.broken"))
