"""
Where an org's events come from.

The access token travels with every call, so the address never follows from anything that a CRM or a tenant says:
it is Salesforce's own, or what whoever runs Tandem has set.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from tandem.errors import SettingsError

__all__ = ["DEFAULT_ENDPOINT", "Endpoint", "endpoint_for", "endpoint_from"]

_SECURE_PORT = 7443


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A host and port; ``is_plain`` only on this machine, where a simulated CRM may do without TLS."""

    host: str
    port: int = _SECURE_PORT
    is_plain: bool = False

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        return _is_loopback(self.host)


DEFAULT_ENDPOINT = Endpoint(host="api.pubsub.salesforce.com")
"""The global one; there are regional ones beside it, such as ``api.deu.pubsub.salesforce.com`` [ps-endpoints]."""


def endpoint_from(given: str) -> Endpoint:
    """
    An address as a person writes it: ``host``, ``host:port``, ``https://host:port``, and on this machine
    ``http://127.0.0.1:port`` without TLS.
    """
    text = given.strip()
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _wrong(given) from None
    has_more = parts.path not in ("", "/") or parts.query or parts.fragment or parts.username
    if parts.scheme not in ("http", "https") or not host or has_more:
        raise _wrong(given)
    is_plain = parts.scheme == "http"
    if is_plain and not _is_loopback(host):
        raise SettingsError(
            f"The address of Salesforce's events, {given}, is not encrypted: it would show the access token "
            "to everybody on the way. Only an address on this machine may begin with http://."
        )
    return Endpoint(host=host, port=port or _SECURE_PORT, is_plain=is_plain)


def endpoint_for(instance_url: str, given: str | None) -> Endpoint | None:
    """
    The endpoint for the org at *instance_url*: what is set, else Salesforce's own.

    None for an org on this machine, which is simulated, unless one is set: its token is nobody else's business.
    """
    if given:
        return endpoint_from(given)
    is_simulated = _is_loopback(urlsplit(instance_url).hostname or "")
    return None if is_simulated else DEFAULT_ENDPOINT


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _wrong(given: str) -> SettingsError:
    return SettingsError(
        f"{given!r} is no address of Salesforce's events. It must be a host and a port, such as "
        f"{DEFAULT_ENDPOINT.authority}."
    )
