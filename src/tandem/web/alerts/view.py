"""Whom to tell, what is wrong just now, and what was told."""

from __future__ import annotations

from starlette.responses import Response

from tandem.alerts import Alerts, Wanted
from tandem.store.web import Role
from tandem.web.alerts.form import LIMITS, read
from tandem.web.pages import get, post
from tandem.web.visit import Visit

__all__ = ["ROUTES"]

_LETTERS = 30


def _alerts(visit: Visit) -> Alerts:
    return visit.desk.application.alerts


async def show(visit: Visit) -> Response:
    return await _page(visit, await _alerts(visit).wanted())


async def _page(
    visit: Visit, wanted: Wanted, problems: tuple[str, ...] = (), secret: str = ""
) -> Response:
    alerts = _alerts(visit)
    names = {each.id: each.name for each in await visit.kept(visit.desk.store.connections)}
    return visit.page(
        "alerts/alerts.html",
        422 if problems else 200,
        wanted=wanted,
        limits=LIMITS,
        problems=problems,
        secret=secret,
        has_server=alerts.mail is not None,
        open=await alerts.open(),
        letters=await alerts.letters(_LETTERS),
        names=names,
    )


async def save(visit: Visit) -> Response:
    """The secret of a webhook is shown once: with the answer that made it."""
    alerts, given = _alerts(visit), await visit.words()
    before = await alerts.wanted()
    wanted, problems = read(given, before, visit.speech, allow_loopback=alerts.allow_loopback)
    if problems:
        return await _page(visit, wanted, problems)
    saved = await alerts.save(wanted)
    ways = f"{len(saved.recipients)} e-mail, {'a' if saved.webhook_url else 'no'} webhook"
    visit.desk.note(None, "alerts_changed", ways)
    if saved.webhook_secret and saved.webhook_secret != before.webhook_secret:
        return await _page(visit, saved, secret=saved.webhook_secret)
    visit.flash("web.alerts.saved")
    return visit.redirect(visit.url("/alerts"))


async def test(visit: Visit) -> Response:
    count = await _alerts(visit).test()
    if count:
        visit.flash("web.alerts.tested", count=count)
    else:
        visit.flash("web.alerts.nobody", "warning")
    return visit.redirect(visit.url("/alerts"))


ROUTES = [
    get("/alerts", show, role=Role.ADMIN),
    post("/alerts", save),
    post("/alerts/test", test),
]
