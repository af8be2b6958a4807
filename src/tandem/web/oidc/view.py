"""Away to the identity provider, and back with a code."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog
from starlette.responses import Response

from tandem.crm.oauth import new_pkce, new_state
from tandem.store.identities import Identities, OtherIdentity
from tandem.store.web import Vouched
from tandem.web.oidc.people import admission
from tandem.web.oidc.provider import NotProven, Provider
from tandem.web.pages import get
from tandem.web.start.entering import begin_session, sign_in_page
from tandem.web.start.form import local_path
from tandem.web.visit import Refused, Visit

__all__ = ["CALLBACK", "ROUTES", "WAY_COOKIE", "away_to_sign_out"]

CALLBACK = "/sign-in/oidc/callback"
WAY_COOKIE = "tandem_way"
"""That this browser signed in through the provider, so that signing out can end its session there too."""

_BROWSER_COOKIE = "tandem_sign_in"
_LIVES = timedelta(minutes=10)
_log = structlog.get_logger("tandem.web")


async def begin(visit: Visit) -> Response:
    """To the provider, with a state that only this browser can bring back."""
    provider = _provider(visit)
    back = local_path(visit.param("next"))
    if visit.session is not None:
        return visit.redirect(visit.url(back))
    if not await visit.kept(visit.members.has_members):
        return visit.page("start/not_yet.html", 403)
    state, nonce, browser, pair = new_state(), new_state(), secrets.token_urlsafe(32), new_pkce()
    redirect_uri = _redirect_uri(visit)
    try:
        address = await provider.authorize_url(redirect_uri, state, nonce, pair)
    except NotProven as problem:
        return _refused(visit, problem, back)
    known = visit.request.cookies.get(_BROWSER_COOKIE, "")
    if len(known) < 32:  # several tabs of one browser share it
        known = browser
    visit.set_cookie(_BROWSER_COOKIE, known, int(_LIVES.total_seconds()))
    begun = {"nonce": nonce, "verifier": pair.verifier, "redirect_uri": redirect_uri, "back": back}
    await visit.kept(visit.members.begin_pending, state, _mark(known), begun, _LIVES)
    return visit.redirect(address)


async def callback(visit: Visit) -> Response:
    """Whoever comes back is let in by what the provider itself says, asked directly."""
    provider = _provider(visit)
    browser = visit.request.cookies.get(_BROWSER_COOKIE, "")
    begun = None
    if browser:
        begun = await visit.kept(visit.members.take_pending, visit.param("state"), _mark(browser))
    if begun is None:
        raise Refused(400, "web.oidc.stale")
    back = local_path(str(begun["back"]))
    try:
        # Another provider's answer must not be taken for this one's (RFC 9207).
        if visit.param("iss") not in ("", provider.settings.issuer):
            raise NotProven("web.oidc.forged", "the answer is another provider's")
        if not visit.param("code"):
            raise NotProven("web.oidc.denied", visit.param("error")[:100])
        claims = await provider.claims(
            visit.param("code"), begun["redirect_uri"], begun["verifier"], begun["nonce"]
        )
        admitted = admission(provider.settings, claims)
        member = await visit.kept(
            Identities.of(visit.desk.store).member_for,
            admitted.identity,
            role=admitted.role,
            new_role=admitted.new_role,
            is_admitted=admitted.is_admitted,
        )
    except NotProven as problem:
        return _refused(visit, problem, back)
    except OtherIdentity:
        other = NotProven("web.oidc.other", "the address is bound to another subject")
        return _refused(visit, other, back)
    if member is None:
        return _refused(visit, NotProven("web.oidc.nobody", "nobody has let them in"), back)
    visit.desk.as_(member.email).note(None, "signed_in", f"{visit.client} OIDC")
    visit.set_cookie(WAY_COOKIE, "oidc", int(visit.house.settings.session_lives.total_seconds()))
    vouched = Vouched(
        issuer=admitted.identity.issuer,
        subject=admitted.identity.subject,
        sid=_sid(claims),
    )
    return await begin_session(visit, member, back, vouched)


async def away_to_sign_out(visit: Visit) -> Response | None:
    """The page that leads to the provider's own sign-out; None where that is not wanted or not possible."""
    provider: Provider | None = visit.request.app.state.provider
    is_ours = visit.request.cookies.get(WAY_COOKIE) == "oidc"
    visit.set_cookie(WAY_COOKIE, "", 0)
    if provider is None or not provider.settings.sign_out or not is_ours:
        return None
    try:
        address = await provider.sign_out_url(f"{_start(visit)}/sign-in")
    except NotProven as problem:
        _log.warning("oidc.sign_out_failed", problem=problem.detail)
        return None
    if address is None:
        return None
    visit.session = None
    # Not a redirect: the policy on forms forbids sending one to another site.
    return visit.page("oidc/away.html", address=address, host=urlsplit(address).netloc)


def _refused(visit: Visit, problem: NotProven, back: str) -> Response:
    _log.warning("oidc.refused", reason=problem.key, problem=problem.detail)
    visit.desk.note(None, "sign_in_failed", f"{visit.client} OIDC: {problem.detail}"[:300])
    label = _provider(visit).settings.label
    return sign_in_page(visit, back, visit.speech(problem.key, provider=label), status=403)


def _sid(claims: Mapping[str, Any]) -> str | None:
    """The provider's own session, where it tells one that a logout token can name later."""
    found = claims.get("sid")
    return found if isinstance(found, str) and 0 < len(found) <= 255 else None


def _provider(visit: Visit) -> Provider:
    provider: Provider | None = visit.request.app.state.provider
    if provider is None:
        raise Refused(404, "web.error.not_found")
    return provider


def _mark(browser: str) -> str:
    return f"oidc {browser}"


def _start(visit: Visit) -> str:
    settings = visit.house.settings
    return settings.url if settings.public_url else f"{visit.origin}{visit.base}"


def _redirect_uri(visit: Visit) -> str:
    """Exactly what has to be registered with the provider."""
    return f"{_start(visit)}{CALLBACK}"


ROUTES = [
    get("/sign-in/oidc", begin, role=None),
    get(CALLBACK, callback, role=None),
]
