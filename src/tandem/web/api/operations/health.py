"""How a connection is doing: figures, what was set aside and why, trying it again, and all of it as a file."""

from __future__ import annotations

from starlette.responses import Response

from tandem.engine.reports import ErrorCard, Health
from tandem.store.members import Role
from tandem.web.api import shapes
from tandem.web.api.call import Call
from tandem.web.api.operation import operation
from tandem.web.api.problem import Code, Trouble
from tandem.web.health.view import export

__all__ = ["OPERATIONS"]


@operation("GET", "/connections/{connection}/health", tag="health")
async def show_health(call: Call) -> Health:
    return await call.desk.asking.health(call.here.name)


@operation("GET", "/connections/{connection}/errors", tag="health")
async def list_errors(call: Call, query: shapes.ErrorsAsked) -> shapes.Page[ErrorCard]:
    found = await call.desk.asking.errors(call.here.name, query.reason)
    return shapes.Page(items=tuple(found))


@operation("POST", "/connections/{connection}/errors/retry", tag="health", role=Role.ADMIN)
async def retry_errors(call: Call, body: shapes.RetryAsked) -> shapes.Count:
    if body.keys is not None and body.reason is not None:
        raise Trouble(Code.REFUSED, call.speech("web.api.keys_or_reason"))
    count = await call.desk.asking.retry(call.here.name, body.keys, body.reason)
    return shapes.Count(count=count)


@operation("GET", "/connections/{connection}/errors/export", tag="health")
async def export_errors(call: Call, query: shapes.ExportAsked) -> Response:
    # The page's own file, which reads the same two parameters.
    return await export(call.visit)


OPERATIONS = (show_health, list_errors, retry_errors, export_errors)
