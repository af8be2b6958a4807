"""The HubSpot connector against the simulated account."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joined_crms import LONG_AGO, START, Joined

from tandem.crm.http import Request
from tandem.crm.hubspot import AddressOperator
from tandem.crm.oauth import new_pkce, new_state
from tandem.crm.oauth_hubspot import HubSpotOAuth
from tandem.crm.rate_limit import Pace
from tandem.crm.tokens import Grant, StaticToken, Tokens
from tandem.errors import AccessLost, RateLimited, TryLater
from tandem.model import Activity, Kind, ObjectType, Side

BACK = "http://localhost:8765/oauth/callback"


async def _all(pages: AsyncIterator[Any]) -> list[Activity]:
    found: list[Activity] = []
    async for page in pages:
        found += page.activities if hasattr(page, "activities") else page
    return found


async def test_every_activity_of_the_sample_is_read_once_and_in_order() -> None:
    joined = Joined()
    counts = joined.sandbox.hubspot.summary()["objects"]

    for object_type in ObjectType:
        found = await _all(joined.hubspot.changed(object_type, LONG_AGO))
        stamps = [one.modified_at for one in found if one.modified_at]

        assert counts[object_type.value]["live"] == len({one.id for one in found}) == len(found)
        assert sorted(stamps) == stamps
        assert all(one.kind.object_type is object_type for one in found)


async def test_what_a_search_gives_is_what_a_read_gives() -> None:
    joined = Joined()

    for object_type in ObjectType:
        searched = await _all(joined.hubspot.changed(object_type, LONG_AGO))
        read = await joined.hubspot.read(object_type, [one.id for one in searched])

        assert {one.id: one for one in searched} == read


async def test_a_thousand_new_calls_cost_five_searches_and_three_reads_of_associations() -> None:
    joined = Joined(data="empty")
    contact = joined.in_hubspot("create", object="contacts", properties={"email": "a@example.jp"})
    for number in range(1000):
        joined.in_hubspot("log_call", title=f"Call {number}", contacts=[contact["id"]])
        joined.sandbox.world.clock.advance(0.005)
    joined.sandbox.world.clock.advance(60)
    before = joined.requests(Side.HUBSPOT)

    found = await _all(joined.hubspot.changed(ObjectType.CALLS, START))
    ids = [one.id for one in found]
    linked = await joined.hubspot.associations(
        ObjectType.CALLS, ids, to=["contacts", "companies", "deals"]
    )

    assert len(set(ids)) == 1000
    assert {(contact["id"],)} == {one.contact_ids for one in linked.values()}
    assert joined.requests(Side.HUBSPOT) - before == 8


async def test_a_bulk_edit_of_thousands_at_once_is_read_completely() -> None:
    """On a clock that stands still all of them share one millisecond."""
    joined = Joined(data="empty")
    made = {joined.in_hubspot("write_note", body=f"n{number}")["id"] for number in range(900)}
    joined.sandbox.world.clock.advance(60)

    found = await _all(joined.hubspot.changed(ObjectType.NOTES, START))

    assert made == {one.id for one in found}
    assert len(found) == 900


async def test_new_records_are_seen_once_the_search_has_caught_up() -> None:
    joined = Joined(data="empty")
    joined.in_hubspot("write_note", body="later")

    early = await _all(joined.hubspot.changed(ObjectType.NOTES, START))
    joined.sandbox.world.clock.advance(60)
    late = await _all(joined.hubspot.changed(ObjectType.NOTES, START))

    assert (early, len(late)) == ([], 1)


async def test_an_archived_note_and_a_destroyed_email_are_gone() -> None:
    joined = Joined(data="empty")
    note = joined.in_hubspot("write_note", body="x")["id"]
    email = joined.in_hubspot("send_email", subject="x")["id"]
    joined.in_hubspot("delete", object="notes", id=note)
    joined.in_hubspot("delete", object="emails", id=email)

    assert {note: None} == await joined.hubspot.read(ObjectType.NOTES, [note])
    assert {email: None} == await joined.hubspot.read(ObjectType.EMAILS, [email])


async def test_contacts_are_found_by_id_by_either_address_and_after_a_merge() -> None:
    joined = Joined(data="empty")
    properties = {"email": "winner@example.jp", "hs_additional_emails": "second@example.jp"}
    winner = joined.in_hubspot("create", object="contacts", properties=properties)["id"]
    loser = joined.in_hubspot("create", object="contacts", properties={"email": "lost@example.jp"})
    joined.in_hubspot("merge_contacts", winner=winner, loser=loser["id"])
    joined.sandbox.world.clock.advance(60)

    by_id = await joined.hubspot.contacts([winner, loser["id"], "99"])
    for operator in (AddressOperator.IN, AddressOperator.EQ):
        hubspot = joined.hubspot_with(
            StaticToken(joined.sandbox.tokens["hubspot"]), address_operator=operator
        )
        by_email = await hubspot.contacts_by_email(
            ["WINNER@example.jp", "second@example.jp", "nobody@example.jp"]
        )
        assert {"winner@example.jp", "second@example.jp"} == set(by_email)

    assert {winner} == {one.id for one in by_id.values()}
    assert {winner, loser["id"]} == set(by_id)
    assert loser["id"] in by_id[winner].merged_ids


async def test_the_stored_salesforce_ids_of_the_sample_have_eighteen_characters() -> None:
    joined = Joined()
    linked: set[str] = set()
    for object_type in ObjectType:
        ids = [one.id for one in await _all(joined.hubspot.changed(object_type, LONG_AGO))]
        found = await joined.hubspot.associations(object_type, ids, to=["contacts"])
        linked |= {contact for one in found.values() for contact in one.contact_ids}

    contacts = await joined.hubspot.contacts(linked)
    stored = {
        one
        for contact in contacts.values()
        for one in (contact.salesforce_contact_id, contact.salesforce_lead_id)
        if one
    }

    assert linked == set(contacts)
    assert stored
    assert {18} == {len(one) for one in stored}


async def test_opens_of_a_sales_email_have_a_history() -> None:
    joined = Joined(data="empty")
    email = joined.in_hubspot("send_email", subject="Offer")["id"]
    joined.sandbox.world.clock.advance(60)
    joined.in_hubspot("open_sales_email", id=email, times=2)
    joined.sandbox.world.clock.advance(60)
    joined.in_hubspot("click_sales_email", id=email)
    joined.in_hubspot("open_sales_email", id=email)

    opens, clicks = (await joined.hubspot.counter_history([email]))[email]
    read = (await joined.hubspot.read(ObjectType.EMAILS, [email]))[email]

    assert [value for _, value in opens if value] == [2, 3]
    assert [value for _, value in clicks if value] == [1]
    assert sorted(opens) == list(opens)
    assert read is not None
    assert (read.opens, read.clicks) == (3, 1)


async def test_submissions_come_newest_first_and_only_since_then() -> None:
    joined = Joined()
    forms = await joined.hubspot.forms()
    form = forms[0]
    joined.sandbox.world.clock.advance(60)
    since = joined.time.now()
    for number in range(3):
        joined.in_hubspot("submit_form", form=form.id, email=f"p{number}@example.jp")
        joined.sandbox.world.clock.advance(1)

    found = await _all(joined.hubspot.submissions(form, since))
    everything = await _all(joined.hubspot.submissions(form, LONG_AGO))

    assert [one.person_email for one in found] == [
        "p2@example.jp",
        "p1@example.jp",
        "p0@example.jp",
    ]
    assert {form.name} == {one.title for one in found}
    assert len(everything) > len(found)
    assert len(everything) == len({one.id for one in everything})


async def test_a_conversion_is_noticed_by_its_contact() -> None:
    joined = Joined()
    form = (await joined.hubspot.forms())[0]
    since = joined.time.now()
    joined.sandbox.world.clock.advance(1)
    joined.in_hubspot("submit_form", form=form.id, email="new.person@example.jp")
    joined.sandbox.world.clock.advance(60)

    found = [one async for page in joined.hubspot.conversions(since) for one in page]

    assert len(found) == 1
    assert found[0].count == 1
    assert form.name in found[0].event_name


async def test_every_email_event_has_its_subject() -> None:
    joined = Joined()
    hubspot = joined.hubspot

    found = await _all(hubspot.email_events(LONG_AGO, START))
    before = joined.requests(Side.HUBSPOT)
    again = await _all(hubspot.email_events(LONG_AGO, START, [Kind.MARKETING_EMAIL_OPENED]))

    assert all(one.title for one in found)
    assert any(one.is_bot for one in found)
    assert {one.kind for one in found} == {
        Kind.MARKETING_EMAIL_SENT,
        Kind.MARKETING_EMAIL_OPENED,
        Kind.MARKETING_EMAIL_CLICKED,
    }
    assert {one.id for one in again} == {
        one.id for one in found if one.kind is Kind.MARKETING_EMAIL_OPENED
    }
    assert joined.requests(Side.HUBSPOT) - before == 1


async def test_participations_change_an_event_s_tally() -> None:
    joined = Joined()
    (before, *_) = await joined.hubspot.marketing_events()
    contact = joined.in_hubspot("create", object="contacts", properties={"email": "x@example.jp"})
    joined.in_hubspot("attend_event", event=before.name, contact=contact["id"], state="REGISTERED")
    joined.in_hubspot("attend_event", event=before.name, contact=contact["id"], state="ATTENDED")

    after = next(one for one in await joined.hubspot.marketing_events() if one.id == before.id)
    mine = [
        one
        for one in await _all(joined.hubspot.participations(after))
        if one.person_id == contact["id"]
    ]

    assert before.tally != after.tally
    assert {"REGISTERED", "ATTENDED"} >= {one.state for one in mine}
    assert "ATTENDED" in {one.state for one in mine}
    assert {before.name} == {one.title for one in mine}


async def test_hubspot_s_own_clock_is_asked() -> None:
    joined = Joined(data="empty")
    joined.sandbox.world.clock.advance(3600)

    assert START + timedelta(hours=1) == await joined.hubspot.now()


async def test_real_limits_slow_us_down_without_an_error() -> None:
    joined = Joined(limits="real", pace=Pace())

    for _ in range(3):
        for object_type in ObjectType:
            await _all(joined.hubspot.changed(object_type, START))
    for _ in range(300):
        await joined.hubspot.portal()

    assert joined.time.slept
    assert 429 not in {one.status for one in joined.sandbox.world.journal.requests()}


async def test_without_limits_nothing_is_slowed_down() -> None:
    joined = Joined()

    for _ in range(300):
        await joined.hubspot.portal()
    await _all(joined.hubspot.changed(ObjectType.EMAILS, LONG_AGO))

    assert joined.time.slept == []


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "timeout_after"])
async def test_a_read_survives_a_connection_that_breaks(kind: str) -> None:
    joined = Joined(data="empty")
    joined.sandbox.world.sleep = joined.time.sleep
    joined.fault(Side.HUBSPOT, kind=kind, path="/account-info/*", times=2)

    assert joined.sandbox.hubspot.summary()["portal_id"] == int((await joined.hubspot.portal()).id)


@pytest.mark.parametrize("status", [423, 500, 502, 503, 504])
async def test_a_read_survives_trouble_that_passes(status: int) -> None:
    joined = Joined(data="empty")
    joined.fault(Side.HUBSPOT, kind="status", status=status, times=2)

    await joined.hubspot.portal()


async def test_trouble_that_stays_is_said() -> None:
    joined = Joined(data="empty")
    joined.fault(Side.HUBSPOT, kind="status", status=503, times=-1)

    with pytest.raises(TryLater, match="account details"):
        await joined.hubspot.portal()


async def test_an_account_on_the_move_is_not_waited_for() -> None:
    joined = Joined(data="empty")
    joined.fault(Side.HUBSPOT, kind="status", status=477, headers={"Retry-After": "7200"})

    with pytest.raises(RateLimited) as caught:
        await joined.hubspot.portal()

    assert caught.value.seconds == 7200.0


async def test_a_wrong_token_is_access_lost() -> None:
    joined = Joined(data="empty")

    with pytest.raises(AccessLost, match="tandem connect hubspot"):
        await joined.hubspot_with(StaticToken("pat-wrong")).portal()


# --------------------------------------------------------------------------- OAuth


def _oauth(joined: Joined, **options: Any) -> HubSpotOAuth:
    state = joined.sandbox.hubspot.summary()
    return HubSpotOAuth(
        joined.hubspot_transport,
        clock=joined.time,
        client_id=state["client_id"],
        client_secret=options.pop("client_secret", state["client_secret"]),
        api_url="http://127.0.0.1:8801",
        app_url="http://127.0.0.1:8801",
        **options,
    )


async def _sign_in(joined: Joined, oauth: HubSpotOAuth, **options: Any) -> Grant:
    pair, state = new_pkce(), new_state()
    url = oauth.authorize_url(BACK, state, pair, **options)
    page = await joined.hubspot_transport.send(
        Request(
            method="POST",
            url=url,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            body=b"decision=allow",
        )
    )
    back = parse_qs(urlsplit(page.headers["location"]).query)
    assert [state] == back["state"]
    return await oauth.exchange(back["code"][0], BACK, pair)


@pytest.mark.parametrize("pkce", [True, False])
async def test_a_person_signs_in_and_the_grant_works(pkce: bool) -> None:
    joined = Joined()
    oauth = _oauth(joined, pkce=pkce)

    grant = await _sign_in(joined, oauth)
    told = await oauth.introspect(grant.access_token)
    hubspot = joined.hubspot_with(StaticToken(grant.access_token))

    assert str(joined.sandbox.hubspot.summary()["portal_id"]) == grant.account_id
    assert START + timedelta(minutes=30) == grant.expires_at
    assert told.active
    assert await hubspot.scopes() == grant.scopes
    await hubspot.portal()


async def test_an_expired_grant_is_renewed_and_saved_while_calls_go_on() -> None:
    joined = Joined()
    oauth = _oauth(joined)
    saved: list[Grant] = []

    async def save(grant: Grant) -> None:
        saved.append(grant)

    grant = await _sign_in(joined, oauth)
    tokens = Tokens(grant, oauth.refresh, joined.time, on_rotated=save)
    hubspot = joined.hubspot_with(tokens)
    await hubspot.portal()
    joined.in_hubspot("expire_tokens")
    await hubspot.portal()
    joined.sandbox.world.clock.advance(29 * 60)
    await hubspot.portal()

    assert len(saved) == 2
    assert all(one.refresh_token for one in saved)


async def test_a_withdrawn_app_is_access_lost_with_a_plain_sentence() -> None:
    joined = Joined()
    oauth = _oauth(joined)

    async def save(grant: Grant) -> None: ...

    grant = await _sign_in(joined, oauth)
    joined.in_hubspot("uninstall_app")
    tokens = Tokens(grant, oauth.refresh, joined.time, on_rotated=save)

    with pytest.raises(AccessLost, match="withdrawn"):
        await joined.hubspot_with(tokens).portal()


async def test_a_revoked_grant_cannot_be_renewed() -> None:
    joined = Joined()
    oauth = _oauth(joined)

    grant = await _sign_in(joined, oauth)
    await oauth.revoke(grant)

    with pytest.raises(AccessLost):
        await oauth.refresh(grant)


async def test_a_wrong_secret_is_named() -> None:
    joined = Joined(data="empty")

    with pytest.raises(AccessLost, match="client"):
        await _sign_in(joined, _oauth(joined, client_secret="wrong"))


async def test_a_missing_scope_is_named() -> None:
    joined = Joined()
    oauth = _oauth(joined)

    grant = await _sign_in(
        joined, oauth, scopes=["oauth", "crm.objects.contacts.read"], optional_scopes=[]
    )
    hubspot = joined.hubspot_with(StaticToken(grant.access_token))

    with pytest.raises(AccessLost, match="lacks the scope"):
        await hubspot.forms()
    assert await hubspot.file_names(["118220400117"]) == {}


async def test_a_simulated_account_s_pages_are_where_its_api_is() -> None:
    """What HubSpot says of its pages' address counts for HubSpot alone."""
    joined = Joined(data="empty")
    token = StaticToken(joined.sandbox.tokens["hubspot"])
    here = joined.hubspot_with(token, pages="http://127.0.0.1:8801")

    assert (await joined.hubspot.portal()).ui_domain == "app.hubspot.com"
    assert (await here.portal()).ui_domain == "http://127.0.0.1:8801"
