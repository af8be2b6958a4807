"""HubSpot's rate limits: rolling ten seconds, secondly for Search, daily [D-limits][D-search]."""

from collections import deque
from datetime import datetime, timedelta

from tandem.sandbox.clock import from_ms, to_ms
from tandem.sandbox.hubspot.account import Account
from tandem.sandbox.hubspot.auth import Token
from tandem.sandbox.hubspot.errors import HubSpotError
from tandem.sandbox.world import World

TEN_SECONDS = 10_000
OAUTH_PER_TEN_SECONDS = 110
SEARCH_PER_SECOND = 5
PER_SECOND = {"journal": 100, "journal-subscriptions": 50, "journal-snapshots": 10}
"""Calls of an app to its journal in a second [D-journal]."""

_PER_TEN_SECONDS = {"free": 100, "professional": 190, "enterprise": 190}
_PER_DAY = {"free": 250_000, "professional": 625_000, "enterprise": 1_000_000}
_ASSOCIATIONS_PER_TEN_SECONDS = {"free": 100, "professional": 150, "enterprise": 150}
_ASSOCIATIONS_PER_DAY = 500_000
_EXTRA_DAILY = 1_000_000
_WITH_INCREASE = 250
_ASSOCIATIONS_WITH_INCREASE = 200


class Limits:
    """Counts the calls of one account and refuses those above its limits."""

    def __init__(self, world: World, account: Account) -> None:
        self._world = world
        self._account = account
        self._rolling: dict[tuple[int, str], deque[int]] = {}
        self._searches: deque[int] = deque()
        self._secondly: dict[str, deque[int]] = {}
        self._today: dict[str, int] = {}
        self._midnight = 0

    def admit(self, token: Token, family: str) -> dict[str, str]:
        """
        Count one call of a *family* ("calls", "search", "associations") and return the headers of
        its answer; 429 where it is one too many, with the same headers.
        """
        if self._world.limits == "off":
            return {}
        now = self._world.clock.now_ms()
        if family == "search":
            self._admit_in_second(self._searches, SEARCH_PER_SECOND, token, now)
            return {}
        if family in PER_SECOND:
            calls = self._secondly.setdefault(family, deque())
            self._admit_in_second(calls, PER_SECOND[family], token, now)
            return {}
        group = "associations" if family == "associations" else "calls"
        most = self.per_ten_seconds(token, group)
        recent = self._rolling.setdefault((token.app_id, group), deque())
        while recent and recent[0] <= now - TEN_SECONDS:
            recent.popleft()
        used_today = self._count_day(group, now)
        headers = self._headers(token, group, most, most - len(recent), used_today)
        if used_today > self.per_day(group):
            self._uncount_day(group)
            seconds = -((now - self._midnight) // 1000)
            raise self._refused("DAILY", "daily", token, seconds, headers)
        if len(recent) >= most:
            self._uncount_day(group)
            seconds = -((now - recent[0] - TEN_SECONDS) // 1000)
            raise self._refused(
                "TEN_SECONDLY_ROLLING", "ten_secondly_rolling", token, seconds, headers
            )
        recent.append(now)
        return self._headers(token, group, most, most - len(recent), used_today)

    def per_ten_seconds(self, token: Token, group: str) -> int:
        tier, has_increase = (
            self._world.switches["tier"],
            self._world.switches["api_limit_increase"],
        )
        if group == "associations":
            return (
                _ASSOCIATIONS_WITH_INCREASE if has_increase else _ASSOCIATIONS_PER_TEN_SECONDS[tier]
            )
        if not token.is_private:
            return OAUTH_PER_TEN_SECONDS
        return _WITH_INCREASE if has_increase else _PER_TEN_SECONDS[tier]

    def per_day(self, group: str) -> int:
        chosen = int(self._world.switches["daily_limit"])
        extra = _EXTRA_DAILY if self._world.switches["api_limit_increase"] else 0
        if group == "associations":
            return chosen or (extra or _ASSOCIATIONS_PER_DAY)
        return chosen or _PER_DAY[self._world.switches["tier"]] + extra

    def used_today(self) -> int:
        """The calls counted since midnight in the account's zone."""
        self._roll_day(self._world.clock.now_ms())
        return sum(self._today.values())

    def resets_at(self) -> int:
        """The next midnight in the account's zone."""
        self._roll_day(self._world.clock.now_ms())
        return self._midnight

    def _admit_in_second(self, recent: deque[int], most: int, token: Token, now: int) -> None:
        while recent and recent[0] <= now - 1000:
            recent.popleft()
        if len(recent) >= most:
            raise self._refused("SECONDLY", "secondly", token, 1, {})
        recent.append(now)

    def _count_day(self, group: str, now: int) -> int:
        self._roll_day(now)
        self._today[group] = self._today.get(group, 0) + 1
        return self._today[group]

    def _uncount_day(self, group: str) -> None:
        self._today[group] -= 1

    def _roll_day(self, now: int) -> None:
        if now < self._midnight:
            return
        zone = self._account.zone()
        tomorrow = from_ms(now).astimezone(zone).date() + timedelta(days=1)
        self._midnight = to_ms(datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone))
        self._today.clear()

    def _headers(
        self, token: Token, group: str, most: int, left: int, used_today: int
    ) -> dict[str, str]:
        headers = {
            "X-HubSpot-RateLimit-Max": str(most),
            "X-HubSpot-RateLimit-Remaining": str(max(0, left)),
            "X-HubSpot-RateLimit-Interval-Milliseconds": str(TEN_SECONDS),
        }
        if token.is_private:
            daily = self.per_day(group)
            headers["X-HubSpot-RateLimit-Daily"] = str(daily)
            headers["X-HubSpot-RateLimit-Daily-Remaining"] = str(max(0, daily - used_today))
        return headers

    def _refused(
        self, policy: str, words: str, token: Token, seconds: int, headers: dict[str, str]
    ) -> HubSpotError:
        kind = "private-apps-api-calls" if token.is_private else "oauth-api-calls"
        unit = {"DAILY": "daily", "SECONDLY": "secondly"}.get(policy, "ten-secondly")
        answered = dict(headers)
        if self._world.switches["retry_after_on_429"]:
            answered["Retry-After"] = str(seconds)
        return HubSpotError(
            429,
            None,
            f"You have reached your {words} limit.",
            headers=answered,
            extra={
                "errorType": "RATE_LIMIT",
                "policyName": policy,
                "groupName": f"publicapi:{kind}-{unit}:{token.app_id}",
            },
        )
