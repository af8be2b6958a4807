"""Which company, deal and owner a Salesforce task belongs to in HubSpot."""

from __future__ import annotations

import functools
from typing import Any

from tandem.model import Company, Deal, HubSpotOwner, SalesforceUser
from tandem.sync.correspondence import (
    account_for,
    company_of,
    deal_of,
    opportunity_for,
)
from tandem.sync.owners import match_owners, owner_of, owners_by_user

# --------------------------------------------------------------------------- company and deal


def _company(ident: str, **changes: Any) -> Company:
    return Company(id=ident, **changes)


def test_a_company_is_found_by_pair_then_stored_id_then_a_domain_only_they_have() -> None:
    stored = _company("20", salesforce_account_id="001A", domain="x.example")
    older = _company("3", salesforce_account_id="001A")
    by_id = {"001A": [stored, older]}
    by_domain = {"x.example": [_company("5", domain="x.example")]}
    at: dict[str, Any] = {
        "domains": ["x.example"],
        "by_domain": by_domain,
        "accounts_by_domain": {"x.example": ["001A"]},
    }

    assert company_of("001A", by_id, manual={"7": "001A"}, **at) == "7"
    assert company_of("001A", by_id, **at) == "3"
    assert company_of("001A", by_id, manual={"3": "001Z"}, **at) == "20"
    assert company_of("001A", {}, **at) == "5"
    shared = {**at, "accounts_by_domain": {"x.example": ["001A", "001B"]}}
    assert company_of("001A", {}, **shared) is None
    doubled = {**at, "by_domain": {"x.example": [_company("5"), _company("6")]}}
    assert company_of("001A", {}, **doubled) is None
    assert company_of("001A", {}) is None


def test_a_company_of_another_account_is_not_taken_by_its_domain() -> None:
    other = _company("5", domain="x.example", salesforce_account_id="001B")
    at: dict[str, Any] = {
        "domains": ["x.example"],
        "by_domain": {"x.example": [other]},
        "accounts_by_domain": {"x.example": ["001A"]},
    }

    assert company_of("001A", {}, existing={"001A", "001B"}, **at) is None
    assert company_of("001A", {}, existing={"001A"}, **at) == "5"
    assert company_of("001A", {}, existing={"001B"}, manual={"5": "001B"}, **at) is None


def test_a_company_found_for_an_account_leads_back_to_it() -> None:
    companies = [
        _company("1", domain="x.example"),
        _company("2", domain="y.example", salesforce_account_id="001B"),
        _company("3", domain="y.example"),
        _company("4", salesforce_account_id="001C"),
    ]
    accounts_by_domain = {"x.example": ["001A"], "y.example": ["001B", "001D"]}
    domains = {"001A": ["x.example"], "001B": ["y.example"], "001C": [], "001D": ["y.example"]}
    by_id = {"001B": [companies[1]], "001C": [companies[3]]}
    by_domain = {"x.example": companies[:1], "y.example": companies[1:3]}

    for manual in ({}, {"3": "001D"}, {"4": "001B"}):
        for account, its in domains.items():
            got = company_of(
                account,
                by_id,
                domains=its,
                by_domain=by_domain,
                accounts_by_domain=accounts_by_domain,
                existing=domains,
                manual=manual,
            )
            if got is not None:
                company = companies[int(got) - 1]
                assert account_for(company, domains, accounts_by_domain, manual) == account


def test_a_deal_is_found_by_pair_or_stored_id_only() -> None:
    deals = [Deal(id="12", salesforce_opportunity_id="006A"), Deal(id="9")]
    by_id = {"006A": deals[:1]}

    assert deal_of("006A", by_id) == "12"
    assert deal_of("006A", by_id, {"9": "006A"}) == "9"
    assert deal_of("006A", by_id, {"12": "006B"}) is None
    assert deal_of("006C", by_id) is None
    for manual in ({}, {"9": "006A"}, {"12": "006B"}):
        got = deal_of("006A", by_id, manual)
        if got is not None:
            deal = next(one for one in deals if one.id == got)
            assert opportunity_for(deal, {"006A", "006B"}, manual) == "006A"


# --------------------------------------------------------------------------- whose


def test_a_task_belongs_to_the_owner_that_its_user_is() -> None:
    owners = [
        HubSpotOwner(id="10", email="a@x.example", name="A"),
        HubSpotOwner(id="9", email="A@x.example", name="A again"),
        HubSpotOwner(id="3", email="a@x.example", name="A before", active=False),
        HubSpotOwner(id="4", email="q@x.example", name="Q", type="QUEUE"),
        HubSpotOwner(id="5", email="z@x.example", name="Z"),
    ]
    users = [
        SalesforceUser(id="005A", email="a@x.example.invalid", name="A"),
        SalesforceUser(id="00GQ", email="q@x.example", name="Q", is_queue=True),
        SalesforceUser(id="005B", email=None, name="B"),
    ]
    for manual, expected in (({}, "9"), ({"5": "005A"}, "5"), ({"9": None}, "10")):
        owner_map = match_owners(owners, users, manual)
        by_user = owners_by_user(owners, owner_map)

        whose = functools.partial(owner_of, owners=owner_map, by_user=by_user)
        assert whose("005A") == expected
        assert whose("00GQ") is None
        assert whose("005B") is None
        assert whose(None, present="10") is None
        assert whose("005A", present="4") == expected
        if not manual:
            assert whose("005A", present="10") == "10"
            assert owner_of("005A", owner_map) == "3"
            assert owner_of("005B", owner_map) is None
