"""Inviting, changing and removing people; one's own account."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response

from tandem.errors import SettingsError
from tandem.store.web import Member, Purpose, Role
from tandem.web.pages import get, post
from tandem.web.passwords import LockedOut
from tandem.web.start.form import is_email, normal_email, password_problem
from tandem.web.visit import Refused, Visit

__all__ = ["ROUTES"]

_INVITED_FOR = timedelta(days=7)
_RESET_FOR = timedelta(hours=24)


async def people(visit: Visit) -> Response:
    return await _people_page(visit)


async def _people_page(visit: Visit, problem: str = "", link: str = "", whom: str = "") -> Response:
    return visit.page(
        "people/people.html",
        422 if problem else 200,
        people=await visit.kept(visit.members.members),
        invitations=await visit.kept(visit.members.invitations),
        problem=problem,
        link=link,
        whom=whom,
    )


async def invite(visit: Visit) -> Response:
    """The link is shown once, to be passed on: Tandem need not be able to send letters."""
    given = await visit.words()
    email = normal_email(given.get("email", ""))
    if not is_email(email):
        return await _people_page(visit, visit.speech("web.start.wants_email"))
    if await visit.kept(visit.members.member_and_password, email) is not None:
        return await _people_page(visit, visit.speech("web.start.taken", email=email))
    role = _role(given.get("role", ""))
    token = await visit.kept(visit.members.make_link, Purpose.INVITE, email, role, _INVITED_FOR)
    visit.desk.note(None, "invited", f"{email} {role.value}")
    return await _people_page(visit, link=_link(visit, token), whom=email)


async def withdraw(visit: Visit) -> Response:
    email = (await visit.words()).get("email", "")
    await visit.kept(visit.members.withdraw, email)
    visit.desk.note(None, "invitation_withdrawn", email)
    visit.flash("web.people.withdrawn", email=email)
    return visit.redirect(visit.url("/people"))


async def change_role(visit: Visit) -> Response:
    person = await _person(visit)
    role = _role((await visit.words()).get("role", ""))
    try:
        await visit.kept(visit.members.set_role, person.id, role)
    except SettingsError:
        return await _people_page(visit, visit.speech("web.people.last_admin"))
    visit.desk.note(None, "role_changed", f"{person.email} {role.value}")
    visit.flash("web.people.role_changed", email=person.email)
    return visit.redirect(visit.url("/people"))


async def new_password(visit: Visit) -> Response:
    person = await _person(visit)
    token = await visit.kept(
        visit.members.make_link, Purpose.PASSWORD, person.email, person.role, _RESET_FOR
    )
    visit.desk.note(None, "password_link", person.email)
    return await _people_page(visit, link=_link(visit, token), whom=person.email)


async def remove(visit: Visit) -> Response:
    person = await _person(visit)
    try:
        await visit.kept(visit.members.remove_member, person.id)
    except SettingsError:
        return await _people_page(visit, visit.speech("web.people.last_admin"))
    visit.desk.note(None, "person_removed", person.email)
    visit.flash("web.people.removed", email=person.email)
    return visit.redirect(visit.url("/people"))


def _link(visit: Visit, token: str) -> str:
    settings = visit.house.settings
    start = settings.url if settings.public_url else f"{visit.origin}{visit.base}"
    return f"{start}/start/{token}"


async def _person(visit: Visit) -> Member:
    found = await visit.kept(visit.members.member, int(visit.request.path_params["member"]))
    if found is None:
        raise Refused(404, "web.people.gone")
    return found


def _role(given: str) -> Role:
    return Role.ADMIN if given == Role.ADMIN.value else Role.VIEWER


# --------------------------------------------------------------------------- one's own account


async def account(visit: Visit) -> Response:
    return await _account_page(visit)


async def _account_page(visit: Visit, problem: str = "") -> Response:
    sessions = await visit.kept(visit.members.sessions, visit.member.id)
    return visit.page(
        "people/account.html", 422 if problem else 200, sessions=sessions, problem=problem
    )


async def change_password(visit: Visit) -> Response:
    if not visit.house.settings.passwords:
        raise Refused(403, "web.oidc.no_passwords")
    given = await visit.words()
    member = visit.member
    problem = password_problem(
        given.get("password", ""), given.get("again", ""), visit.speech, member.email
    )
    if problem:
        return await _account_page(visit, problem)
    try:
        is_right = await visit.house.passwords.is_of(member, given.get("current", ""), visit.client)
    except LockedOut:
        return await _account_page(visit, visit.speech("web.start.locked", minutes=15))
    if not is_right:
        return await _account_page(visit, visit.speech("web.account.wrong_current"))
    await visit.kept(
        visit.members.set_password, member.id, await visit.house.passwords.hash(given["password"])
    )
    assert visit.session is not None
    await visit.kept(visit.members.end_sessions, member.id, but_for=visit.session.token)
    visit.desk.note(None, "password_changed")
    visit.flash("web.account.changed")
    return visit.redirect(visit.url("/account"))


async def sign_out_elsewhere(visit: Visit) -> Response:
    assert visit.session is not None
    await visit.kept(visit.members.end_sessions, visit.member.id, but_for=visit.session.token)
    visit.desk.note(None, "signed_out_elsewhere")
    visit.flash("web.account.signed_out")
    return visit.redirect(visit.url("/account"))


ROUTES = [
    get("/people", people),
    post("/people/invite", invite),
    post("/people/withdraw", withdraw),
    post("/people/{member:int}/role", change_role),
    post("/people/{member:int}/password", new_password),
    post("/people/{member:int}/remove", remove),
    get("/account", account),
    post("/account/password", change_password, role=Role.VIEWER),
    post("/account/sign-out-elsewhere", sign_out_elsewhere, role=Role.VIEWER),
]
