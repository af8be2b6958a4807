"""
Access tokens for the connectors: where they come from and how they are renewed.

``crm`` does not know the store. Whoever joins the two gives `Tokens` a grant, a way to renew it and a
callback that saves the renewed one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from tandem.clock import Clock
from tandem.errors import TryLater

__all__ = ["Grant", "StaticToken", "TokenSource", "Tokens"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """
    What a CRM granted. ``expires_at`` is None where the CRM does not say (Salesforce);
    ``account_id`` is the portal or the 18-character organisation id. Its ``repr`` shows no token.
    """

    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    instance_url: str | None = None
    scopes: frozenset[str] | None = None
    account_id: str | None = None
    user_id: str | None = None

    def filled_from(self, before: Grant) -> Grant:
        """With what a refresh leaves out because it did not change, above all the refresh token."""
        return replace(
            self,
            refresh_token=self.refresh_token or before.refresh_token,
            instance_url=self.instance_url or before.instance_url,
            scopes=before.scopes if self.scopes is None else self.scopes,
            account_id=self.account_id or before.account_id,
            user_id=self.user_id or before.user_id,
        )


class TokenSource(Protocol):
    """Gives connectors a token that works now."""

    @property
    def scopes(self) -> frozenset[str] | None:
        """The scopes granted, None where the credential does not tell."""

    async def token(self) -> str: ...

    async def renewed(self, stale: str) -> str | None:
        """Another token after the CRM refused *stale*; None where this credential cannot be renewed."""


class StaticToken:
    """A pasted token: a service key, a private app's token, a session id."""

    def __init__(self, token: str, scopes: frozenset[str] | None = None) -> None:
        self._token = token
        self._scopes = scopes

    @property
    def scopes(self) -> frozenset[str] | None:
        return self._scopes

    async def token(self) -> str:
        return self._token

    async def renewed(self, stale: str) -> str | None:
        return None


Renew = Callable[[Grant], Awaitable[Grant]]
Save = Callable[[Grant], Awaitable[None]]
Load = Callable[[], Awaitable[Grant | None]]


class Tokens:
    """
    A grant kept fresh: renewed *early* before it expires, or when the CRM refuses it.

    However many calls wait, one renewal runs. A renewed grant is saved by *on_rotated* before anybody
    uses it, because with rotation the old refresh token is already dead. *latest* re-reads the saved grant
    first, so that what another process renewed meanwhile is adopted instead of renewed again.
    """

    def __init__(
        self,
        grant: Grant,
        renew: Renew,
        clock: Clock,
        *,
        on_rotated: Save,
        latest: Load | None = None,
        early: timedelta = timedelta(minutes=2),
    ) -> None:
        self._grant = grant
        self._renew = renew
        self._clock = clock
        self._on_rotated = on_rotated
        self._latest = latest
        self._early = early
        self._lock = asyncio.Lock()

    @property
    def grant(self) -> Grant:
        return self._grant

    @property
    def scopes(self) -> frozenset[str] | None:
        return self._grant.scopes

    async def token(self) -> str:
        if self._expires_within(self._early):
            await self._renew_early()
        return self._grant.access_token

    async def renewed(self, stale: str) -> str | None:
        async with self._lock:
            if self._grant.access_token == stale:
                await self._renew_now(stale)
        return self._grant.access_token

    async def _renew_early(self) -> None:
        async with self._lock:
            if not self._expires_within(self._early):
                return
            try:
                await self._renew_now(self._grant.access_token)
            except TryLater:
                if self._expires_within(timedelta(0)):
                    raise
                # The old token still works; the next call tries again.

    async def _renew_now(self, stale: str) -> None:
        if self._latest is not None and (saved := await self._latest()) is not None:
            self._grant = saved
            if saved.access_token != stale and not self._expires_within(self._early):
                return
        before = self._grant
        fresh = (await self._renew(before)).filled_from(before)
        await self._on_rotated(fresh)
        self._grant = fresh

    def _expires_within(self, span: timedelta) -> bool:
        ends = self._grant.expires_at
        return ends is not None and self._clock.now() + span >= ends
