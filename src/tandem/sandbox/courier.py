"""
Posts the webhooks of the simulated HubSpot to where an app wants them, over real HTTP.

Nothing leaves the machine and its private networks: a target anywhere else counts as unreachable.
"""

import asyncio
import contextlib
import ipaddress
import socket
import ssl
from collections.abc import Callable
from urllib.parse import urlsplit

import aiohttp

from tandem.sandbox.hubspot import HubSpotState
from tandem.sandbox.hubspot.webhooks import Notice

_PAUSE = 0.05
"""How soon it notices that the sandbox's clock was moved, or that something new waits."""


class Courier:
    """
    Takes the notices that are due and reports how they were answered.

    *state* is asked anew each time, since a reset makes the account anew. *context* verifies targets
    that are https.
    """

    def __init__(self, state: HubSpotState, context: Callable[[], ssl.SSLContext]) -> None:
        self._state = state
        self._context = context
        self._running: asyncio.Task[None] | None = None
        self._sending: set[asyncio.Task[None]] = set()
        self._gates: dict[tuple[int, int], asyncio.Semaphore] = {}

    def start(self) -> None:
        """Begin to deliver, in the running loop."""
        self._running = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop delivering; what is under way is cut off."""
        tasks = [each for each in (self._running, *self._sending) if each is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._running = None

    async def _run(self) -> None:
        async with aiohttp.ClientSession(auto_decompress=False, trust_env=False) as session:
            while True:
                for notice in self._state.webhooks.pending_notices():
                    task = asyncio.create_task(self._deliver(session, notice))
                    self._sending.add(task)
                    task.add_done_callback(self._sending.discard)
                await asyncio.sleep(_PAUSE)

    async def _deliver(self, session: aiohttp.ClientSession, notice: Notice) -> None:
        webhooks = self._state.webhooks
        most = webhooks.settings_of(notice.app_id).max_concurrent
        gate = self._gates.setdefault((notice.app_id, most), asyncio.Semaphore(most))
        async with gate:
            status = await self._post(session, notice)
        # A reset meanwhile made the account anew; its webhooks know nothing of this notice.
        if webhooks is self._state.webhooks:
            webhooks.answered(notice, status)

    async def _post(self, session: aiohttp.ClientSession, notice: Notice) -> int | None:
        seconds = float(self._state.world.switches["webhooks_timeout_seconds"])
        host = urlsplit(notice.target_url).hostname or ""
        is_secure = notice.target_url.lower().startswith("https:")
        with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
            if not await _is_near(host):
                return None
            async with session.post(
                notice.target_url,
                data=notice.body,
                headers=dict(notice.headers),
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=seconds),
                ssl=self._context() if is_secure else False,
            ) as answer:
                await answer.read()
                return answer.status
        return None


async def _is_near(host: str) -> bool:
    """Whether a host is this machine or in a private network."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return all(ipaddress.ip_address(str(each[4][0])).is_private for each in found)
