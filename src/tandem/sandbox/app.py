"""What stands around a vendor's app: the control plane, the pages, the journal, latency and faults."""

import asyncio
from email.utils import format_datetime

import msgspec

from tandem.sandbox.faults import ConnectionDropped, FaultKind, FaultRule
from tandem.sandbox.frontdoor import App, Message, Receive, Scope, Send
from tandem.sandbox.journal import Request
from tandem.sandbox.pages import Pages
from tandem.sandbox.world import World

CONTROL_PATH = "/_sandbox"
SILENCE_SECONDS = 120.0
"""How long `timeout_after` keeps a caller waiting who does not give up."""


class SandboxApp:
    """
    An ASGI app around a vendor's app. Control plane and pages are never journalled, delayed or faulted.

    Answers carry a Date of the sandbox's clock, as the CRM's own clock would be. A dropped
    connection is `ConnectionDropped` raised out of the app.
    """

    def __init__(
        self, side: str, world: World, vendor: App, control: App, pages: Pages | None = None
    ) -> None:
        self._side = side
        self._world = world
        self._vendor = vendor
        self._control = control
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        scope = _origin_form(scope)
        path = str(scope["path"])
        if self._pages is not None and self._pages.takes(scope):
            await self._pages(scope, receive, send)
            return
        if path == CONTROL_PATH or path.startswith(f"{CONTROL_PATH}/"):
            await self._control(scope, receive, send)
            return
        body = await _read(receive)
        fault = self._world.faults[self._side].take(str(scope["method"]), path)
        answer = _Answer(send, self._date())
        try:
            await self._answer(scope, body, receive, answer, fault)
        finally:
            self._note(scope, body, answer, fault)

    async def _answer(
        self,
        scope: Scope,
        body: bytes,
        receive: Receive,
        answer: "_Answer",
        fault: FaultRule | None,
    ) -> None:
        if self._world.latency_ms:
            await self._world.sleep(self._world.latency_ms / 1000)
        if fault is None:
            await self._vendor(scope, _replay(body, receive), answer.send)
            return
        match FaultKind(fault.kind):
            case FaultKind.SLOW:
                await self._world.sleep(fault.seconds)
                await self._vendor(scope, _replay(body, receive), answer.send)
            case FaultKind.STATUS:
                await _answer_with(fault, answer.send)
            case FaultKind.STATUS_AFTER:
                await self._vendor(scope, _replay(body, receive), _discard)
                await _answer_with(fault, answer.send)
            case FaultKind.DROP_BEFORE:
                raise ConnectionDropped("dropped before the work")
            case FaultKind.DROP_AFTER:
                await self._vendor(scope, _replay(body, receive), _discard)
                raise ConnectionDropped("dropped after the work")
            case FaultKind.TIMEOUT_AFTER:
                await self._vendor(scope, _replay(body, receive), _discard)
                await self._keep_waiting(receive)
                raise ConnectionDropped("no answer after the work")

    async def _keep_waiting(self, receive: Receive) -> None:
        """Until the caller gives up, or for `SILENCE_SECONDS`."""

        async def until_gone() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass

        async def until_late() -> None:
            await self._world.sleep(SILENCE_SECONDS)

        waiting = {asyncio.create_task(until_gone()), asyncio.create_task(until_late())}
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    def _date(self) -> bytes:
        return format_datetime(self._world.clock.now(), usegmt=True).encode()

    def _note(self, scope: Scope, body: bytes, answer: "_Answer", fault: FaultRule | None) -> None:
        method, path = str(scope["method"]), str(scope["path"])
        self._world.journal.write(
            Request(
                side=self._side,
                method=method,
                path=path,
                query=bytes(scope["query_string"]).decode("latin-1"),
                status=answer.status,
                records=count_records(method, path, body),
                at=self._world.clock.now(),
                fault=fault.kind if fault else None,
            )
        )


class _Answer:
    """The way out: remembers the status, adds the Date."""

    __slots__ = ("_date", "_send", "status")

    def __init__(self, send: Send, date: bytes) -> None:
        self._send = send
        self._date = date
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
            message["headers"] = [*message.get("headers", ()), (b"date", self._date)]
        await self._send(message)


def _origin_form(scope: Scope) -> Scope:
    """A request in absolute form, as one sends it to a proxy, asks for its path (RFC 9112, 3.2.2)."""
    path, raw = str(scope["path"]), bytes(scope.get("raw_path") or b"")
    if not path.lower().startswith(("http://", "https://")):
        return scope
    return {
        **scope,
        "path": "/" + path.partition("://")[2].partition("/")[2],
        "raw_path": b"/" + raw.partition(b"://")[2].partition(b"/")[2],
    }


async def _read(receive: Receive) -> bytes:
    chunks: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionDropped("the caller left within its request")
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _replay(body: bytes, receive: Receive) -> Receive:
    """A receive that gives the whole body first."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _discard(_message: Message) -> None:
    """Where an answer goes that nobody will get."""


async def _answer_with(fault: FaultRule, send: Send) -> None:
    headers = {name.lower(): str(value) for name, value in fault.headers.items()}
    if isinstance(fault.body, str):
        body, kind = fault.body.encode(), "text/plain; charset=utf-8"
    else:
        body = b"" if fault.body is None else msgspec.json.encode(fault.body)
        kind = "application/json;charset=utf-8"
    headers = {"content-type": kind, "content-length": str(len(body))} | headers
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": fault.status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


class _Step(msgspec.Struct):
    """One request inside a composite, graph or batch."""

    method: str = ""
    url: str = ""
    body: msgspec.Raw = msgspec.Raw()
    richInput: msgspec.Raw = msgspec.Raw()  # noqa: N815 - the vendor's name [batch]


class _Graph(msgspec.Struct):
    compositeRequest: list[_Step] = []  # noqa: N815 - the vendor's name [composite-graph]


class _Shape(msgspec.Struct):
    """The parts of a body that hold records, whichever CRM it is meant for; the rest is skipped."""

    inputs: list[msgspec.Raw] | None = None
    records: list[msgspec.Raw] | None = None
    compositeRequest: list[_Step] | None = None  # noqa: N815 - the vendor's name [composite]
    batchRequests: list[_Step] | None = None  # noqa: N815 - the vendor's name [batch]
    graphs: list[_Graph] | None = None
    properties: msgspec.Raw = msgspec.Raw()


_decode_shape = msgspec.json.Decoder(_Shape).decode


def count_records(method: str, path: str, body: bytes) -> int:
    """
    How many records a request's body holds: its inputs or records, those of the requests inside a
    composite, one for a single record, none for a search or a form.
    """
    if not body or method not in ("POST", "PATCH", "PUT") or body[:1] not in (b"{", b" ", b"\n"):
        return 0
    try:
        shape = _decode_shape(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return 0
    if shape.inputs is not None:
        return len(shape.inputs)
    if shape.records is not None:
        return len(shape.records)
    steps = [*(shape.compositeRequest or ()), *(shape.batchRequests or ())]
    steps += [step for graph in shape.graphs or () for step in graph.compositeRequest]
    if steps:
        return sum(_records_of(step) for step in steps)
    is_single = bytes(shape.properties)[:1] == b"{" or "/sobjects/" in path
    return 1 if is_single else 0


def _records_of(step: _Step) -> int:
    body = bytes(step.body) or bytes(step.richInput)
    return count_records(step.method or "POST", step.url, body)
