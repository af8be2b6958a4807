"""
The signatures under a webhook request, versions 1 to 3 [D-sig].

Version 3 decodes a closed list of escapes in the address and leaves every other one as it is.
"""

import base64
import hashlib
import hmac
import re

SIGNATURES = ("v1+v3", "v2+v3", "v3", "v2", "v1")
_DECODED = {
    "3A": ":", "2F": "/", "3F": "?", "40": "@", "21": "!", "24": "$", "27": "'", "28": "(",
    "29": ")", "2A": "*", "2C": ",", "3B": ";",
}  # fmt: skip
_ESCAPE = re.compile("%(" + "|".join(_DECODED) + ")", re.I)


def signed_address(url: str) -> str:
    """The address as version 3 signs it."""
    return _ESCAPE.sub(lambda found: _DECODED[found[1].upper()], url)


def headers_of(
    versions: str, secret: str, method: str, url: str, body: bytes, stamp_ms: int
) -> dict[str, str]:
    """The headers that the *versions* (one of `SIGNATURES`) put on a request."""
    headers: dict[str, str] = {}
    if "v1" in versions:
        digest = hashlib.sha256(secret.encode() + body).hexdigest()
        headers |= {"X-HubSpot-Signature": digest, "X-HubSpot-Signature-Version": "v1"}
    if "v2" in versions:
        digest = hashlib.sha256(f"{secret}{method}{url}".encode() + body).hexdigest()
        headers |= {"X-HubSpot-Signature": digest, "X-HubSpot-Signature-Version": "v2"}
    if "v3" in versions:
        told = f"{method}{signed_address(url)}".encode() + body + str(stamp_ms).encode()
        mac = hmac.new(secret.encode(), told, hashlib.sha256).digest()
        headers["X-HubSpot-Signature-v3"] = base64.b64encode(mac).decode()
        headers["X-HubSpot-Request-Timestamp"] = str(stamp_ms)
    return headers
