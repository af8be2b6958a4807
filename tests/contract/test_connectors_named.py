"""Companies, deals, accounts and opportunities looked for by name, so that a person can pair them."""

from __future__ import annotations

import pytest
from joined_crms import Joined


async def test_hubspot_s_records_are_found_by_words_of_their_name() -> None:
    joined = Joined(data="empty")
    for name, domain in (("Acme Japan", "acme.jp"), ("Beta", "beta.example")):
        joined.in_hubspot("create", object="companies", properties={"name": name, "domain": domain})
    joined.in_hubspot("create", object="deals", properties={"dealname": "Acme renewal"})
    joined.sandbox.world.clock.advance(60)

    companies = await joined.hubspot.companies_named(" acme ")
    assert [(each.name, each.domain) for each in companies] == [("Acme Japan", "acme.jp")]
    assert [each.name for each in await joined.hubspot.deals_named("acme")] == ["Acme renewal"]
    assert await joined.hubspot.companies_named("nothing like it") == []


@pytest.mark.parametrize(
    ("words", "found"),
    [("acme", ["Acme 100%"]), ("0%", ["Acme 100%"]), ("o'", ["O'Hara"]), ("%", ["Acme 100%"])],
)
async def test_salesforce_s_records_are_found_by_words_of_their_name(
    words: str, found: list[str]
) -> None:
    joined = Joined(data="empty")
    ids = {
        name: joined.in_salesforce("create_record", object="Account", fields={"Name": name})["id"]
        for name in ("Acme 100%", "O'Hara")
    }
    named = await joined.salesforce.records_named("Account", words)

    assert sorted(named.values()) == found
    assert set(named) <= set(ids.values())


async def test_names_are_told_of_those_that_exist() -> None:
    joined = Joined(data="empty")
    account = joined.in_salesforce("create_record", object="Account", fields={"Name": "A"})["id"]
    fields = {"Name": "Big", "StageName": "Prospecting", "CloseDate": "2026-12-31"}
    deal = joined.in_salesforce("create_record", object="Opportunity", fields=fields)["id"]
    gone = joined.in_salesforce("create_record", object="Account", fields={"Name": "B"})["id"]
    joined.in_salesforce("delete_record", id=gone)
    asked = [account[:15], deal, gone, "no id"]

    assert await joined.salesforce.names_of(asked) == {account: "A", deal: "Big"}
    assert await joined.salesforce.names_of([]) == {}
