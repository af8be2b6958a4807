"""
Which addresses a person may have the server call.

Whoever connects an account names its address, and the server then calls it: without a guard that
reaches machines inside the operator's network (server-side request forgery).
"""

from __future__ import annotations

from urllib.parse import urlsplit

from tandem.engine.connectors import is_loopback
from tandem.model import Side

__all__ = ["instance_url"]

_KNOWN = {
    Side.HUBSPOT: (".hubapi.com",),
    # My Domain, its sandboxes and the login hosts; Government Cloud; Salesforce on Alibaba Cloud [sf-domains].
    Side.SALESFORCE: (".salesforce.com", ".salesforce.mil", ".sfcrmproducts.cn"),
}


def instance_url(side: Side, given: str, *, allow_loopback: bool) -> str | None:
    """*given* as an origin without a path; None where it is none of that CRM's own addresses."""
    text = given.strip()
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        return None
    host = (parts.hostname or "").rstrip(".")
    if allow_loopback and is_loopback(text) and parts.scheme in ("http", "https"):
        return f"{parts.scheme}://{parts.netloc}"
    if parts.scheme != "https" or port not in (None, 443):
        return None
    if not host.isascii() or not any(host.endswith(suffix) for suffix in _KNOWN[side]):
        return None
    return f"https://{host}"
