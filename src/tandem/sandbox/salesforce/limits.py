"""The org's counters: API calls in any 24 hours and calls under way ([api-limits], [ng-limits])."""

from collections import deque
from typing import Any

from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.world import World

_DAY_MS = 86_400_000
_BUCKET_MS = 60_000


class Limits:
    """Counts calls by the minute over a rolling day. With the world's limits off nothing is refused."""

    __slots__ = ("_buckets", "_extra", "_other", "_world")

    def __init__(self, world: World) -> None:
        self._world = world
        self.reset()

    def reset(self) -> None:
        """Nothing used."""
        self._buckets: deque[list[int]] = deque()
        self._other: dict[str, int] = {}
        self._extra = 0

    @property
    def maximum(self) -> int:
        """API calls allowed in 24 hours."""
        return int(self._world.switches["daily_api_requests"])

    def used(self) -> int:
        """API calls in the last 24 hours."""
        self._forget_old()
        return sum(count for _, count in self._buckets) + self._extra

    def set_used(self, used: int) -> None:
        """Pretend that other applications have used calls, so that the total is *used*."""
        self._extra = 0
        self._extra = used - self.used()

    def count(self, calls: int = 1) -> None:
        """Note calls that were made."""
        minute = self._world.clock.now_ms() // _BUCKET_MS
        if self._buckets and self._buckets[-1][0] == minute:
            self._buckets[-1][1] += calls
        else:
            self._buckets.append([minute, calls])

    def check(self) -> None:
        """REQUEST_LIMIT_EXCEEDED when the day's calls are used up and limits are real."""
        if self._world.limits == "real" and self.used() >= self.maximum:
            raise limit_exceeded("TotalRequests")

    def note(self, name: str, amount: int = 1) -> None:
        """Use some of another limit, such as DailyBulkV2QueryJobs."""
        self._other[name] = self._other.get(name, 0) + amount

    def header(self) -> str:
        """`Sforce-Limit-Info`; taps match it in full."""
        return f"api-usage={self.used()}/{self.maximum}"

    def listing(self) -> dict[str, dict[str, Any]]:
        """The body of GET /limits."""
        maxima = {**_MAXIMA, "DailyApiRequests": self.maximum}
        used = {**self._other, "DailyApiRequests": self.used()}
        return {
            name: {"Max": maximum, "Remaining": max(0, maximum - used.get(name, 0))}
            for name, maximum in sorted(maxima.items())
        }

    def _forget_old(self) -> None:
        oldest = (self._world.clock.now_ms() - _DAY_MS) // _BUCKET_MS
        while self._buckets and self._buckets[0][0] <= oldest:
            self._buckets.popleft()


def limit_exceeded(which: str) -> SalesforceError:
    """The error of a used-up limit; the message tells which."""
    named = {
        "TotalRequests": "TotalRequests Limit exceeded.",
        "ConcurrentRequests": "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
    }
    return SalesforceError("REQUEST_LIMIT_EXCEEDED", named.get(which, f"{which} Limit exceeded."))


_MAXIMA = {
    "ActiveScratchOrgs": 3,
    "ConcurrentAsyncGetReportInstances": 200,
    "ConcurrentSyncReportRuns": 20,
    "DailyAsyncApexExecutions": 250_000,
    "DailyBulkApiBatches": 15_000,
    "DailyBulkV2QueryFileStorageMB": 976_562,
    "DailyBulkV2QueryJobs": 10_000,
    "DailyDeliveredPlatformEvents": 10_000,
    "DailyDurableStreamingApiEvents": 10_000,
    "DailyGenericStreamingApiEvents": 10_000,
    "DailyStreamingApiEvents": 10_000,
    "DailyWorkflowEmails": 75,
    "DataStorageMB": 5,
    "FileStorageMB": 20,
    "HourlyAsyncReportRuns": 1_200,
    "HourlyDashboardRefreshes": 200,
    "HourlyDashboardResults": 5_000,
    "HourlySyncReportRuns": 500,
    "HourlyTimeBasedWorkflow": 50,
    "MassEmail": 10,
    "SingleEmail": 15,
    "StreamingApiConcurrentClients": 20,
}
