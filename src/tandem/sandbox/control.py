"""The control plane: how tests and people reset, look into and disturb the sandbox."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tandem.sandbox.world import LANGUAGES, SIDES, World

BOTH = "both"
DATA = ("sample", "empty")


class ControlError(ValueError):
    """A request to the control plane cannot be followed; the message says why."""


class VendorState(Protocol):
    """What the control plane asks of a simulated CRM."""

    def reset(self) -> None:
        """Forget everything: an empty account as on its first day."""

    def load(self, part: Mapping[str, Any], /) -> None:
        """Take in one side of the sample."""

    def summary(self) -> dict[str, Any]:
        """What the account holds, for `GET /_sandbox/state`."""
        ...

    def act(self, name: str, arguments: dict[str, Any], /) -> dict[str, Any]:
        """Do what a person or another system does there; ValueError if it cannot be done."""
        ...

    def change_feeds(self) -> dict[str, Any]:
        """The state of its change feeds, for `GET /_sandbox/feeds`."""
        ...

    def disturb(self, asked: dict[str, Any], /) -> dict[str, Any]:
        """Hold, lose, flood or break its change feeds; ValueError if it cannot be done."""
        ...


Sample = Callable[[World], Mapping[str, Mapping[str, Any]]]


class Control:
    """Everything the control plane can do, without HTTP."""

    def __init__(self, world: World, states: Mapping[str, VendorState], sample: Sample) -> None:
        self.world = world
        self.states = states
        self._sample = sample

    def reset(
        self,
        side: str = BOTH,
        *,
        data: str = "sample",
        language: str | None = None,
        seed: int | None = None,
    ) -> dict[str, Any]:
        """
        Start one side or both over, with sample data or none; faults and journal of it are cleared.

        Starting both over also puts the switches, the clock and the random choices back.
        """
        _expect("data", data, DATA)
        if language is not None:
            self.world.speak(_expect("language", language, LANGUAGES))
        if side == BOTH:
            self.world.switches.restore()
            self.world.clock.rewind()
        if seed is not None or side == BOTH:
            self.world.reseed(self.world.seed if seed is None else seed)
        sample = self._sample(self.world) if data == "sample" else {}
        for each in _sides(side):
            self.world.faults[each].clear()
            self.world.journal.clear(each)
            self.states[each].reset()
            if each in sample:
                self.states[each].load(sample[each])
        return self.summary(side)

    def summary(self, side: str = BOTH) -> dict[str, Any]:
        """What each side holds, and the world around it."""
        world = self.world
        return {
            "now": _stamp(world),
            "seed": world.seed,
            "language": world.language,
            **{each: self.states[each].summary() for each in _sides(side)},
        }

    def act(self, side: str, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """What a person or another system does in that CRM's own user interface."""
        if side not in SIDES:
            raise ControlError(f"One acts on one side: {' or '.join(SIDES)}, not {side!r}.")
        return self.states[side].act(name, arguments)


def create_control(control: Control, side: str) -> Starlette:
    """The routes under /_sandbox on the port of *side*, which is the side they act on by default."""
    world = control.world

    async def reset(request: Request) -> Response:
        asked = await _asked(request, {"side", "data", "language", "seed"})
        chosen = str(asked.pop("side", side))
        _sides(chosen)
        if not isinstance(asked.get("seed", 0), int):
            raise ControlError("A seed is a whole number.")
        return JSONResponse(control.reset(chosen, **asked))

    async def clock(request: Request) -> Response:
        if request.method == "POST":
            asked = await _asked(request, {"advance_seconds", "side"})
            seconds = asked.get("advance_seconds")
            if isinstance(seconds, bool) or not isinstance(seconds, int | float):
                raise ControlError('Say how far: {"advance_seconds": 60}.')
            world.clock.advance(seconds)
        return JSONResponse({"now": _stamp(world), "now_ms": world.clock.now_ms()})

    async def faults(request: Request) -> Response:
        chosen = request.query_params.get("side", side)
        if request.method == "POST":
            rules = await _rules(request)
            by_side: dict[str, list[Any]] = {}
            for rule in rules:
                mine = rule.pop("side", chosen) if isinstance(rule, dict) else chosen
                for each in _sides(mine):
                    by_side.setdefault(each, []).append(rule)
            for each, listed in by_side.items():
                world.faults[each].arm(listed)
        shown = [
            {"side": each, **rule}
            for each in _sides(chosen)
            for rule in world.faults[each].listing()
        ]
        kinds = {each: world.faults[each].kinds for each in _sides(chosen)}
        return JSONResponse({"faults": shown, "kinds": kinds})

    async def requests(request: Request) -> Response:
        chosen = request.query_params.get("side", side)
        _sides(chosen)
        only = None if chosen == BOTH else chosen
        if request.method == "DELETE":
            world.journal.clear(only)
            return Response(status_code=204)
        shown = [each.to_json() for each in world.journal.requests(only)]
        return Response(msgspec.json.encode({"requests": shown}), media_type="application/json")

    async def state(request: Request) -> Response:
        return JSONResponse(control.summary(request.query_params.get("side", side)))

    async def switches(request: Request) -> Response:
        if request.method == "POST":
            asked = await _asked(request, None)
            asked.pop("side", None)
            world.switches.set(asked)
        listing, about = world.switches.listing(), world.switches.descriptions()
        return JSONResponse({"switches": listing, "about": about})

    async def act(request: Request) -> Response:
        asked = await _asked(request, None)
        name, chosen = asked.pop("do", None), asked.pop("side", side)
        if not isinstance(name, str):
            raise ControlError('Say what to do: {"do": "log_call", …}.')
        return JSONResponse(control.act(chosen, name, asked))

    async def feeds(request: Request) -> Response:
        if request.method == "POST":
            asked = await _asked(request, None)
            chosen = _expect("side", asked.pop("side", side), SIDES)
            return JSONResponse(control.states[chosen].disturb(asked))
        chosen = _expect("side", request.query_params.get("side", side), SIDES)
        return JSONResponse(control.states[chosen].change_feeds())

    async def index(_request: Request) -> Response:
        return JSONResponse({"side": side, "routes": _ROUTES})

    routes = [
        _route("", index, "GET"),
        _route("/reset", reset, "POST"),
        _route("/clock", clock, "GET", "POST"),
        _route("/faults", faults, "GET", "POST"),
        _route("/requests", requests, "GET", "DELETE"),
        _route("/state", state, "GET"),
        _route("/switches", switches, "GET", "POST"),
        _route("/act", act, "POST"),
        _route("/feeds", feeds, "GET", "POST"),
    ]
    return Starlette(routes=routes)


_ROUTES = {
    "POST /_sandbox/reset": '{"data": "sample|empty", "language": "en|ja", "seed": 1, "side": "both"}',
    "POST /_sandbox/clock": '{"advance_seconds": 60}; GET tells the time',
    "POST /_sandbox/faults": '[{"kind": …, "method": …, "path": …}] or {"clear": true}; GET lists',
    "GET /_sandbox/requests": "the journal; DELETE clears it; ?side=both",
    "GET /_sandbox/state": "what the account holds",
    "POST /_sandbox/switches": "{name: value}; GET lists them with their meaning",
    "POST /_sandbox/feeds": "hold, lose, flood or break the change feeds; GET tells their state",
    "POST /_sandbox/act": '{"do": name, …}: what a person or another system does there',
}

_Endpoint = Callable[[Request], Awaitable[Response]]


def _route(path: str, endpoint: _Endpoint, *methods: str) -> Route:
    """A route that answers bad requests with 400 and a sentence."""

    async def guarded(request: Request) -> Response:
        try:
            return await endpoint(request)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, status_code=400)

    return Route(f"/_sandbox{path}", guarded, methods=list(methods))


async def _asked(request: Request, known: set[str] | None) -> dict[str, Any]:
    body = await request.body()
    try:
        asked = msgspec.json.decode(body) if body else {}
    except msgspec.DecodeError as error:
        raise ControlError(f"The body is no JSON: {error}.") from error
    if not isinstance(asked, dict):
        raise ControlError("The body must be a JSON object.")
    unknown = sorted(set(asked) - known) if known is not None else []
    if unknown:
        raise ControlError(
            f"Unknown: {', '.join(unknown)}. Known: {', '.join(sorted(known or ()))}."
        )
    return asked


async def _rules(request: Request) -> list[Any]:
    try:
        asked = msgspec.json.decode(await request.body())
    except msgspec.DecodeError as error:
        raise ControlError(f"The body is no JSON: {error}.") from error
    return asked if isinstance(asked, list) else [asked]


def _sides(side: str) -> tuple[str, ...]:
    if side == BOTH:
        return SIDES
    _expect("side", side, SIDES)
    return (side,)


def _expect(name: str, value: Any, known: tuple[str, ...]) -> str:
    if value not in known:
        raise ControlError(f"The {name} is one of {', '.join(known)}, not {value!r}.")
    return str(value)


def _stamp(world: World) -> str:
    return world.clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
