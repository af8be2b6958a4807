"""Connected apps: which accounts are joined, joining them, checking and ending it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.responses import Response

from tandem.crm.oauth_hubspot import HUBSPOT_OPTIONAL_SCOPES, HUBSPOT_SCOPES
from tandem.crm.oauth_salesforce import SALESFORCE_SCOPES
from tandem.errors import CrmError, SettingsError
from tandem.model import Side
from tandem.store import Connection
from tandem.store.web import Role
from tandem.web.connect.signing_in import (
    CALLBACK,
    Wrong,
    address_of,
    begin,
    finish,
    paste,
)
from tandem.web.pages import get, post
from tandem.web.sentences import finding_sentences
from tandem.web.start.form import local_path
from tandem.web.visit import Refused, Visit

__all__ = ["ROUTES"]

_FIRST_NAME = "main"
_ASKED = {Side.HUBSPOT: HUBSPOT_SCOPES, Side.SALESFORCE: SALESFORCE_SCOPES}
_ASKED_OPTIONALLY = {Side.HUBSPOT: HUBSPOT_OPTIONAL_SCOPES, Side.SALESFORCE: ()}


async def connected_apps(visit: Visit) -> Response:
    return visit.page("connect/apps.html", apps=_apps(visit))


def _apps(visit: Visit) -> list[tuple[Connection, object]]:
    return [(each, visit.desk.asking.summary(each)) for each in visit.desk.store.connections()]


# --------------------------------------------------------------------------- connecting


async def show_new(visit: Visit) -> Response:
    """A new connection begins with its name; a sandbox org gets one of its own."""
    names = {each.name for each in visit.desk.store.connections()}
    wanted = "sandbox" if visit.param("sandbox") else _FIRST_NAME
    name = wanted
    number = 2
    while name in names:
        name, number = f"{wanted}-{number}", number + 1
    return visit.page("connect/new.html", name=name, problem="", is_sandbox=visit.param("sandbox"))


async def make_new(visit: Visit) -> Response:
    given = await visit.words()
    try:
        made = visit.desk.store.create_connection(given.get("name", ""))
    except SettingsError:
        said = visit.speech("web.connect.name_taken")
        return visit.page(
            "connect/new.html",
            422,
            name=given.get("name", ""),
            problem=said,
            is_sandbox=given.get("sandbox", ""),
        )
    visit.desk.note(made, "connection_made", made.name)
    visit.connection = made
    return visit.redirect(visit.at("connect/hubspot", sandbox=given.get("sandbox", "")))


async def show_connect(visit: Visit) -> Response:
    return _connect_page(visit, _side(visit), {})


def _connect_page(
    visit: Visit, side: Side, given: Mapping[str, str], problem: str = ""
) -> Response:
    summary = visit.desk.asking.summary(visit.here)
    known = summary.hubspot_url if side is Side.HUBSPOT else summary.salesforce_url
    if not known and side is Side.SALESFORCE and visit.param("sandbox"):
        known = "https://test.salesforce.com"
    kept = {name: value for name, value in given.items() if name in ("url", "client_id")}
    return visit.page(
        "connect/connect.html",
        422 if problem else 200,
        side=side,
        summary=summary,
        given={"url": known or "", **kept},
        problem=problem,
        redirect_uri=_redirect_uri(visit),
        scopes=_ASKED[side],
        optional_scopes=_ASKED_OPTIONALLY[side],
        is_other_user=visit.param("user") == "other",
    )


async def connect(visit: Visit) -> Response:
    """By a pasted token at once; else away to the CRM's own page."""
    side, given = _side(visit), await visit.words()
    back = visit.at("connect/salesforce" if side is Side.HUBSPOT else "accounts")
    if visit.here.is_complete:
        back = visit.at("accounts")
    try:
        url = address_of(
            side, given.get("url", ""), allow_loopback=visit.house.settings.allow_loopback
        )
        if given.get("way") == "token":
            return await _paste(visit, side, given, url, back)
        if not given.get("client_id"):
            raise Wrong("web.connect.wants_client")
        assert visit.session is not None
        address = await begin(
            visit.desk,
            visit.members,
            visit.session.token,
            side=side,
            name=visit.here.name,
            url=url,
            client_id=given["client_id"],
            client_secret=given.get("client_secret") or None,
            redirect_uri=_redirect_uri(visit),
            back=back.removeprefix(visit.base),
            is_other_user=visit.param("user") == "other",
        )
    except Wrong as wrong:
        return _connect_page(visit, side, given, visit.speech(wrong.key, **wrong.values))
    except (CrmError, SettingsError) as error:
        return _connect_page(visit, side, given, visit.speech.told(error))
    # Not a redirect: the policy on forms forbids sending one to another site.
    return visit.page(
        "connect/away.html", side=side, address=address, host=urlsplit(address).netloc
    )


async def _paste(
    visit: Visit, side: Side, given: Mapping[str, str], url: str, back: str
) -> Response:
    if not given.get("token"):
        raise Wrong("web.connect.wants_token")
    if side is Side.SALESFORCE and not given.get("url"):
        raise Wrong("web.connect.wants_url")
    await paste(visit.desk, side=side, name=visit.here.name, url=url, token=given["token"])
    visit.flash("web.connect.done", side=side.title)
    return visit.redirect(back)


async def callback(visit: Visit) -> Response:
    """The CRM sends the browser back here; a state that was not given to this session is not ours."""
    assert visit.session is not None
    begun = await visit.kept(visit.members.take_pending, visit.param("state"), visit.session.token)
    if begun is None:
        raise Refused(400, "web.connect.stale")
    side = Side(begun["side"])
    code = visit.param("code")
    back = visit.url(local_path(begun["back"]))
    if visit.param("error") == "invalid_scope":
        # The app itself may not ask for them; the CRM does not say which.
        asked = ", ".join(_ASKED[side])
        raise Refused(400, f"web.connect.scopes_{side.value}", scopes=asked)
    if not code:
        said = visit.param("error_description") or visit.param("error")
        visit.flash("web.connect.refused", "error", side=side.title, reason=said[:300] or "–")
        return visit.redirect(visit.url("/connected-apps"))
    try:
        await finish(visit.desk, begun, code, allow_loopback=visit.house.settings.allow_loopback)
    except Wrong as wrong:
        raise Refused(400, wrong.key, **wrong.values) from None
    visit.flash("web.connect.done", side=side.title)
    return visit.redirect(back)


def _side(visit: Visit) -> Side:
    try:
        return Side(visit.request.path_params["side"])
    except ValueError:
        raise Refused(404, "web.error.not_found") from None


def _redirect_uri(visit: Visit) -> str:
    """Exactly what has to be registered with the app."""
    settings = visit.house.settings
    start = settings.url if settings.public_url else f"{visit.origin}{visit.base}"
    return f"{start}{CALLBACK}"


# --------------------------------------------------------------------------- checking, ending


async def accounts(visit: Visit) -> Response:
    findings = await visit.desk.application.doctor(visit.here.name)
    told = [(each.level, *finding_sentences(visit.speech.messages, each)) for each in findings]
    return visit.page(
        "connect/accounts.html",
        summary=visit.desk.asking.summary(visit.here),
        tab="accounts",
        findings=told,
    )


async def show_disconnect(visit: Visit) -> Response:
    summary = visit.desk.asking.summary(visit.here)
    return visit.page("connect/disconnect.html", summary=summary, tab="")


async def disconnect(visit: Visit) -> Response:
    await visit.desk.connecting.disconnect(visit.here.name)
    visit.flash("web.connect.disconnected", name=visit.here.name)
    return visit.redirect(visit.url("/connected-apps"))


async def resume(visit: Visit) -> Response:
    visit.desk.resume(visit.here)
    visit.flash("web.health.resumed")
    return visit.redirect(visit.at("sync-health"))


_HERE = "/connected-apps/salesforce/{connection:int}"
ROUTES = [
    get("/connected-apps", connected_apps),
    get("/connected-apps/connect", show_new, role=Role.ADMIN),
    post("/connected-apps/connect", make_new),
    get(f"{_HERE}/connect/{{side}}", show_connect, role=Role.ADMIN),
    post(f"{_HERE}/connect/{{side}}", connect),
    get(CALLBACK, callback, role=Role.ADMIN),
    get(f"{_HERE}/accounts", accounts),
    get(f"{_HERE}/disconnect", show_disconnect, role=Role.ADMIN),
    post(f"{_HERE}/disconnect", disconnect),
    post(f"{_HERE}/resume", resume),
]
