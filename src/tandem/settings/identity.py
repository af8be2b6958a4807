"""What the environment says of signing in through an identity provider (OpenID Connect)."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import urlsplit

from tandem.errors import SettingsError

__all__ = ["OIDC_VARIABLES", "OidcSettings", "Reader", "read_oidc", "read_passwords"]

OIDC_VARIABLES = (
    "TANDEM_OIDC_ISSUER",
    "TANDEM_OIDC_CLIENT_ID",
    "TANDEM_OIDC_CLIENT_SECRET",
    "TANDEM_OIDC_CLIENT_SECRET_FILE",
    "TANDEM_OIDC_NAME",
    "TANDEM_OIDC_DOMAINS",
    "TANDEM_OIDC_SCOPES",
    "TANDEM_OIDC_ROLE_CLAIM",
    "TANDEM_OIDC_ADMINS",
    "TANDEM_OIDC_VIEWERS",
    "TANDEM_OIDC_DEFAULT_ROLE",
    "TANDEM_OIDC_SIGN_OUT",
    "TANDEM_PASSWORDS",
)
_ROLES = ("viewer", "admin", "none")
_SWITCH = ("on", "off")


class Reader(Protocol):
    """The environment as `read_environment` reads it."""

    def text(self, name: str) -> str | None: ...

    def listed(self, name: str) -> tuple[str, ...]: ...

    def secret(self, name: str) -> str | None: ...

    def choice(self, name: str, choices: tuple[str, ...], default: str) -> str: ...

    def number(self, name: str, low: int, high: int, default: int) -> int: ...

    def wrong(self, key: str, **values: object) -> SettingsError: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcSettings:
    """
    One identity provider and whom it lets in.

    ``domains`` limits everybody to addresses of these; empty means that only members, people with an
    invitation and people of a named group come in. ``admins`` and ``viewers`` are values of the claim
    ``role_claim`` (a path with dots); where either is given, the role is decided anew at each sign-in.
    """

    issuer: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    name: str = ""
    domains: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    role_claim: str = "groups"
    admins: tuple[str, ...] = ()
    viewers: tuple[str, ...] = ()
    default_role: str = "viewer"
    sign_out: bool = False

    @property
    def label(self) -> str:
        """What the button calls the provider."""
        return self.name or (urlsplit(self.issuer).hostname or self.issuer)


def read_oidc(reader: Reader) -> OidcSettings | None:
    """None where no provider is named; SettingsError where it is only half named."""
    issuer, client_id = reader.text("TANDEM_OIDC_ISSUER"), reader.text("TANDEM_OIDC_CLIENT_ID")
    if issuer is None:
        for name in OIDC_VARIABLES:
            if name.startswith("TANDEM_OIDC_") and reader.text(name) is not None:
                raise reader.wrong("environment.wants", name="TANDEM_OIDC_ISSUER", given=name)
        return None
    if client_id is None:
        raise reader.wrong(
            "environment.wants", name="TANDEM_OIDC_CLIENT_ID", given="TANDEM_OIDC_ISSUER"
        )
    if not is_safe_url(issuer):
        raise reader.wrong("environment.https", name="TANDEM_OIDC_ISSUER", given=issuer)
    scopes = reader.text("TANDEM_OIDC_SCOPES")
    return OidcSettings(
        issuer=issuer,
        client_id=client_id,
        client_secret=reader.secret("TANDEM_OIDC_CLIENT_SECRET"),
        name=reader.text("TANDEM_OIDC_NAME") or "",
        domains=tuple(each.lower().lstrip("@") for each in reader.listed("TANDEM_OIDC_DOMAINS")),
        scopes=tuple(dict.fromkeys(["openid", *(scopes or "email profile").split()])),
        role_claim=reader.text("TANDEM_OIDC_ROLE_CLAIM") or "groups",
        admins=reader.listed("TANDEM_OIDC_ADMINS"),
        viewers=reader.listed("TANDEM_OIDC_VIEWERS"),
        default_role=reader.choice("TANDEM_OIDC_DEFAULT_ROLE", _ROLES, "viewer"),
        sign_out=reader.choice("TANDEM_OIDC_SIGN_OUT", _SWITCH, "off") == "on",
    )


def read_passwords(reader: Reader) -> bool:
    """Whether people sign in with passwords; without them there must be a provider."""
    wanted = reader.choice("TANDEM_PASSWORDS", _SWITCH, "on") == "on"
    if not wanted and reader.text("TANDEM_OIDC_ISSUER") is None:
        raise reader.wrong(
            "environment.wants", name="TANDEM_OIDC_ISSUER", given="TANDEM_PASSWORDS=off"
        )
    return wanted


def is_safe_url(url: str) -> bool:
    """Whether it is https, or http on this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.username is not None or parts.query or parts.fragment or not host:
        return False
    if parts.scheme == "https":
        return True
    try:
        return parts.scheme == "http" and (host == "localhost" or ip_address(host).is_loopback)
    except ValueError:
        return False
