"""Whom to tell, and from when on something is worth telling: what the page saves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

__all__ = ["Wanted", "wanted_from"]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """
    ``parked`` more parked activities within a day, a source ``lag_minutes`` behind, ``calls_percent`` of
    an allocation used. The secret signs what the webhook gets.
    """

    recipients: tuple[str, ...] = ()
    webhook_url: str = ""
    webhook_secret: str = ""
    language: Literal["en", "ja"] = "en"
    parked: int = 10
    lag_minutes: int = 60
    calls_percent: int = 80

    @property
    def channels(self) -> tuple[str, ...]:
        """The ways that letters go."""
        ways = (("email", bool(self.recipients)), ("webhook", bool(self.webhook_url)))
        return tuple(name for name, is_wanted in ways if is_wanted)


def wanted_from(saved: Mapping[str, Any] | None) -> Wanted:
    """As it was saved; the defaults where nothing was."""
    return msgspec.convert(dict(saved or {}), Wanted)
