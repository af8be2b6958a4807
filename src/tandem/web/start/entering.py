"""What every way of signing in ends with: a session, or the page once more with what was wrong."""

from __future__ import annotations

from starlette.responses import Response

from tandem.store.members import Member
from tandem.store.web import Vouched
from tandem.web.visit import SESSION_COOKIE, Visit

__all__ = ["begin_session", "sign_in_page"]


def sign_in_page(
    visit: Visit, back: str, problem: str, *, email: str = "", status: int = 200
) -> Response:
    """Every way to come in, and what was wrong with the last try."""
    settings = visit.house.settings
    return visit.page(
        "start/sign_in.html",
        status,
        back=back,
        problem=problem,
        email=email,
        provider=settings.oidc,
        has_passwords=settings.passwords,
    )


async def begin_session(
    visit: Visit, member: Member, back: str, vouched: Vouched | None = None
) -> Response:
    """Signed in from here on, under a token that nobody has seen before."""
    settings = visit.house.settings
    browser = visit.request.headers.get("user-agent", "")
    token = await visit.kept(
        visit.members.begin_session, member.id, browser, settings.session_lives, vouched
    )
    visit.set_cookie(SESSION_COOKIE, token, int(settings.session_lives.total_seconds()))
    return visit.redirect(visit.url(back))
