"""All operations, in the order in which the description lists them."""

from __future__ import annotations

from tandem.web.api.operation import Operation
from tandem.web.api.operations import (
    conflicts,
    connections,
    health,
    owners,
    records,
    reports,
    runs,
    settings,
)

__all__ = ["OPERATIONS"]

OPERATIONS: tuple[Operation, ...] = (
    *connections.OPERATIONS,
    *settings.OPERATIONS,
    *health.OPERATIONS,
    *records.OPERATIONS,
    *runs.OPERATIONS,
    *conflicts.OPERATIONS,
    *owners.OPERATIONS,
    *reports.OPERATIONS,
)
