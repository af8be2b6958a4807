"""The gRPC server of the simulated Pub/Sub API, on a port of its own."""

import errno
from typing import TYPE_CHECKING, Any

from tandem.sandbox.ca import Authority
from tandem.sandbox.salesforce.events.messages import wire
from tandem.sandbox.salesforce.events.service import Service

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.state import SalesforceState

_GRACE = 0.2
_OPTIONS = (("grpc.so_reuseport", 0), ("grpc.http2.min_ping_interval_without_data_ms", 1000))


class EventsServer:
    """Serves events of *state*, with TLS unless it is told *plaintext*."""

    def __init__(self, state: "SalesforceState", host: str, port: int, *, plaintext: bool) -> None:
        self._state = state
        self._host = f"[{host}]" if ":" in host else host
        self._wanted = port
        self.is_plaintext = plaintext
        self._server: Any = None
        self._port = 0

    @property
    def target(self) -> str:
        """Where a channel leads: `host:port`."""
        if self._server is None:
            raise RuntimeError("The sandbox's events are not served.")
        return f"{self._host}:{self._port}"

    async def start(self, authority: Authority) -> None:
        """Listen; OSError if the port is taken."""
        parts = wire()
        server = parts.aio.server(options=_OPTIONS)
        server.add_generic_rpc_handlers((Service(self._state, parts).handler(),))
        address = f"{self._host}:{self._wanted}"
        try:
            if self.is_plaintext:
                self._port = server.add_insecure_port(address)
            else:
                pair = (authority.key, authority.chain)
                credentials = parts.grpc.ssl_server_credentials([pair])
                self._port = server.add_secure_port(address, credentials)
        except RuntimeError as error:
            raise OSError(errno.EADDRINUSE, f"Port {self._wanted} is taken") from error
        await server.start()
        self._server = server

    async def stop(self) -> None:
        """Stop listening; streams under way are cut off."""
        if self._server is not None:
            await self._server.stop(_GRACE)
            self._server = None
