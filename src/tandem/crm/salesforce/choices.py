"""The conditions by which a person chooses among the tasks of an org, as SOQL."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from tandem.crm.salesforce import soql

__all__ = ["tasks_chosen"]


def tasks_chosen(
    *,
    created_since: datetime | None = None,
    created_before: datetime | None = None,
    updated_since: datetime | None = None,
    open_only: bool = False,
    owner_ids: Collection[str] = (),
    where: str | None = None,
) -> str:
    """
    What ``tasks_where`` takes for these choices together; empty for none.

    ``SettingsError`` for a *where* whose parentheses or quotation marks do not match.
    """
    parts = []
    if created_since is not None:
        parts.append(f"CreatedDate >= {soql.instant(created_since)}")
    if created_before is not None:
        parts.append(f"CreatedDate < {soql.instant(created_before)}")
    if updated_since is not None:
        parts.append(f"LastModifiedDate >= {soql.instant(updated_since)}")
    if open_only:
        parts.append("IsClosed = false")
    if owner_ids:
        parts.append(soql.ids_in("OwnerId", owner_ids))
    if where:
        parts.append(soql.grouped(where))
    return " AND ".join(parts)
