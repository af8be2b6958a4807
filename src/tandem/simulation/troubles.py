"""Every fault of the two simulated CRMs, in a form a story can arm."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from tandem.simulation.story import Trouble

__all__ = ["KINDS_OF", "trouble"]

_REQUESTS = ("status", "status_after", "drop_before", "drop_after", "slow", "timeout_after")
_WRITES = {
    "hubspot": ("/crm/v3/objects/*", "*/batch/*"),
    "salesforce": ("/services/data/*/composite*",),
}

_NAMED: Mapping[str, Mapping[str, Callable[[random.Random], dict[str, Any]]]] = {
    "hubspot": {
        "search_stall": lambda chance: {"seconds": chance.choice((10, 60, 150))},
        "locked": lambda chance: {},
        "reject_record": lambda chance: {"message": "No."},
        "rate_limited": lambda chance: {
            "policy": chance.choice(("TEN_SECONDLY_ROLLING", "SECONDLY"))
        },
        "migrating": lambda chance: {"seconds": chance.choice((2, 60))},
        "expire_tokens": lambda chance: {},
        "partial_batch": lambda chance: {"count": 1},
    },
    "salesforce": {
        "lock_row": lambda chance: {},
        "validation_rule": lambda chance: {"message": "Not on a Monday."},
        "trigger_error": lambda chance: {"message": "A trigger failed."},
        "record_error": lambda chance: {
            "code": chance.choice(("STORAGE_LIMIT_EXCEEDED", "INVALID_FIELD", "UNKNOWN_EXCEPTION")),
            "message": "Something is wrong.",
        },
        "late_commit": lambda chance: {"seconds": chance.choice((5, 40, 130))},
        "session_expired": lambda chance: {},
        "request_limit": lambda chance: {
            "limit": chance.choice(("TotalRequests", "ConcurrentRequests"))
        },
        "query_timeout": lambda chance: {},
        "locator_expired": lambda chance: {},
        "operation_too_large": lambda chance: {},
        "server_unavailable": lambda chance: {},
        "unknown_exception": lambda chance: {},
    },
}

KINDS_OF: Mapping[str, frozenset[str]] = {
    side: frozenset((*_REQUESTS, *named)) for side, named in _NAMED.items()
}
"""What can be armed on each side."""


def trouble(chance: random.Random) -> Trouble:
    """One fault, to strike a request or a record soon."""
    side = chance.choice(("hubspot", "salesforce", "salesforce"))
    rule: dict[str, Any]
    if chance.random() < 0.6:
        kind = chance.choice(_REQUESTS)
        rule = {"kind": kind, "skip": chance.choice((0, 0, 1, 3, 6)), "times": _times(chance)}
        if chance.random() < 0.6:
            # Writes are few among requests, and what goes wrong with them matters most.
            rule |= {"path": chance.choice(_WRITES[side]), "method": "POST"}
        if kind == "status":
            rule["status"] = chance.choice((500, 502, 503, 504, 429))
        if kind == "status_after":
            # Never 429: by that word a CRM says that nothing was done.
            rule["status"] = chance.choice((500, 502, 503, 504))
        if kind == "slow":
            rule["seconds"] = chance.choice((1.0, 20.0, 70.0, 130.0))
    else:
        kind = chance.choice(tuple(_NAMED[side]))
        rule = {"kind": kind, "times": _times(chance), **_NAMED[side][kind](chance)}
        if chance.random() < 0.3:
            rule["skip"] = 1
    return Trouble(side=side, rule=rule)


def _times(chance: random.Random) -> int:
    return chance.choice((1, 1, 1, 2, 3))
