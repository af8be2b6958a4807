"""Both simulated CRMs as servers on loopback, for the command line, for tests and for simulations."""

import asyncio
import contextlib
import ssl
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from tandem.sandbox import hubspot as hubspot_side
from tandem.sandbox import salesforce as salesforce_side
from tandem.sandbox.app import SandboxApp
from tandem.sandbox.ca import make_ca
from tandem.sandbox.clock import Clock
from tandem.sandbox.control import DATA, Control, ControlError, create_control
from tandem.sandbox.courier import Courier
from tandem.sandbox.data import Sample, sample
from tandem.sandbox.frontdoor import App, FrontDoor
from tandem.sandbox.pages import Pages, create_pages
from tandem.sandbox.salesforce.events.server import EventsServer
from tandem.sandbox.world import HUBSPOT, SALESFORCE, World

HUBSPOT_HOSTS = ("api.hubapi.com", "app.hubspot.com")
SALESFORCE_HOSTS = ("login.salesforce.com", "test.salesforce.com", "*.my.salesforce.com")

Outcome = TypeVar("Outcome")


class Sandbox:
    """
    Both CRMs in one process.

    Without `start` it is usable through the states and, in-process, through the ASGI apps; a dropped
    connection is then the exception `ConnectionDropped`. `async with Sandbox(…)` also listens on
    two ports, 0 being any free one, and with *events_port* on a third one for Salesforce's events, with
    TLS unless *events_plaintext*. CONNECT reaches either CRM through either port.
    """

    sample: Sample | None
    """The sample data that was loaded last, with the ids of its special cases."""

    def __init__(
        self,
        *,
        data: str = "sample",
        language: str = "en",
        seed: int = 1,
        limits: str = "off",
        latency_ms: int = 0,
        host: str = "127.0.0.1",
        hubspot_port: int = 0,
        salesforce_port: int = 0,
        clock: Clock | None = None,
        world: World | None = None,
        folder: Path | None = None,
        events_port: int | None = None,
        events_plaintext: bool = False,
    ) -> None:
        if data not in DATA:
            raise ControlError(f"The data is one of {', '.join(DATA)}, not {data!r}.")
        self.world = world or World(
            clock=clock, seed=seed, language=language, limits=limits, latency_ms=latency_ms
        )
        self.hubspot = hubspot_side.HubSpotState(self.world)
        self.salesforce = salesforce_side.SalesforceState(self.world)
        self.control = Control(
            self.world, {HUBSPOT: self.hubspot, SALESFORCE: self.salesforce}, self._make_sample
        )
        self.sample = None
        pages = {
            HUBSPOT: create_pages(self.hubspot, lambda: self._url_or_none(SALESFORCE)),
            SALESFORCE: create_pages(self.salesforce, lambda: self._url_or_none(HUBSPOT)),
        }
        hubspot, salesforce = (
            hubspot_side.create_app(self.hubspot),
            salesforce_side.create_app(self.salesforce),
        )
        self.hubspot_app = self._app(HUBSPOT, hubspot, pages[HUBSPOT])
        self.salesforce_app = self._app(SALESFORCE, salesforce, pages[SALESFORCE])
        self._host = host
        self._ports = {HUBSPOT: hubspot_port, SALESFORCE: salesforce_port}
        self._folder = folder
        self._doors: dict[str, FrontDoor] = {}
        self._closing = contextlib.ExitStack()
        self._ca_path: Path | None = None
        self._courier = Courier(self.hubspot, self._trusting)
        self._events = None
        self.events_plaintext = events_plaintext
        if events_port is not None:
            self._events = EventsServer(
                self.salesforce, host, events_port, plaintext=events_plaintext
            )
        if data == "sample":
            self.control.reset(data=data)

    @property
    def hubspot_url(self) -> str:
        """Where HubSpot's API is, without a trailing slash."""
        return self._url(HUBSPOT)

    @property
    def salesforce_url(self) -> str:
        """Where Salesforce is, without a trailing slash."""
        return self._url(SALESFORCE)

    @property
    def events_target(self) -> str | None:
        """Where Salesforce's Pub/Sub API is, as `host:port`; None where no port was given for it."""
        return None if self._events is None else self._events.target

    @property
    def ca_path(self) -> Path:
        """The certificate that a TLS client must trust."""
        if self._ca_path is None:
            raise RuntimeError("The sandbox has not started.")
        return self._ca_path

    @property
    def tokens(self) -> dict[str, str]:
        """A ready access token for each side."""
        return {HUBSPOT: self.hubspot.access_token, SALESFORCE: self.salesforce.access_token}

    async def start(self) -> None:
        """Listen on both ports; OSError if one is taken."""
        folder = self._folder
        if folder is None:
            folder = Path(self._closing.enter_context(tempfile.TemporaryDirectory()))
        authority = make_ca(folder)
        self._ca_path, context = authority.path, authority.context
        hosts: dict[str, App] = dict.fromkeys(HUBSPOT_HOSTS, self.hubspot_app)
        hosts |= dict.fromkeys(SALESFORCE_HOSTS, self.salesforce_app)
        self._doors = {
            HUBSPOT: FrontDoor(self.hubspot_app, context, hosts),
            SALESFORCE: FrontDoor(self.salesforce_app, context, hosts),
        }
        try:
            for side, door in self._doors.items():
                door.listen(self._host, self._ports[side])
            if self._events is not None:
                await self._events.start(authority)
        except Exception:
            await self.stop()
            raise
        for door in self._doors.values():
            door.open()
        self._courier.start()

    async def stop(self) -> None:
        """Stop listening and end every connection. The states stay as they are."""
        await self._courier.stop()
        if self._events is not None:
            await self._events.stop()
        for door in self._doors.values():
            await door.close()
        self._doors = {}
        self._closing.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    def _trusting(self) -> ssl.SSLContext:
        """What verifies a receiver of webhooks: the machine's authorities and the sandbox's own."""
        context = ssl.create_default_context()
        context.load_verify_locations(cafile=str(self.ca_path))
        return context

    def _make_sample(self, world: World) -> dict[str, dict[str, Any]]:
        self.sample = sample(world.language, world.clock.now(), world.seed)
        return {HUBSPOT: self.sample.hubspot, SALESFORCE: self.sample.salesforce}

    def _app(self, side: str, vendor: App, pages: Pages) -> SandboxApp:
        return SandboxApp(side, self.world, vendor, create_control(self.control, side), pages)

    def _url_or_none(self, side: str) -> str | None:
        return self._url(side) if side in self._doors else None

    def _url(self, side: str) -> str:
        if side not in self._doors:
            raise RuntimeError("The sandbox has not started.")
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._doors[side].port}"


class SandboxThread:
    """
    A started sandbox in a thread of its own, for callers that block, such as the vendors' clients.

        with SandboxThread(data="empty") as sandbox:
            HubSpot(access_token=sandbox.tokens["hubspot"], base_url=sandbox.hubspot_url)

    It takes what `Sandbox` takes. Touch the states through `run` while requests are under way.
    """

    def __init__(self, **options: Any) -> None:
        self._options = options
        self._ready: threading.Event = threading.Event()
        self._thread = threading.Thread(target=self._live, name="sandbox", daemon=True)
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over: asyncio.Event | None = None
        self._sandbox: Sandbox | None = None

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox itself."""
        if self._sandbox is None:
            raise RuntimeError("The sandbox has not started.")
        return self._sandbox

    @property
    def hubspot_url(self) -> str:
        return self.sandbox.hubspot_url

    @property
    def salesforce_url(self) -> str:
        return self.sandbox.salesforce_url

    @property
    def events_target(self) -> str | None:
        return self.sandbox.events_target

    @property
    def ca_path(self) -> Path:
        return self.sandbox.ca_path

    @property
    def tokens(self) -> dict[str, str]:
        return self.sandbox.tokens

    def run(self, work: Callable[[Sandbox], Outcome]) -> Outcome:
        """Call *work* with the sandbox between two requests, and return what it returns."""

        async def called() -> Outcome:
            return work(self.sandbox)

        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(called(), self._loop).result()

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            self._thread.join()
            raise self._failure
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._loop is not None
        assert self._over is not None
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    def _live(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            self._failure = error
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        async with Sandbox(**self._options) as sandbox:
            self._sandbox = sandbox
            self._ready.set()
            await self._over.wait()


async def serve(
    *,
    started: Callable[[Sandbox], None],
    until: asyncio.Event | None = None,
    **options: Any,
) -> None:
    """
    Run a sandbox until *until* is set, or for ever; *started* is told once both ports are open.

    It takes what `Sandbox` takes.
    """
    async with Sandbox(**options) as sandbox:
        started(sandbox)
        await (until or asyncio.Event()).wait()
