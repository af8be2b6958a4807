"""HubSpot's feeds, owners, files and scopes, and calls that meet with trouble."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from scripted_crm import Asked, Reaction, ScriptedCrm, answer, hubspot_on
from searched_notes import (
    CLOCK_MS,
    START,
    SearchIndex,
)

from tandem.clock import ManualClock
from tandem.crm.connector import Form
from tandem.crm.http import ConnectionLost, NotSent
from tandem.crm.tokens import Grant, Tokens
from tandem.errors import AccessLost, RateLimited, TryLater
from tandem.model import Kind, ObjectType


async def test_submissions_stop_where_the_past_begins() -> None:
    def page(*seconds: int) -> Reaction:
        rows = [
            {"submittedAt": CLOCK_MS + one * 1000, "conversionId": f"c{one}", "values": []}
            for one in seconds
        ]
        return answer({"results": rows, "paging": {"next": {"after": "more"}}})

    crm = ScriptedCrm([page(30, 20), page(10, -10), page(-20)])
    ids = [
        one.id
        async for batch in hubspot_on(crm).submissions(Form(id="f", name="Contact us"), START)
        for one in batch
    ]

    assert ids == ["c30", "c20", "c10"]
    assert len(crm.asked) == 2
    assert crm.asked[1].query["after"] == ["more"]


def _event(event: str, kind: str, campaign: int, **more: Any) -> dict[str, Any]:
    return {
        "id": event,
        "created": CLOCK_MS,
        "type": kind,
        "recipient": "Tanaka@Example.jp",
        "emailCampaignId": campaign,
        "appId": 113,
        **more,
    }


async def test_email_events_carry_the_subject_of_their_campaign_looked_up_once() -> None:
    def script(asked: Asked) -> Reaction:
        if "/campaigns/" in asked.path:
            assert asked.query["appId"] == ["113"]
            return answer({"id": 700, "subject": "Spring offer"})
        if "offset" in asked.query:
            return answer(
                {"hasMore": False, "events": [_event("c", "CLICK", 700, url="https://x")]}
            )
        return answer(
            {
                "hasMore": True,
                "offset": "next",
                "events": [
                    _event("a", "OPEN", 700, filteredEvent=True),
                    _event("b", "DELIVERED", 701),
                    _event("d", "SENT", 702, subject="Own subject"),
                ],
            }
        )

    crm = ScriptedCrm(script)
    hubspot = hubspot_on(crm)
    pages = [page async for page in hubspot.email_events(START, START + timedelta(days=1))]
    opened, sent, clicked = (one for page in pages for one in page)

    assert [
        opened.kind,
        sent.kind,
        clicked.kind,
    ] == [
        Kind.MARKETING_EMAIL_OPENED,
        Kind.MARKETING_EMAIL_SENT,
        Kind.MARKETING_EMAIL_CLICKED,
    ]
    assert [
        opened.title,
        sent.title,
        clicked.title,
    ] == ["Spring offer", "Own subject", "Spring offer"]
    assert opened.is_bot
    assert f"a-{CLOCK_MS}" == opened.id
    assert opened.person_email == "tanaka@example.jp"
    assert hubspot.campaign_subjects == {"700": "Spring offer"}
    assert len(crm.asked) == 3


async def test_one_kind_of_email_event_is_asked_for_alone() -> None:
    crm = ScriptedCrm([answer({"events": [_event("a", "OPEN", 1, subject="x")]})])
    feed = hubspot_on(crm).email_events(START, START, [Kind.MARKETING_EMAIL_OPENED])

    assert len([page async for page in feed]) == 1
    assert crm.asked[0].query["eventType"] == ["OPEN"]


async def test_owners_include_deactivated_ones_and_queues() -> None:
    def script(asked: Asked) -> Reaction:
        if asked.query["archived"] == ["true"]:
            return answer({"results": [{"id": "3", "email": "gone@example.jp", "archived": True}]})
        return answer(
            {"results": [{"id": "1", "email": "Sato@x.jp"}, {"id": "2", "type": "QUEUE"}]}
        )

    found = {one.id: one for one in await hubspot_on(ScriptedCrm(script)).owners()}

    assert [found[one].active for one in ("1", "2", "3")] == [True, True, False]
    assert found["1"].email == "sato@x.jp"
    assert found["2"].type == "QUEUE"


async def test_hubspot_s_clock_is_that_of_its_answers() -> None:
    headers = {"date": "Mon, 23 Nov 2026 10:11:12 GMT"}

    now = await hubspot_on(ScriptedCrm([answer({}, headers=headers)])).now()

    assert datetime(2026, 11, 23, 10, 11, 12, tzinfo=UTC) == now


async def test_file_names_are_left_out_without_the_scope() -> None:
    crm = ScriptedCrm([answer({"category": "MISSING_SCOPES"}, 403)])

    assert await hubspot_on(crm).file_names(["5"]) == {}


async def test_file_names_carry_their_extension() -> None:
    crm = ScriptedCrm([answer({"results": [{"id": "5", "name": "quote", "extension": "pdf"}]})])

    assert await hubspot_on(crm).file_names(["5"]) == {"5": "quote.pdf"}


async def test_scopes_come_with_the_grant_or_by_introspection_or_not_at_all() -> None:
    granted = Grant(access_token="x", scopes=frozenset({"forms"}))

    async def never(grant: Grant) -> Grant:
        raise AssertionError

    async def save(grant: Grant) -> None: ...

    tokens = Tokens(granted, never, ManualClock(), on_rotated=save)
    told = hubspot_on(ScriptedCrm([answer({"active": True, "scopes": ["oauth"]})]))
    silent = hubspot_on(ScriptedCrm([answer({"status": "error"}, 400)]))

    assert frozenset({"forms"}) == await hubspot_on(ScriptedCrm([]), tokens=tokens).scopes()
    assert frozenset({"oauth"}) == await told.scopes()
    assert await silent.scopes() is None


# --------------------------------------------------------------------------- one call and its trouble


async def test_a_read_is_tried_again_after_trouble_that_passes() -> None:
    portal = {"portalId": 147, "timeZone": "Asia/Tokyo", "uiDomain": "app-eu1.hubspot.com"}
    crm = ScriptedCrm(
        [
            NotSent("refused"),
            ConnectionLost("broke"),
            answer({"policyName": "SECONDLY"}, 429),
            answer(portal),
        ]
    )
    clock = ManualClock()

    found = await hubspot_on(crm, clock=clock).portal()

    assert found.id == "147"
    assert found.zone == "Asia/Tokyo"
    assert len(crm.asked) == 4


async def test_an_answer_that_is_no_json_is_tried_again_and_then_said() -> None:
    crm = ScriptedCrm(lambda asked: answer("a page"))

    with pytest.raises(TryLater, match="proxy"):
        await hubspot_on(crm).portal()


async def test_a_day_s_limit_is_not_waited_for() -> None:
    clock = ManualClock()
    crm = ScriptedCrm([answer({"policyName": "DAILY"}, 429)])

    with pytest.raises(RateLimited) as caught:
        await hubspot_on(crm, clock=clock).portal()

    assert caught.value.daily
    assert clock.slept == []


async def test_an_expired_token_is_renewed_once_and_the_call_repeated() -> None:
    async def renew(grant: Grant) -> Grant:
        return Grant(access_token="fresh")

    async def save(grant: Grant) -> None:
        saved.append(grant.access_token)

    saved: list[str] = []
    tokens = Tokens(Grant(access_token="stale"), renew, ManualClock(), on_rotated=save)

    def script(asked: Asked) -> Reaction:
        if asked.headers["Authorization"] == "Bearer stale":
            return answer({"category": "EXPIRED_AUTHENTICATION"}, 401)
        return answer({"portalId": 1, "timeZone": "UTC"})

    crm = ScriptedCrm(script)
    await hubspot_on(crm, tokens=tokens).portal()

    assert saved == ["fresh"]
    assert len(crm.asked) == 2


async def test_a_token_refused_twice_is_access_lost() -> None:
    async def renew(grant: Grant) -> Grant:
        return Grant(access_token="fresh")

    async def save(grant: Grant) -> None: ...

    tokens = Tokens(Grant(access_token="stale"), renew, ManualClock(), on_rotated=save)
    crm = ScriptedCrm(lambda asked: answer({"category": "INVALID_AUTHENTICATION"}, 401))

    with pytest.raises(AccessLost):
        await hubspot_on(crm, tokens=tokens).portal()

    assert len(crm.asked) == 2


async def test_no_error_shows_token_body_or_address() -> None:
    crm = ScriptedCrm(lambda asked: NotSent("no connection to hubspot.test"))

    with pytest.raises(TryLater) as caught:
        await hubspot_on(crm).contacts_by_email(["secret.person@example.jp"])

    assert "pat-secret" not in str(caught.value)
    assert "secret.person" not in str(caught.value)
    assert caught.value.operation == "read contacts"


async def test_calls_are_counted_by_operation() -> None:
    hubspot = hubspot_on(ScriptedCrm(SearchIndex(("1", 1))))

    async for _ in hubspot.changed(ObjectType.NOTES, START):
        pass

    assert hubspot.budget.meter.by_operation() == {"search notes": 1}
