"""Joining what a run needs: the accounts' own lists, at most ``FRESH`` old, and the tenant's choices."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from tandem.crm.connector import HubSpot, Salesforce
from tandem.engine.context import FRESH, LONG_AGO, NO_SCHEMA, RunContext
from tandem.errors import AccessLost, Rejected
from tandem.model import HubSpotOwner, KeyProperty, Org, Portal, SalesforceUser, Side, TaskSchema
from tandem.store.connection_store import ConnectionStore

__all__ = ["Accounts", "forget_accounts", "load_accounts", "outdate", "remembered", "renew_org"]

T = TypeVar("T")
Database = Callable[..., Awaitable[Any]]
_NAMES = ("portal", "org", "owners", "users", "schema")


class Accounts(msgspec.Struct, frozen=True):
    """Both accounts as they were at most ``FRESH`` ago."""

    portal: Portal
    org: Org
    owners: tuple[HubSpotOwner, ...]
    users: tuple[SalesforceUser, ...]
    schema: TaskSchema = NO_SCHEMA


async def load_accounts(
    db: Database,
    store: ConnectionStore,
    hubspot: HubSpot,
    salesforce: Salesforce,
    now: datetime,
    *,
    with_tasks: bool = False,
    expected_org: str | None = None,
    expected_portal: str | None = None,
) -> Accounts:
    """
    What the two accounts say of themselves, from the cache where it is fresh.

    *with_tasks* reads the lists of HubSpot's tasks, too: only who writes tasks there needs them.

    Raises ``AccessLost`` when a CRM turns out to be another one than was connected: a refreshed sandbox has a
    new org id, and its records are not the ones that links point to. Raises ``Rejected`` for a time zone that
    nobody knows.
    """
    accounts = Accounts(
        portal=await _cached(db, store, "portal", Portal, hubspot.portal, now),
        org=await _cached(db, store, "org", Org, salesforce.org, now),
        owners=await _cached(db, store, "owners", tuple[HubSpotOwner, ...], hubspot.owners, now),
        users=await _cached(db, store, "users", tuple[SalesforceUser, ...], salesforce.users, now),
        schema=await _cached(db, store, "schema", TaskSchema, lambda: _schema(hubspot), now)
        if with_tasks
        else NO_SCHEMA,
    )
    _check_same(Side.HUBSPOT, expected_portal, accounts.portal.id)
    _check_same(Side.SALESFORCE, expected_org, accounts.org.id)
    _check_zone(accounts.portal)
    return accounts


async def _schema(hubspot: HubSpot) -> TaskSchema:
    """The lists of HubSpot's tasks, once the property for their key is there where it may be made."""
    schema = await hubspot.task_schema()
    if schema.key is not KeyProperty.NONE:
        return schema
    try:
        return replace(schema, key=await hubspot.create_key_property())
    except (AccessLost, Rejected):
        # Tandem works without it, only less cheaply; ``tandem doctor`` says how to add it.
        return schema


def remembered(store: ConnectionStore, name: str, of_type: type[T]) -> T | None:
    """What was last read of an account, however long ago; None if it never was."""
    saved = store.cached(name, LONG_AGO)
    return None if saved is None else msgspec.json.decode(saved, type=of_type)


async def forget_accounts(db: Database, store: ConnectionStore) -> None:
    """Read the accounts' own lists again at the next opportunity (a refusal showed that they changed)."""
    for name in _NAMES:
        await db(store.forget_cached, name)


def outdate(store: ConnectionStore, name: str) -> None:
    """Keep what was read of an account for showing, and read it again at the next run."""
    saved = store.cached(name, LONG_AGO)
    if saved is not None:
        store.cache(name, saved, LONG_AGO + timedelta(seconds=1))


async def renew_org(run: RunContext) -> bool:
    """Read the org's lists and fields now, once in a run; whether they differ from what the run knew."""
    if run.is_org_new:
        return False
    known, run.org = run.org, await run.salesforce.org()
    run.is_org_new = True
    await run.db(run.store.cache, "org", msgspec.json.encode(run.org), run.now)
    return run.org != known


async def _cached(
    db: Database,
    store: ConnectionStore,
    name: str,
    of_type: type[T],
    read: Callable[[], Awaitable[object]],
    now: datetime,
) -> T:
    saved = await db(store.cached, name, now - FRESH)
    if saved is not None:
        return msgspec.json.decode(saved, type=of_type)
    value = msgspec.json.encode(await read())
    await db(store.cache, name, value, now)
    return msgspec.json.decode(value, type=of_type)


def _check_zone(portal: Portal) -> None:
    """Every due date depends on it: rather none than all on the wrong day."""
    try:
        ZoneInfo(portal.zone)
    except (ValueError, ZoneInfoNotFoundError) as error:
        raise Rejected(
            f"HubSpot gives the account's time zone as {portal.zone!r}, which this computer's list of "
            "time zones does not know. Update it (the package tzdata), or choose another zone in HubSpot.",
            side=Side.HUBSPOT,
            operation="check the account",
            code="unknown_zone",
        ) from error


def _check_same(side: Side, expected: str | None, found: str) -> None:
    if expected is not None and expected != found:
        raise AccessLost(
            f"This is another {side.title} account ({found}) than the one connected ({expected}). "
            "A refreshed Salesforce sandbox gets a new id: disconnect, and connect the new one.",
            side=side,
            operation="check the account",
            code="other_account",
        )
