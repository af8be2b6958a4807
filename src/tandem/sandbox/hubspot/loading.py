"""Loading many records at once, as the vendor's API would show them."""

import gc
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from tandem.sandbox.hubspot.computed import STORED_ELSEWHERE
from tandem.sandbox.hubspot.crm import Crm
from tandem.sandbox.hubspot.errors import HubSpotError
from tandem.sandbox.hubspot.kinds import association_type, kind_named
from tandem.sandbox.hubspot.records import Entry, Record, Source, Table, interned
from tandem.sandbox.hubspot.values import instant_ms

if TYPE_CHECKING:
    from tandem.sandbox.hubspot.state import HubSpotState

KEYS = frozenset(
    {
        "account", "owners", "forms", "submissions", "campaigns", "marketing_emails",
        "email_events", "marketing_events", "participations", "occurrences", "lists", "files",
        "objects", "associations",
    }
)  # fmt: skip
_RECORD_KEYS = frozenset(
    {"id", "createdAt", "updatedAt", "archived", "archivedAt", "properties", "history"}
)
_SOURCE_NAMES = frozenset(
    {
        "hs_object_source",
        "hs_object_source_id",
        "hs_object_source_label",
        "hs_object_source_user_id",
    }
)


def load(state: "HubSpotState", part: Mapping[str, Any]) -> None:
    """Take in a part of a sample; ValueError names what does not fit."""
    unknown = sorted(set(part) - KEYS)
    if unknown:
        raise ValueError(f"A HubSpot sample has no {', '.join(unknown)}.")
    now = state.crm.now()
    # Nothing of a load is garbage, and looking for it grows with what is there.
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        state.account.load(part.get("account", {}))
        state.crm.owners.load(part.get("owners", []), now)
        state.feeds.load(part)
        state.lists.load(part.get("lists", ()), now)
        for name, records in part.get("objects", {}).items():
            _load_records(state.crm, kind_named(name).name, records)
        if "users" not in part.get("objects", {}):
            _load_users(state.crm)
        _load_associations(state.crm, part.get("associations", ()))
    except HubSpotError as error:
        raise ValueError(f"The HubSpot sample does not fit: {error.message}.") from error
    finally:
        if was_collecting:
            gc.enable()


def _load_users(crm: Crm) -> None:
    """A user record for each owner who is a user and has none; the user id is a property of it."""
    table, owners = crm.tables["users"], crm.owners
    known = {record.values.get("hs_internal_user_id") for record in table.live.values()}
    source = Source(type="CRM_UI", id="")
    table.put_many(
        Record(
            id=table.take_id(),
            created=owner.created,
            updated=owner.updated,
            values=interned(
                {
                    "hs_internal_user_id": owner.user_id,
                    "hubspot_owner_id": owner.id,
                    "hs_email": owner.email,
                    "hs_given_name": owner.first_name,
                    "hs_family_name": owner.last_name,
                    "hs_deactivated": owner.is_archived,
                }
            ),
            source=source,
        )
        for archived in (False, True)
        for owner in owners.listing(email=None, archived=archived)
        if owner.user_id is not None and str(owner.user_id) not in known
    )


def _load_records(crm: Crm, kind: str, records: Iterable[Mapping[str, Any]]) -> None:
    table = crm.tables[kind]
    sources: dict[tuple[str, str], Source] = {}
    known = set(table.definitions)
    live: list[Record] = []
    for given in records:
        record = _record(table, given, sources, known)
        if record.archived_at is None:
            live.append(record)
        else:
            table.archived[record.id] = record
            table.archived_ids.add(record.id)
    table.put_many(live)
    for record in live if kind == "tasks" else ():
        crm.schedule(kind, record, is_new=False)


def _record(
    table: Table,
    given: Mapping[str, Any],
    sources: dict[tuple[str, str], Source],
    known: set[str],
) -> Record:
    if not _RECORD_KEYS.issuperset(given):
        raise ValueError(f"A record has no {', '.join(sorted(set(given) - _RECORD_KEYS))}.")
    properties = given["properties"]
    if not known.issuperset(properties):
        unknown = ", ".join(sorted(set(properties) - known))
        raise ValueError(f"{table.kind.name} have no property {unknown}.")
    created = _instant(given, "createdAt")
    source = (
        str(properties.get("hs_object_source") or "CRM_UI"),
        str(properties.get("hs_object_source_id") or ""),
    )
    archived = given.get("archivedAt") or given.get("updatedAt") if given.get("archived") else None
    history = given.get("history")
    return Record(
        id=int(given["id"]),
        created=created,
        updated=_instant(given, "updatedAt") if given.get("updatedAt") else created,
        values=interned(
            {
                name: value
                for name, value in properties.items()
                if name not in STORED_ELSEWHERE
                and name not in _SOURCE_NAMES
                and (name != "createdate" or table.kind.name == "deals")
            }
        ),
        source=sources.setdefault(source, Source(type=source[0], id=source[1])),
        archived_at=_parsed(archived) if archived else None,
        history={name: _past(entries) for name, entries in history.items()} if history else None,
    )


def _past(entries: Iterable[Mapping[str, Any]]) -> tuple[Entry, ...]:
    return tuple(
        sorted(
            (
                Entry(
                    value=str(each["value"]),
                    at=_parsed(each["timestamp"]),
                    source=Source(
                        type=str(each.get("sourceType", "CRM_UI")), id=str(each.get("sourceId", ""))
                    ),
                )
                for each in entries
            ),
            key=lambda entry: entry.at,
        )
    )


def _load_associations(crm: Crm, listed: Iterable[Any]) -> None:
    checked: dict[tuple[str, str], tuple[str, str]] = {}
    seen: set[tuple[str, int, str, int]] = set()
    for source, source_id, target, target_id in listed:
        pair = checked.get((source, target))
        if pair is None:
            pair = kind_named(source).name, kind_named(target).name
            if association_type(*pair) is None:
                raise ValueError(f"{source} and {target} do not associate.")
            checked[source, target] = pair
        one, other = int(source_id), int(target_id)
        if (pair[0], one, pair[1], other) in seen or (pair[1], other, pair[0], one) in seen:
            continue
        seen.add((pair[0], one, pair[1], other))
        crm.associations.load(pair[0], one, pair[1], other)


def _instant(given: Mapping[str, Any], key: str) -> int:
    return _parsed(given[key])


def _parsed(text: Any) -> int:
    found = instant_ms(str(text))
    if found is None:
        raise ValueError(f"{text!r} is no instant.")
    return found
