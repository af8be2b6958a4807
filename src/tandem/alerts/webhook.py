"""
Telling another program: a signed POST to an address that lies outside.

The address comes from a person, and the server calls it: so only https to public addresses, judged when
the connection is made and not before, since a name may lead elsewhere a moment later (DNS rebinding).
"""

from __future__ import annotations

import hashlib
import hmac
import socket
from collections.abc import Mapping
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from tandem.alerts.tls import trusted
from tandem.alerts.undelivered import Undelivered

__all__ = ["Webhook", "is_public", "is_taken", "signature"]

_SECONDS = 10.0
_READ = 200
_TRANSLATED = ip_network("64:ff9b::/96")
Address = IPv4Address | IPv6Address


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What ``Tandem-Signature`` holds."""
    signed = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return f"v1={signed.hexdigest()}"


def is_taken(url: str, *, allow_loopback: bool) -> bool:
    """Whether a person may name *url*: https, no credentials, no address of an inner network."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not url.isascii() or not url.isprintable() or " " in url or len(url) > 2_000:
        return False
    if parts.username is not None or parts.password is not None or parts.fragment or not host:
        return False
    address = _literal(host)
    if allow_loopback and (host == "localhost" or (address is not None and address.is_loopback)):
        return parts.scheme in ("http", "https")
    if parts.scheme != "https" or (port is not None and port != 443 and port < 1024):
        return False
    # A name without a dot is a machine's of the inner network; whole numbers are addresses in disguise.
    is_name = address is None and "." in host.strip(".") and not host.split(".")[-1].isdigit()
    return is_name or (address is not None and is_public(address))


def is_public(address: Address) -> bool:
    """Whether anybody outside has it, an address wrapped in another one included."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _TRANSLATED:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast


class Webhook:
    """
    Follows no redirect, waits ten seconds, and reads a few bytes of the answer. *names* looks names up.
    """

    def __init__(
        self,
        *,
        allow_loopback: bool,
        ca_file: Path | None = None,
        proxies: Mapping[str, str] | None = None,
        names: type[AbstractResolver] = ThreadedResolver,
    ) -> None:
        self._allow_loopback = allow_loopback
        self._proxy = (proxies or {}).get("https")
        self._ca_file = ca_file
        self._names = names

    async def send(self, url: str, secret: str, body: bytes, *, at: datetime) -> str:
        """The answer's status; Undelivered unless it is 2xx."""
        if not is_taken(url, allow_loopback=self._allow_loopback):
            raise Undelivered("forbidden", urlsplit(url).netloc[:100])
        timestamp = str(int(at.timestamp()))
        headers = {
            "content-type": "application/json",
            "user-agent": "Tandem",
            "tandem-timestamp": timestamp,
            "tandem-signature": signature(secret, timestamp, body),
        }
        proxy = None if self._is_local(url) else self._proxy
        # A proxy decides itself where it connects to, and lies in the inner network.
        resolver = self._names() if proxy else _Guarded(self._names(), self._allow_loopback)
        connector = aiohttp.TCPConnector(
            ssl=trusted(self._ca_file), resolver=resolver, use_dns_cache=False
        )
        timeout = aiohttp.ClientTimeout(total=_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(
                    connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()
                ) as session,
                session.post(
                    url, data=body, headers=headers, allow_redirects=False, proxy=proxy
                ) as answer,
            ):
                said = (await answer.content.read(_READ)).decode("utf-8", "replace")
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, _NotPublic):
                raise Undelivered("forbidden", str(error.os_error)) from None
            raise Undelivered("unreachable", _reason(error.os_error)) from None
        except TimeoutError:
            raise Undelivered("unreachable", f"no answer within {_SECONDS:g} s") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise Undelivered("unreachable", type(error).__name__) from None
        if 200 <= answer.status < 300:
            return f"HTTP {answer.status}"
        shown = "".join(each for each in said if each.isprintable())
        raise Undelivered("refused", f"HTTP {answer.status} {shown}".strip())

    def _is_local(self, url: str) -> bool:
        host = urlsplit(url).hostname or ""
        address = _literal(host)
        return host == "localhost" or (address is not None and address.is_loopback)


class _NotPublic(OSError):
    """The name leads into an inner network."""


class _Guarded(AbstractResolver):
    """Only public addresses; one that is not among several makes the name unusable."""

    def __init__(self, inner: AbstractResolver, allow_loopback: bool) -> None:
        self._inner = inner
        self._allow_loopback = allow_loopback

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        for each in found:
            address = ip_address(each["host"].partition("%")[0])
            is_ours = self._allow_loopback and host == "localhost" and address.is_loopback
            if not is_ours and not is_public(address):
                raise _NotPublic(f"{host} leads to {address}")
        return found

    async def close(self) -> None:
        await self._inner.close()


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _reason(error: OSError) -> str:
    return str(error.strerror or error)[:200]
