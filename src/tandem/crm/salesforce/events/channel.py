"""One encrypted connection to the event bus, trusted and routed like all of Tandem's connections."""

from __future__ import annotations

import pkgutil
import ssl
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tandem.crm.salesforce.events.endpoint import Endpoint
from tandem.crm.salesforce.events.wire import wire
from tandem.errors import SettingsError

__all__ = ["open_channel", "proxy_for", "trusted_roots"]

_KEEP_ALIVE_MS = 60_000
_KEEP_ALIVE_ANSWER_MS = 20_000
_LARGEST_MESSAGE = 16 * 1024 * 1024
"""Events have at most 1 MB each [ps-alloc]; an answer brings a few."""


def open_channel(
    endpoint: Endpoint, *, ca_file: Path | None = None, use_proxies: bool = True
) -> Any:
    """
    A ``grpc.aio`` channel; nothing is sent before the first call. *ca_file* is trusted beside the system's authorities.

    It has a connection of its own: by default gRPC lets channels to one address share one, and a bus that takes only
    so many streams on a connection would leave the later ones waiting without a word [ps-alloc].
    """
    aio, grpc = wire().grpc.aio, wire().grpc
    proxy = proxy_for(endpoint) if use_proxies else None
    options: list[tuple[str, int | str]] = [
        ("grpc.keepalive_time_ms", _KEEP_ALIVE_MS),
        ("grpc.keepalive_timeout_ms", _KEEP_ALIVE_ANSWER_MS),
        ("grpc.http2.max_pings_without_data", 0),
        ("grpc.max_receive_message_length", _LARGEST_MESSAGE),
        ("grpc.use_local_subchannel_pool", 1),
        ("grpc.enable_retries", 0),
        ("grpc.enable_http_proxy", 1 if proxy else 0),
    ]
    if proxy:
        options.append(("grpc.http_proxy", proxy))
    if endpoint.is_plain:
        return aio.insecure_channel(endpoint.authority, options=options)
    credentials = grpc.ssl_channel_credentials(trusted_roots(ca_file))
    return aio.secure_channel(endpoint.authority, credentials, options=options)


def trusted_roots(ca_file: Path | None) -> bytes | None:
    """The system's authorities and *ca_file*'s as PEM; None where the system has none and gRPC's own are to be used."""
    roots = _of_the_system()
    if ca_file is None:
        return roots or None
    try:
        ssl.create_default_context(cafile=str(ca_file))
        own = ca_file.read_bytes()
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(
            f"The file of certificate authorities {ca_file} cannot be used: "
            f"{error.strerror or error}. It must hold certificates in PEM form."
        ) from error
    bundled = roots or pkgutil.get_data("grpc", "_cython/_credentials/roots.pem") or b""
    return bundled.rstrip() + b"\n" + own


def proxy_for(endpoint: Endpoint) -> str | None:
    """The proxy that HTTPS_PROXY and NO_PROXY name for *endpoint*; gRPC reaches it without TLS only."""
    proxies = urllib.request.getproxies()
    proxy = proxies.get("https") or proxies.get("all")
    if not proxy or urllib.request.proxy_bypass(endpoint.authority):
        return None
    address = proxy if "://" in proxy else f"http://{proxy}"
    parts = urlsplit(address)
    if parts.scheme != "http" or not parts.hostname:
        shown = f"{parts.scheme}://{address.rpartition('@')[2].rpartition('//')[2]}"
        raise SettingsError(
            f"Salesforce's events cannot pass the proxy {shown}: it must be an http:// address. Put "
            f"{endpoint.host} into NO_PROXY if it can be reached without."
        )
    return address.rstrip("/")


def _of_the_system() -> bytes:
    found = ssl.create_default_context().get_ca_certs(binary_form=True)
    if found:
        return "".join(ssl.DER_cert_to_PEM_cert(each) for each in found).encode("ascii")
    # A system that keeps one file for each authority loads them as they are needed.
    folder = ssl.get_default_verify_paths().capath
    if folder is None:
        return b""
    return b"\n".join(
        path.read_bytes() for path in sorted(Path(folder).glob("*.0")) if path.is_file()
    )
