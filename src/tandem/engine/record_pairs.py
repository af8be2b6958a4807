"""Which company is which account and which deal which opportunity: found by rule, or paired by a person."""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from tandem.clock import Clock
from tandem.engine.connectors import Connected, Connectors
from tandem.engine.related import recently_asked
from tandem.errors import SettingsError
from tandem.mapping.ids import id18, is_salesforce_id
from tandem.model import Company, Deal
from tandem.store.connection_store import ConnectionStore
from tandem.store.rows import Connection, RecordKind
from tandem.store.store import Store
from tandem.sync.correspondence import account_for, opportunity_for

__all__ = ["Named", "PairRow", "RecordPairing", "Way"]

_SHOWN = 100
_REMEMBERED = ("related", "counterparts")
_OBJECTS = {RecordKind.COMPANY: "Account", RecordKind.DEAL: "Opportunity"}
_PREFIXES = {RecordKind.COMPANY: "001", RecordKind.DEAL: "006"}


class Way(enum.StrEnum):
    """How a record found its counterpart."""

    MANUAL = "manual"
    STORED_ID = "stored_id"
    DOMAIN = "domain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A record to choose: its id, its name, and what tells it from others of that name."""

    id: str
    name: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRow:
    """
    One pair. Of a manual pair ``instead`` is what the rules would have found, if that is something else,
    and ``instead_way`` how; ``is_gone`` says that one of the two is not there (any more).
    """

    kind: RecordKind
    hubspot: Named
    salesforce: Named
    way: Way
    instead: Named | None = None
    instead_way: Way | None = None
    is_gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPairing:
    """The pairs of a connection; ``who`` is noted in the audit log."""

    store: Store
    connectors: Connectors
    clock: Clock
    who: str

    async def rows(self, connection: Connection) -> tuple[list[PairRow], list[PairRow]]:
        """Those paired by hand, and those that rules found for what was synced in the last minutes."""
        connected = await self.connectors.connect(connection)
        mine = self.store.for_connection(connection.id)
        manual: list[PairRow] = []
        found: list[PairRow] = []
        for kind in RecordKind:
            pairs = await self.store.run(mine.record_pairs, kind)
            recent = await self.store.run(recently_asked, mine, kind)
            ids = [*pairs, *(i for i in recent if i not in pairs)][: len(pairs) + _SHOWN]
            for row in await _rows(connected, kind, ids, pairs):
                (manual if row.way is Way.MANUAL else found).append(row)
        return manual, found

    async def search(
        self, connection: Connection, kind: RecordKind, hubspot: str, salesforce: str
    ) -> tuple[Sequence[Named], Sequence[Named]]:
        """Records of both sides whose names hold the words; none where no word was given."""
        connected = await self.connectors.connect(connection)
        left: Sequence[Named] = ()
        if hubspot.strip():
            left = await _in_hubspot(connected, kind, hubspot)
        right: Sequence[Named] = ()
        if salesforce.strip():
            names = await _in_salesforce(connected, kind, salesforce)
            right = [Named(id=one, name=name, detail=one) for one, name in names.items()]
        return left, right

    async def pair(
        self, connection: Connection, kind: RecordKind, hubspot_id: str, salesforce_id: str
    ) -> None:
        """Pair two records that exist, by hand; SettingsError where one does not, or another company has the account."""
        connected = await self.connectors.connect(connection)
        record_id = id18(salesforce_id) if is_salesforce_id(salesforce_id) else ""
        names = await connected.salesforce.names_of([record_id]) if record_id else {}
        if record_id not in names or not record_id.startswith(_PREFIXES[kind]):
            raise SettingsError(f"Salesforce has no {_OBJECTS[kind].lower()} {salesforce_id!r}.")
        known = await _records(connected, kind, [hubspot_id])
        if hubspot_id not in known:
            raise SettingsError(f"HubSpot has no {kind.value} {hubspot_id!r}.")
        mine = self.store.for_connection(connection.id)
        pairs = await self.store.run(mine.record_pairs, kind)
        others = [i for i, paired in pairs.items() if id18(paired) == record_id and i != hubspot_id]
        if others:
            raise SettingsError(
                f"{names[record_id]} is paired by hand with {kind.value} {others[0]} already: "
                "remove that pair first."
            )
        await self.store.run(mine.set_record_pair, kind, hubspot_id, record_id)
        await self._changed(connection, mine, "record_paired", f"{hubspot_id} {record_id}")

    async def unpair(self, connection: Connection, kind: RecordKind, hubspot_id: str) -> None:
        """Leave it to the rules again."""
        mine = self.store.for_connection(connection.id)
        await self.store.run(mine.remove_record_pair, kind, hubspot_id)
        await self._changed(connection, mine, "record_unpaired", hubspot_id)

    async def _changed(
        self, connection: Connection, mine: ConnectionStore, action: str, detail: str
    ) -> None:
        # What stands for what is remembered for a quarter of an hour.
        for name in _REMEMBERED:
            await self.store.run(mine.forget_cached, name)
        await self.store.run(self.store.note, connection.id, self.who, action, detail)


# --------------------------------------------------------------------------- what corresponds, and how


async def _rows(
    connected: Connected, kind: RecordKind, ids: Sequence[str], pairs: Mapping[str, str]
) -> list[PairRow]:
    if not ids:
        return []
    records = await _records(connected, kind, ids)
    automatic = await _automatic(connected, kind, records)
    paired = {i: id18(target) for i, target in pairs.items()}
    targets = {target for target, _ in automatic.values()} | set(paired.values())
    names = await connected.salesforce.names_of(sorted(targets))
    rows = []
    for record_id in ids:
        record = records.get(record_id)
        by_rule, way = automatic.get(record_id, (None, None))
        chosen = paired.get(record_id) or by_rule
        if chosen is None:
            continue
        by_hand = record_id in paired
        differs = by_hand and by_rule is not None and by_rule != chosen
        rows.append(
            PairRow(
                kind=kind,
                hubspot=_named(record_id, record),
                salesforce=Named(id=chosen, name=names.get(chosen, "")),
                way=Way.MANUAL if by_hand or way is None else way,
                instead=Named(id=by_rule, name=names.get(by_rule, ""))
                if differs and by_rule
                else None,
                instead_way=way if differs else None,
                is_gone=record is None or chosen not in names,
            )
        )
    return rows


async def _automatic(
    connected: Connected, kind: RecordKind, records: Mapping[str, Company | Deal]
) -> dict[str, tuple[str, Way]]:
    """What the rules find without a person's help, and by which of them."""
    found: dict[str, tuple[str, Way]] = {}
    stored = {_stored(record) for record in records.values()} - {None}
    ids = sorted(one for one in stored if one)
    if kind is RecordKind.DEAL:
        existing = await connected.salesforce.opportunities(ids)
        by_domain: Mapping[str, Sequence[str]] = {}
    else:
        domains = {record.domain for record in records.values() if isinstance(record, Company)}
        existing, by_domain = await connected.salesforce.accounts(
            ids, sorted(one for one in domains if one)
        )
    for record_id, record in records.items():
        if isinstance(record, Deal):
            target = opportunity_for(record, existing)
        else:
            target = account_for(record, existing, by_domain)
        if target is not None:
            found[record_id] = target, Way.STORED_ID if target == _stored(record) else Way.DOMAIN
    return found


def _stored(record: Company | Deal) -> str | None:
    if isinstance(record, Deal):
        return record.salesforce_opportunity_id
    return record.salesforce_account_id


def _named(record_id: str, record: Company | Deal | None) -> Named:
    domain = record.domain if isinstance(record, Company) else None
    return Named(id=record_id, name=record.name if record else "", detail=domain or "")


async def _records(
    connected: Connected, kind: RecordKind, ids: Collection[str]
) -> Mapping[str, Company | Deal]:
    wanted = [one for one in ids if one.isascii() and one.isdecimal()]
    if kind is RecordKind.DEAL:
        return await connected.hubspot.deals(wanted)
    return await connected.hubspot.companies(wanted)


# --------------------------------------------------------------------------- looking for records


async def _in_hubspot(connected: Connected, kind: RecordKind, words: str) -> Sequence[Named]:
    asked = words.strip()
    if asked.isascii() and asked.isdecimal():
        known = await _records(connected, kind, [asked])
        if known:
            return [_named(one, record) for one, record in known.items()]
    found: Sequence[Company | Deal]
    if kind is RecordKind.DEAL:
        found = await connected.hubspot.deals_named(asked)
    else:
        found = await connected.hubspot.companies_named(asked)
    return [_named(record.id, record) for record in found]


async def _in_salesforce(connected: Connected, kind: RecordKind, words: str) -> Mapping[str, str]:
    asked = words.strip()
    if is_salesforce_id(asked) and asked.startswith(_PREFIXES[kind]):
        return await connected.salesforce.names_of([asked])
    return await connected.salesforce.records_named(_OBJECTS[kind], asked)
