"""
The seam between Tandem and the network: a request goes in, a response comes out.

Production gives connectors `AiohttpTransport`, tests and simulation the sandbox in-process. What can
go wrong below HTTP is told apart by one question only: can the other side have acted on it?
"""

from __future__ import annotations

import os
import ssl
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from tandem.errors import SettingsError

__all__ = [
    "AiohttpTransport",
    "ConnectionLost",
    "NotSent",
    "Request",
    "Response",
    "Transport",
    "TransportError",
    "TransportSettings",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request; *url* is absolute and already encoded. Its ``repr`` shows no secret."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    timeout: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One HTTP answer; header names are lower case. Its ``repr`` shows no body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


class TransportError(Exception):
    """There is no answer. Never leaves ``crm``: the caller turns it into a ``CrmError``."""


class NotSent(TransportError):
    """The request never reached the other side: repeating it is safe whatever it was."""


class ConnectionLost(TransportError):
    """The request was, or may have been, sent; what became of it is unknown."""


class Transport(Protocol):
    """Sends one request. Raises `NotSent` or `ConnectionLost` when no answer came."""

    async def send(self, request: Request) -> Response: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportSettings:
    """
    How connections are made. ``ca_file`` is trusted beside the system's authorities; proxies come from
    ``HTTP_PROXY``, ``HTTPS_PROXY`` and ``NO_PROXY`` unless ``use_proxies`` is off.
    """

    ca_file: Path | None = None
    use_proxies: bool = True
    connect_seconds: float = 15.0
    connections: int = 100
    connections_per_host: int = 20
    keep_alive_seconds: float = 60.0


class AiohttpTransport:
    """HTTP over pooled connections: keep-alive, gzip, TLS always verified, IPv4 and IPv6."""

    def __init__(self, settings: TransportSettings | None = None) -> None:
        self._settings = settings or TransportSettings()
        self._tls = _tls_context(self._settings.ca_file)
        self._session: aiohttp.ClientSession | None = None
        self._proxies: dict[tuple[str, str], str | None] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections; a later request opens new ones."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(self, request: Request) -> Response:
        timeout = aiohttp.ClientTimeout(
            total=request.timeout, connect=min(self._settings.connect_seconds, request.timeout)
        )
        try:
            async with self._open().request(
                request.method,
                URL(request.url, encoded=True),
                data=request.body,
                headers=request.headers,
                timeout=timeout,
                proxy=self._proxy_for(request.url),
                allow_redirects=False,
            ) as answer:
                body = await answer.read()
                headers = {name.lower(): value for name, value in answer.headers.items()}
                return Response(status=answer.status, headers=headers, body=body)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            # Name resolution, refused, unreachable, TLS, proxy: all before the first byte.
            raise NotSent(_reason(error, request)) from error
        except aiohttp.ClientHttpProxyError as error:
            raise NotSent(f"the proxy answered {error.status} for {_host(request)}") from error
        except aiohttp.InvalidURL as error:
            raise NotSent(f"{_host(request)} is not a usable address") from error
        except TimeoutError as error:
            raise ConnectionLost(
                f"no answer from {_host(request)} within {request.timeout:g} s"
            ) from error
        except (aiohttp.ClientError, OSError) as error:
            raise ConnectionLost(_reason(error, request)) from error

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            pool = aiohttp.TCPConnector(
                ssl=self._tls,
                limit=self._settings.connections,
                limit_per_host=self._settings.connections_per_host,
                keepalive_timeout=self._settings.keep_alive_seconds,
            )
            # Cookies of one tenant must not travel with another's calls. Proxies are looked up here
            # and not by aiohttp, which would read ~/.netrc in a thread for every request.
            self._session = aiohttp.ClientSession(
                connector=pool, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
            )
        return self._session

    def _proxy_for(self, url: str) -> str | None:
        if not self._settings.use_proxies:
            return None
        parts = urlsplit(url)
        key = (parts.scheme, parts.netloc)
        if key not in self._proxies:
            self._proxies[key] = _proxy_from_environment(*key)
        return self._proxies[key]


def _proxy_from_environment(scheme: str, netloc: str) -> str | None:
    proxies = urllib.request.getproxies()
    proxy = proxies.get(scheme) or proxies.get("all")
    if not proxy or urllib.request.proxy_bypass(netloc):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _tls_context(ca_file: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca_file is not None:
        try:
            context.load_verify_locations(cafile=str(ca_file))
        except (OSError, ssl.SSLError) as error:
            raise SettingsError(
                f"The file of certificate authorities {ca_file} cannot be used: "
                f"{error.strerror or error}. It must hold certificates in PEM form."
            ) from error
    return context


def _host(request: Request) -> str:
    return urlsplit(request.url).netloc


def _reason(error: BaseException, request: Request) -> str:
    """What failed, without the URL's query: that may hold addresses of people."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return f"the certificate of {_host(request)} is not trusted ({error.certificate_error})"
    if isinstance(error, aiohttp.ClientConnectorError):
        reached = _host(request)
        if isinstance(error, aiohttp.ClientProxyConnectionError):
            reached = f"the proxy {error.host}:{error.port}"
        return f"no connection to {reached} ({_words(error.os_error)})"
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return f"no connection to {_host(request)} in time"
    return f"the connection to {_host(request)} broke ({type(error).__name__})"


def _words(error: OSError) -> str:
    """The system's own words, which the event loop replaces by the address it tried."""
    if error.errno and error.errno > 0:
        return os.strerror(error.errno)
    return error.strerror or str(error)  # of a name that is not known, say
