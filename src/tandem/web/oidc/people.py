"""Whom an identity provider's word lets in, and as what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tandem.settings.identity import OidcSettings
from tandem.store.identities import Identity
from tandem.store.members import Role
from tandem.web.oidc.provider import NotProven
from tandem.web.start.form import is_email, normal_email

__all__ = ["Admission", "admission"]

_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """``role`` None leaves a member's as it is; ``is_admitted`` says whether strangers come in, as ``new_role``."""

    identity: Identity
    role: Role | None
    new_role: Role
    is_admitted: bool


def admission(settings: OidcSettings, claims: Mapping[str, Any]) -> Admission:
    """What the claims come to; NotProven where they let nobody in."""
    email = normal_email(str(claims.get("email", "")))
    if not is_email(email):
        raise NotProven("web.oidc.no_email", "no e-mail address among the claims")
    # Some providers write the word instead of the value.
    if claims.get("email_verified") not in (True, "true"):
        raise NotProven("web.oidc.unverified", "email_verified is not true")
    if settings.domains and email.rpartition("@")[2] not in settings.domains:
        raise NotProven("web.oidc.domain", "the address is of another domain")
    role, is_named = _role(settings, claims)
    name = str(claims.get("name") or email.partition("@")[0])
    return Admission(
        identity=Identity(
            issuer=settings.issuer,
            subject=str(claims["sub"]),
            email=email,
            name="".join(each for each in name if each.isprintable())[:_LONGEST_NAME],
        ),
        role=role,
        new_role=Role.ADMIN if settings.default_role == "admin" else Role.VIEWER,
        is_admitted=is_named or (bool(settings.domains) and settings.default_role != "none"),
    )


def _role(settings: OidcSettings, claims: Mapping[str, Any]) -> tuple[Role | None, bool]:
    """The role that the groups say, and whether one of them was named."""
    if not settings.admins and not settings.viewers:
        return None, False
    held = _held(claims, settings.role_claim)
    if held & set(settings.admins):
        return Role.ADMIN, True
    if held & set(settings.viewers):
        return Role.VIEWER, True
    if settings.default_role == "none":
        raise NotProven("web.oidc.nobody", "none of the groups is named")
    return Role(settings.default_role), False


def _held(claims: Mapping[str, Any], path: str) -> set[str]:
    """The values of a claim, which is a text, a list, or lies in an object: ``realm_access.roles``."""
    found: Any = claims.get(path)
    if found is None:
        found = claims
        for part in path.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    values = found if isinstance(found, list) else [found]
    return {each for each in values if isinstance(each, str)}
