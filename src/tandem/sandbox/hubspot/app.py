"""The HubSpot API as an ASGI app."""

from collections.abc import Awaitable, Callable, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tandem.sandbox.hubspot import (
    routes_associations,
    routes_engagements,
    routes_journal,
    routes_legacy,
    routes_lists,
    routes_loaders,
    routes_marketing,
    routes_oauth,
    routes_objects,
    routes_settings,
    routes_webhooks,
)
from tandem.sandbox.hubspot.errors import HubSpotError, not_found
from tandem.sandbox.hubspot.http import Spec, canonical, error_response, serve
from tandem.sandbox.hubspot.state import HubSpotState

# Associations come before objects: their paths go deeper than `/crm/v3/objects/{kind}/{id}`.
SPECS: Sequence[Spec] = [
    *routes_objects.SPECS,
    *routes_associations.SPECS,
    *routes_settings.SPECS,
    *routes_oauth.SPECS,
    *routes_marketing.SPECS,
    *routes_lists.SPECS,
    *routes_legacy.SPECS,
    *routes_engagements.SPECS,
    *routes_loaders.SPECS,
    *routes_webhooks.SPECS,
    *routes_journal.SPECS,
]


def create_app(state: HubSpotState) -> Starlette:
    """The app in front of a state. Dated paths, numbered paths and trailing slashes all lead in."""
    routes: list[BaseRoute] = [
        Route(spec.path, serve(state, spec), methods=[spec.method]) for spec in SPECS
    ]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(_Canonical)],
        exception_handlers={HTTPException: _shown(state)},
    )
    app.router.redirect_slashes = False
    return app


class _Canonical:
    """Rewrites the path of a request to the one form that is routed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path, is_dated = canonical(scope["path"])
            scope = {**scope, "path": path, "original_path": scope["path"], "is_dated": is_dated}
        await self._app(scope, receive, send)


def _shown(state: HubSpotState) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def show(_request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException) and error.status_code != 404:
            shown = HubSpotError(
                error.status_code, None, str(error.detail), headers=error.headers or {}
            )
        else:
            shown = not_found("resource not found")
        return error_response(state, shown)

    return show
