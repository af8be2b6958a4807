"""Which Salesforce account or opportunity a HubSpot company or deal stands for (SPEC section 5, Correspondence)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime

import msgspec

from tandem.engine.context import FRESH, RunContext
from tandem.store.connection_store import ConnectionStore
from tandem.store.rows import RecordKind
from tandem.sync.correspondence import account_for, opportunity_for

__all__ = ["RelatedRecords", "recently_asked"]

_REMEMBERED = 20_000
_CACHE = "related"


class _Known(msgspec.Struct):
    """What a company or deal stands for (None: nothing), and when that was read."""

    id: str | None
    read_at: datetime


class _Cache(msgspec.Struct):
    companies: dict[str, _Known] = {}
    deals: dict[str, _Known] = {}


class RelatedRecords:
    """
    Accounts of companies and opportunities of deals, at most ``FRESH`` old.

    A company stands for its manual pair, else for the account whose id HubSpot's own connector stored,
    else for the only account with its website's domain. A deal for its manual pair or its stored id.
    """

    def __init__(self, run: RunContext) -> None:
        self._run = run
        self._cache: _Cache | None = None

    def accounts(self, company_ids: Iterable[str]) -> Mapping[str, str | None]:
        """What each of those companies stands for."""
        return _known(company_ids, self._cache.companies if self._cache else {})

    def opportunities(self, deal_ids: Iterable[str]) -> Mapping[str, str | None]:
        """What each of those deals stands for."""
        return _known(deal_ids, self._cache.deals if self._cache else {})

    async def look_up(self, company_ids: Collection[str], deal_ids: Collection[str]) -> None:
        """Make sure that what these stand for is known."""
        if not company_ids and not deal_ids:
            return
        cache = await self._load()
        oldest = self._run.now - FRESH
        companies = _stale(company_ids, cache.companies, oldest)
        deals = _stale(deal_ids, cache.deals, oldest)
        if companies:
            await self._look_up_companies(companies, cache)
        if deals:
            await self._look_up_deals(deals, cache)
        if companies or deals:
            _trim(cache.companies)
            _trim(cache.deals)
            await self._run.db(
                self._run.store.cache, _CACHE, msgspec.json.encode(cache), self._run.now
            )

    async def _load(self) -> _Cache:
        if self._cache is None:
            run = self._run
            saved = await run.db(run.store.cached, _CACHE, run.now - FRESH)
            self._cache = msgspec.json.decode(saved, type=_Cache) if saved else _Cache()
        return self._cache

    async def _look_up_companies(self, ids: Collection[str], cache: _Cache) -> None:
        companies = await self._run.hubspot.companies(ids)
        stored = {c.salesforce_account_id for c in companies.values() if c.salesforce_account_id}
        paired = {self._run.company_pairs[i] for i in ids if i in self._run.company_pairs}
        domains = {c.domain for c in companies.values() if c.domain}
        exist, by_domain = await self._run.salesforce.accounts(
            sorted(stored | paired), sorted(domains)
        )
        for company_id in ids:
            company = companies.get(company_id)
            account = (
                account_for(company, exist, by_domain, self._run.company_pairs) if company else None
            )
            cache.companies[company_id] = _Known(account, self._run.now)

    async def _look_up_deals(self, ids: Collection[str], cache: _Cache) -> None:
        deals = await self._run.hubspot.deals(ids)
        stored = {d.salesforce_opportunity_id for d in deals.values()}
        paired = {self._run.deal_pairs.get(i) for i in ids}
        exist = await self._run.salesforce.opportunities(sorted({i for i in stored | paired if i}))
        for deal_id in ids:
            deal = deals.get(deal_id)
            opportunity = opportunity_for(deal, exist, self._run.deal_pairs) if deal else None
            cache.deals[deal_id] = _Known(opportunity, self._run.now)


def recently_asked(store: ConnectionStore, kind: RecordKind) -> list[str]:
    """The ids of companies or deals that runs have looked up lately, the newest first."""
    saved = store.cached(_CACHE, datetime.fromtimestamp(0, UTC))
    if saved is None:
        return []
    cache = msgspec.json.decode(saved, type=_Cache)
    known = cache.companies if kind is RecordKind.COMPANY else cache.deals
    return [record_id for record_id, found in reversed(known.items()) if found.id is not None]


def _known(ids: Iterable[str], known: Mapping[str, _Known]) -> Mapping[str, str | None]:
    return {i: known[i].id for i in ids if i in known}


def _stale(ids: Collection[str], known: dict[str, _Known], oldest: datetime) -> list[str]:
    return [i for i in ids if i not in known or known[i].read_at < oldest]


def _trim(known: dict[str, _Known]) -> None:
    while len(known) > _REMEMBERED:
        del known[next(iter(known))]
