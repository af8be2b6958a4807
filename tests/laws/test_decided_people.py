"""The rules that SPEC decided where the article is silent, marked [D]: whose task it is, and whom it is about."""

from __future__ import annotations

from datetime import timedelta

from pure_core import Core
from small_world import (
    NOW,
    activity,
    contact,
    context,
    owner,
    person,
    user,
)

from tandem.model import Company, Deal, Field, Kind

# --------------------------------------------------------------------------- correspondence


def _found(core: Core, about: object, by_id: object = None, by_email: object = None) -> str:
    got = core.correspondence.person_for(about, by_id or {}, by_email or {})
    return str(got.person.id) if isinstance(got, core.correspondence.Found) else str(got.reason)


def test_a_stored_id_comes_before_the_email(core: Core) -> None:
    stored = contact(1, salesforce_lead_id="00QA", emails=("a@example.com",))
    by_email = {"a@example.com": [person("003B")]}

    assert _found(core, stored, {"00QA": person("00QA")}, by_email) == "00QA"
    assert _found(core, stored, {"00QA": person("00QA", is_deleted=True)}, by_email) == "003B"
    assert _found(core, stored, {}, by_email) == "003B"


def test_a_contact_beats_a_lead(core: Core) -> None:
    both = contact(1, salesforce_lead_id="00QA", salesforce_contact_id="003A")
    assert _found(core, both, {"00QA": person("00QA"), "003A": person("003A")}) == "003A"

    old_lead = person("00QA", created_at=NOW - timedelta(days=9))
    by_email = {"c1@example.com": [old_lead, person("003A")]}
    assert _found(core, contact(1), None, by_email) == "003A"
    assert _found(core, contact(1), None, {"c1@example.com": [old_lead]}) == "00QA"


def test_a_converted_lead_leads_to_its_contact_and_a_merged_record_to_the_winner(
    core: Core,
) -> None:
    by_id = {
        "00QA": person("00QA", converted_contact_id="003L"),
        "003L": person("003L", is_deleted=True, merged_into="003W"),
        "003W": person("003W"),
    }

    assert _found(core, contact(1, salesforce_lead_id="00QA"), by_id) == "003W"
    assert _found(core, contact(1), by_id, {"c1@example.com": [by_id["00QA"]]}) == "003W"
    ahead = core.correspondence.unread_ids({"00QA": by_id["00QA"]})
    assert frozenset({"003L"}) == ahead
    loop = {"003A": person("003A", is_deleted=True, merged_into="003A")}
    reason = core.reasons.Reason.NO_SALESFORCE_RECORD
    assert reason == _found(core, contact(1, salesforce_contact_id="003A"), loop)


def test_the_oldest_wins_among_doubles_and_deleted_ones_do_not_count(core: Core) -> None:
    doubles = [
        person("003NEW"),
        person("003OLD", created_at=NOW - timedelta(days=1)),
        person("003GONE", created_at=NOW - timedelta(days=9), is_deleted=True),
    ]

    assert _found(core, contact(1), None, {"c1@example.com": doubles}) == "003OLD"


def test_secondary_addresses_count_too_after_the_primary_one(core: Core) -> None:
    two = contact(1, emails=("a@example.com", "b@example.com"))
    by_email = {
        "b@example.com": [person("003B", created_at=NOW - timedelta(days=1))],
        "a@example.com": [person("003A")],
    }

    assert _found(core, two, None, by_email) == "003A"
    assert _found(core, two, None, {"b@example.com": by_email["b@example.com"]}) == "003B"


def test_no_email_and_no_id_is_its_own_reason(core: Core) -> None:
    reasons = core.reasons.Reason

    assert _found(core, contact(1, emails=())) == reasons.NO_EMAIL
    assert _found(core, contact(1)) == reasons.NO_SALESFORCE_RECORD
    stored = contact(1, emails=(), salesforce_contact_id="003A")
    assert _found(core, stored) == reasons.NO_SALESFORCE_RECORD


def test_a_company_is_an_account_by_stored_id_else_by_a_domain_only_one_account_has(
    core: Core,
) -> None:
    company = Company(id="1", domain="example.com", salesforce_account_id="001A")
    account_for = core.correspondence.account_for

    assert account_for(company, {"001A"}, {"example.com": ["001B"]}) == "001A"
    assert account_for(company, {"001B"}, {"example.com": ["001B"]}) == "001B"
    assert account_for(company, set(), {"example.com": ["001B", "001C"]}) is None
    assert account_for(Company(id="1"), set(), {"": ["001B"]}) is None
    assert account_for(company, {"001A", "001M"}, {}, {"1": "001M"}) == "001M"


def test_a_deal_is_an_opportunity_by_stored_id_or_manual_pair_only(core: Core) -> None:
    deal = Deal(id="1", salesforce_opportunity_id="006A")
    opportunity_for = core.correspondence.opportunity_for

    assert opportunity_for(deal, {"006A"}) == "006A"
    assert opportunity_for(deal, set()) is None
    assert opportunity_for(deal, {"006A", "006M"}, {"1": "006M"}) == "006M"


def test_related_to_takes_the_deals_opportunity_else_the_companys_account(core: Core) -> None:
    related_for = core.correspondence.related_for
    someone = person("003A", account_id="001OWN")

    assert related_for(someone, {"5": "006A"}, {"6": "001A"}) == "006A"
    assert related_for(someone, {"5": None}, {"6": "001A"}) == "001A"
    assert related_for(someone, {}, {}) is None
    assert related_for(someone, {"9": "006A", "10": "006B"}, {}) == "006B"
    assert related_for(someone, {}, {"6": "001A", "7": "001OWN"}) == "001OWN"
    assert related_for(None, {}, {"6": "001A", "10": "001B"}) == "001A"


def test_related_to_is_empty_where_the_who_is_a_lead(core: Core) -> None:
    assert core.correspondence.related_for(person("00QA"), {"5": "006A"}, {"6": "001A"}) is None

    lead = context(core, who_id="00QA", what_id="006A")
    assert "WhatId" not in core.salesforce.render_new(activity(Kind.CALL), lead)
    moved = core.salesforce.render(activity(Kind.CALL), {Field.PERSON}, lead)
    assert moved == {"WhoId": "00QA", "WhatId": None}


def test_the_chosen_contact_stays_chosen_through_a_merge(core: Core) -> None:
    winner = contact(2, merged_ids=("1",))
    still_chosen = core.contact_choice.still_chosen

    assert winner == still_chosen("1", [contact(3), winner])
    assert winner == still_chosen("2", [winner])
    assert still_chosen("1", [contact(3)]) is None


# --------------------------------------------------------------------------- owners


def test_owners_match_by_email_whatever_the_case_or_the_sandboxs_suffix(core: Core) -> None:
    how = core.owners.How
    users = [user("005A", email="Hana@Example.com.invalid"), user("005B", email="x@example.com")]

    got = core.owners.match_owners([owner("1", email="hana@example.COM")], users, {})

    assert core.owners.Match("005A", how.EMAIL) == got["1"]


def test_a_name_decides_between_users_of_one_address(core: Core) -> None:
    how = core.owners.How
    users = [
        user("005A", email="team@example.com", name="佐藤 花"),
        user("005B", email="team@example.com", name="ミシェル Ｍａｒｓｈ"),
    ]

    def got(name: str) -> object:
        owners = [owner("1", email="team@example.com", name=name)]
        return core.owners.match_owners(owners, users, {})["1"]

    assert core.owners.Match("005B", how.EMAIL_AND_NAME) == got("ﾐｼｪﾙ marsh")
    assert core.owners.Match(None, how.AMBIGUOUS) == got("Somebody")


def test_manual_pairs_win_and_may_say_nobody(core: Core) -> None:
    how = core.owners.How
    users = [user("005A", email="o1@example.com"), user("005B"), user("005C", active=False)]

    def got(chosen: str | None) -> object:
        return core.owners.match_owners([owner("1")], users, {"1": chosen})["1"]

    assert core.owners.Match("005B", how.MANUAL) == got("005B")
    assert core.owners.Match(None, how.LEFT_OUT) == got(None)
    assert core.owners.Match(None, how.INACTIVE) == got("005C")


def test_no_owner_maps_to_a_queue_or_to_an_inactive_user(core: Core) -> None:
    same = "o1@example.com"
    for unfit in (
        user("00GA", email=same, is_queue=True),
        user("005A", email=same, active=False),
    ):
        assert core.owners.match_owners([owner("1")], [unfit], {})["1"].user_id is None
        assert core.owners.match_owners([owner("1")], [unfit], {"1": unfit.id})["1"].user_id is None
    queue = owner("1", type="QUEUE")
    assert core.owners.match_owners([queue], [user("005A", email=same)], {})["1"].user_id is None


def test_owners_without_an_address_match_nobody(core: Core) -> None:
    for users in ([user("005A", email=None)], [user("005B", email="")]):
        assert core.owners.match_owners([owner("1", email=None)], users, {})["1"].user_id is None
