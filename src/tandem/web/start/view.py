"""The pages of those who are not signed in yet."""

from __future__ import annotations

from starlette.responses import Response

from tandem.errors import SettingsError
from tandem.store.web import Invitation, Purpose
from tandem.web.oidc.view import away_to_sign_out
from tandem.web.pages import get, post
from tandem.web.passwords import LOCKED_FOR, LockedOut
from tandem.web.start.entering import begin_session, sign_in_page
from tandem.web.start.form import NewMember, local_path, normal_email
from tandem.web.visit import SESSION_COOKIE, Refused, Visit

__all__ = ["ROUTES"]


async def home(visit: Visit) -> Response:
    return visit.redirect(visit.url("/connected-apps"))


# --------------------------------------------------------------------------- by a link


async def show_link(visit: Visit) -> Response:
    found = await _invitation(visit)
    if not visit.house.settings.passwords and found.purpose is not Purpose.FIRST:
        # The invitation is for an address: whoever proves to have it at the provider is let in.
        return visit.redirect(visit.url("/sign-in"))
    return visit.page("start/join.html", invitation=found, given={}, problems=())


async def use_link(visit: Visit) -> Response:
    found = await _invitation(visit)
    if found.purpose is not Purpose.FIRST:
        _want_passwords(visit)
    given = await visit.words()
    new = NewMember.read(
        given,
        visit.speech,
        email=found.email,
        asks_name=found.purpose is not Purpose.PASSWORD,
    )
    problems = new.problems
    if not problems:
        password = await visit.house.passwords.hash(new.password)
        try:
            member = await visit.kept(
                visit.members.use_link,
                visit.request.path_params["token"],
                email=new.email,
                name=new.name,
                password=password,
            )
        except SettingsError:
            problems = (visit.speech("web.start.taken", email=new.email),)
        else:
            if member is None:
                raise Refused(410, "web.start.link_void")
            visit.desk.as_(member.email).note(None, f"link_used_{found.purpose.value}")
            return await begin_session(visit, member, "/")
    kept = {"email": given.get("email", ""), "name": new.name}
    return visit.page("start/join.html", 422, invitation=found, given=kept, problems=problems)


async def _invitation(visit: Visit) -> Invitation:
    found = await visit.kept(visit.members.invitation, visit.request.path_params["token"])
    if found is None or (
        found.purpose is Purpose.FIRST and await visit.kept(visit.members.has_members)
    ):
        raise Refused(410, "web.start.link_void")
    return found


# --------------------------------------------------------------------------- by password


async def show_sign_in(visit: Visit) -> Response:
    if visit.session is not None:
        return visit.redirect(visit.url(local_path(visit.param("next"))))
    if not await visit.kept(visit.members.has_members):
        return visit.page("start/not_yet.html", 403)
    return sign_in_page(visit, visit.param("next"), "")


def _want_passwords(visit: Visit) -> None:
    if not visit.house.settings.passwords:
        raise Refused(403, "web.oidc.no_passwords")


async def sign_in(visit: Visit) -> Response:
    _want_passwords(visit)
    given = await visit.words()
    email, back = normal_email(given.get("email", "")), local_path(given.get("next", ""))
    try:
        member = await visit.house.passwords.member_with(
            email, given.get("password", ""), visit.client
        )
    except LockedOut:
        minutes = int(LOCKED_FOR.total_seconds() // 60)
        said = visit.speech("web.start.locked", minutes=minutes)
        return sign_in_page(visit, back, said, email=email, status=429)
    if member is None:
        visit.desk.as_(email[:200]).note(None, "sign_in_failed", visit.client)
        said = visit.speech("web.start.wrong")
        return sign_in_page(visit, back, said, email=email, status=422)
    visit.desk.as_(member.email).note(None, "signed_in", visit.client)
    return await begin_session(visit, member, back)


async def sign_out(visit: Visit) -> Response:
    if visit.session is not None:
        await visit.kept(visit.members.end_session, visit.session.token)
    visit.set_cookie(SESSION_COOKIE, "", 0)
    away = await away_to_sign_out(visit)
    if away is not None:
        return away
    return visit.redirect(visit.url("/sign-in"))


ROUTES = [
    get("/", home),
    get("/start/{token}", show_link, role=None),
    post("/start/{token}", use_link, role=None),
    get("/sign-in", show_sign_in, role=None),
    post("/sign-in", sign_in, role=None),
    post("/sign-out", sign_out, role=None),
]
