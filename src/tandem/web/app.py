"""The web app: every screen's routes, joined."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tandem.bootstrap import Application
from tandem.crm.http import Transport
from tandem.http_server import App
from tandem.store.web import Members
from tandem.web import sentences
from tandem.web.activities.view import ROUTES as ACTIVITIES
from tandem.web.alerts.view import ROUTES as ALERTS
from tandem.web.api.routes import ROUTES as API
from tandem.web.api.view import PAGES as API_PAGES
from tandem.web.audit.view import ROUTES as AUDIT
from tandem.web.conflicts.view import ROUTES as CONFLICTS
from tandem.web.connect.view import ROUTES as CONNECT
from tandem.web.desk import Desk
from tandem.web.edge import Edge
from tandem.web.health.view import ROUTES as HEALTH
from tandem.web.importing.view import ROUTES as IMPORTS
from tandem.web.importing.work import ROUTES as WORK
from tandem.web.navigation import TABS
from tandem.web.oidc.logout import ROUTES as LOGOUT
from tandem.web.oidc.provider import Provider
from tandem.web.oidc.view import ROUTES as OIDC
from tandem.web.owners.records import ROUTES as RECORDS
from tandem.web.owners.view import ROUTES as OWNERS
from tandem.web.pages import broken, not_found
from tandem.web.passwords import Passwords
from tandem.web.people.view import ROUTES as PEOPLE
from tandem.web.reports.view import ROUTES as REPORTS
from tandem.web.runs.undo import ROUTES as UNDO
from tandem.web.runs.view import ROUTES as RUNS
from tandem.web.settings import WebSettings
from tandem.web.start.view import ROUTES as START
from tandem.web.started import StartedRuns
from tandem.web.visit import House
from tandem.web.webhooks import ROUTES as WEBHOOKS

__all__ = ["create_web"]

_HERE = Path(__file__).parent
_STATIC = _HERE / "static"
_FOR_EVER = "public, max-age=31536000, immutable"


def create_web(
    application: Application,
    settings: WebSettings,
    *,
    passwords: Passwords | None = None,
    outside: Transport | None = None,
    started: StartedRuns | None = None,
    timed: Callable[[App], App] = lambda app: app,
) -> Edge:
    """
    The app for an open *application*; an ASGI application. *outside* reaches the identity provider.

    Whoever passes *started* ends the runs that requests began when the app is served no more. *timed* wraps the
    routes, to count their answers.
    """
    members = Members.of(application.store)
    app = Starlette(
        routes=[
            Route("/static/{name}", _asset, name="static"),
            Route("/healthz", _alive),
            Route("/readyz", _ready),
            *START,
            *OIDC,
            *LOGOUT,
            *ALERTS,
            *PEOPLE,
            *CONNECT,
            *ACTIVITIES,
            *AUDIT,
            *HEALTH,
            *RUNS,
            *UNDO,
            *CONFLICTS,
            *OWNERS,
            *RECORDS,
            *IMPORTS,
            *WORK,
            *REPORTS,
            *API_PAGES,
            *API,
            *WEBHOOKS,
        ],
        exception_handlers={HTTPException: not_found, Exception: broken},
    )
    app.state.webhooks = application.webhooks
    app.state.readiness = application.readiness
    app.state.house = House(
        desk=Desk.of(application),
        members=members,
        passwords=passwords or Passwords(members, application.store.run),
        settings=settings,
        templates=_templates(),
        assets=_fingerprints(),
        started=started or StartedRuns(),
    )
    app.state.provider = (
        None
        if settings.oidc is None
        else Provider(
            settings.oidc,
            outside or application.connecting.transport,
            application.connecting.clock,
        )
    )
    return Edge(timed(app), settings)


def _templates() -> Environment:
    """Every variable is escaped, and one that is missing is a bug."""
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(_HERE / "templates"), FileSystemLoader(_HERE)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        tabs=TABS,
        reason_sentence=sentences.reason_sentence,
        reason_title=sentences.reason_title,
        stop_sentence=sentences.stop_sentence,
        decision_sentence=sentences.decision_sentence,
        kinds_named=sentences.kinds_named,
    )
    return environment


def _fingerprints() -> Mapping[str, str]:
    """Of each file to serve, what its address ends in: a new version has a new address."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for path in sorted(_STATIC.iterdir())
        if path.is_file()
    }


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in request.app.state.house.assets:
        raise HTTPException(404)
    return FileResponse(_STATIC / name, headers={"cache-control": _FOR_EVER})


async def _alive(request: Request) -> Response:
    return PlainTextResponse("ok\n")


async def _ready(request: Request) -> Response:
    ready = await request.app.state.readiness.ask()
    return JSONResponse(ready.as_json(), status_code=200 if ready.is_ready else 503)
