"""Passwords: hashed with Argon2id, and never guessed at for long."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tandem.store.web import Member, Members

__all__ = ["LOCKED_FOR", "SHORTEST", "LockedOut", "Passwords"]

SHORTEST = 12
LONGEST = 1_000
LOCKED_FOR = timedelta(minutes=15)
_TRIES_PER_PERSON = 5
_TRIES_PER_ADDRESS = 30
_AT_ONCE = 2
"""Each verification takes 64 MiB for some 50 ms: a crowd must wait instead of filling the memory."""


class LockedOut(Exception):
    """Too many failures: nobody signs in under this name, or from this address, for a while."""


class Passwords:
    """
    *run* is how the database is asked (`Store.run`). *hasher* has the library's defaults (RFC 9106, low
    memory) unless a test wants to be quick.
    """

    def __init__(
        self,
        members: Members,
        run: Callable[..., Awaitable[Any]],
        *,
        hasher: PasswordHasher | None = None,
    ) -> None:
        self._members = members
        self._run = run
        self._hasher = hasher or PasswordHasher()
        self._turn = asyncio.Semaphore(_AT_ONCE)
        # Somebody unknown takes as long as somebody known.
        self._nobody = self._hasher.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def member_with(self, email: str, password: str, address: str) -> Member | None:
        """Who signs in with these; LockedOut after too many failures, right or wrong."""
        names = [f"person {email}", f"address {address}"]
        failed = await self._run(self._members.failures, names, LOCKED_FOR)
        if (
            failed.get(names[0], 0) >= _TRIES_PER_PERSON
            or failed.get(names[1], 0) >= _TRIES_PER_ADDRESS
        ):
            raise LockedOut
        found: tuple[Member, str] | None = await self._run(self._members.member_and_password, email)
        known = self._nobody if found is None else found[1]
        if len(password) <= LONGEST and await self._fits(known, password) and found is not None:
            await self._run(self._members.forget_failures, names[0])
            if self._hasher.check_needs_rehash(known):
                changed = await self.hash(password)
                await self._run(self._members.set_password, found[0].id, changed)
            return found[0]
        await self._run(self._members.count_failure, names, LOCKED_FOR)
        return None

    async def is_of(self, member: Member, password: str, address: str) -> bool:
        """Whether *password* is that member's; counted like a sign-in."""
        return await self.member_with(member.email, password, address) is not None

    async def _fits(self, known: str, password: str) -> bool:
        async with self._turn:
            try:
                return await asyncio.to_thread(self._hasher.verify, known, password)
            except (VerificationError, InvalidHashError):
                return False
