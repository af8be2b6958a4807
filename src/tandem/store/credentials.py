"""What an account is reached with; it is kept encrypted and never printed."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from tandem.errors import StoreError

__all__ = ["Credential", "credential_from"]

CredentialKind = Literal["token", "oauth", "jwt", "client_credentials", "session"]


class Credential(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    One account's way in. Which members are set follows from ``kind``:

    ``token`` a pasted token that does not expire; ``oauth`` access and refresh token of a client;
    ``jwt`` a private key that signs assertions; ``client_credentials`` a client that gets tokens by
    itself; ``session`` an access token with an end and no way to a new one.
    """

    kind: CredentialKind
    access_token: str | None = None
    refresh_token: str | None = None
    expires_at: datetime | None = None
    client_id: str | None = None
    client_secret: str | None = None
    token_url: str | None = None
    instance_url: str | None = None
    private_key: str | None = None
    username: str | None = None
    audience: str | None = None
    scopes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Credential(kind={self.kind!r}, …)"

    def to_bytes(self) -> bytes:
        return msgspec.json.encode(self)


def credential_from(stored: bytes) -> Credential:
    """The credential that ``to_bytes`` wrote."""
    try:
        return msgspec.json.decode(stored, type=Credential)
    except msgspec.ValidationError as error:
        raise StoreError(
            "A stored credential cannot be read. Connect the account again."
        ) from error
