"""The token itself, connections, the set-up check, and the audit log."""

from __future__ import annotations

from dataclasses import asdict

from tandem.store import Connection
from tandem.store.audit_log import AuditLog
from tandem.store.members import Role
from tandem.web.api import shapes
from tandem.web.api.call import Call, cursor_after, number_after
from tandem.web.api.operation import operation
from tandem.web.desk import NO_CONNECTION
from tandem.web.sentences import finding_sentences, stop_sentence

__all__ = ["OPERATIONS"]


@operation("GET", "/token", tag="connections")
async def show_token(call: Call) -> shapes.Token:
    token = call.token
    return shapes.Token(
        id=token.id,
        name=token.name,
        role=token.role,
        created_at=token.created_at,
        expires_at=token.expires_at,
    )


@operation("GET", "/connections", tag="connections")
async def list_connections(call: Call) -> shapes.Page[shapes.Connection]:
    found = await call.kept(call.desk.store.connections)
    return shapes.Page(items=tuple([_connection(call, each) for each in found]))


@operation("GET", "/connections/{connection}", tag="connections")
async def show_connection(call: Call) -> shapes.Connection:
    return _connection(call, call.here)


@operation("POST", "/connections/{connection}/resume", tag="connections", role=Role.ADMIN)
async def resume_connection(call: Call) -> shapes.Connection:
    await call.desk.application.resume(call.here.name, who=call.desk.who)
    return _connection(call, call.desk.connection(call.here.id))


def _connection(call: Call, connection: Connection) -> shapes.Connection:
    found = call.desk.asking.summary(connection)
    said = stop_sentence(call.speech, found.reason, found.message) if found.reason else ""
    return shapes.Connection(id=connection.id, said=said, **asdict(found))


@operation("GET", "/connections/{connection}/check", tag="connections")
async def check_connection(call: Call) -> shapes.Page[shapes.Finding]:
    found = []
    for each in await call.desk.asking.doctor(call.here.name):
        said, remedy = finding_sentences(call.speech.messages, each)
        found.append(
            shapes.Finding(
                level=each.level, code=each.code.value, said=said, remedy=remedy, values=each.values
            )
        )
    return shapes.Page(items=tuple(found))


# --------------------------------------------------------------------------- the audit log


@operation("GET", "/connections/{connection}/audit", tag="audit")
async def list_audit(call: Call, query: shapes.PageAsked) -> shapes.Page[shapes.Audit]:
    return await _audit(call, call.here.id, query)


@operation("GET", "/audit", tag="audit", role=Role.ADMIN)
async def list_installation_audit(call: Call, query: shapes.PageAsked) -> shapes.Page[shapes.Audit]:
    return await _audit(call, NO_CONNECTION, query)


async def _audit(
    call: Call, connection_id: int, query: shapes.PageAsked
) -> shapes.Page[shapes.Audit]:
    before = number_after(query.cursor)
    log = AuditLog.of(call.desk.store)
    found = await call.kept(log.page, connection_id, before=before, limit=query.limit + 1)
    items = [
        shapes.Audit(
            id=number,
            at=each.at,
            who=each.who,
            action=each.action,
            said=call.speech.messages.either(f"web.audit.{each.action}", each.action),
            detail=each.detail,
        )
        for number, each in found[: query.limit]
    ]
    more = len(found) > query.limit
    return shapes.Page(items=tuple(items), next=cursor_after(items[-1].id) if more else None)


OPERATIONS = (
    show_token,
    list_connections,
    show_connection,
    resume_connection,
    check_connection,
    list_audit,
    list_installation_audit,
)
