"""Tokens, scopes, permissions and accounts that are not what they were: a sentence, a rest, and on it goes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tandem.engine.findings import Check, Level
from tandem.engine.reports import ConnectionState, Outcome, RunState
from tandem.errors import AccessLost, SettingsError
from tandem.model import Kind, LinkState, Side
from tandem.store.credentials import Credential
from tests.scenarios.story import Story
from tests.support.installation import HUBSPOT_URL, SALESFORCE_URL, Installation, installation

EVERY_SCOPE = (
    "oauth crm.objects.contacts.read crm.objects.owners.read crm.objects.companies.read "
    "crm.objects.deals.read crm.lists.read forms content files sales-email-read "
    "crm.objects.marketing_events.read"
)


def nobody(address: str) -> None:
    raise AssertionError(f"nobody sits here to visit {address}")


def set_scopes(story: Story, *, but: str = "") -> None:
    """The token has every scope that Tandem may need, *but* one."""
    scopes = " ".join(scope for scope in EVERY_SCOPE.split() if scope != but)
    story.running.sandbox.world.switches.set({"private_app_scopes": scopes})


async def reconnect(story: Story) -> None:
    """Somebody signs in again, on both sides, as ``tandem connect`` does."""
    tokens = story.running.sandbox.tokens
    await story.tandem.connect_hubspot(
        "default", url=HUBSPOT_URL, token=tokens["hubspot"], open_browser=nobody
    )
    await story.tandem.connect_salesforce(
        "default", url=SALESFORCE_URL, token=tokens["salesforce"], open_browser=nobody
    )


async def a_call_and_a_promise(story: Story) -> str:
    """One call is written; the id of a second one that the next run has to write."""
    contact, _ = story.person()
    await story.switch_on(Kind.CALL)
    story.in_hubspot("log_call", contacts=[contact], title="First")
    await story.sync()
    return str(story.in_hubspot("log_call", contacts=[contact], title="Second")["id"])


async def subjects(story: Story) -> list[str]:
    return sorted(task["Subject"] for task in await story.tasks())


# --------------------------------------------------------------------------- connecting


@pytest.mark.parametrize("side", list(Side))
async def test_a_wrong_token_is_said_when_connecting_and_nothing_is_kept(
    side: Side, tmp_path: Path
) -> None:
    async with installation(tmp_path) as running:
        connect = (
            running.tandem.connect_hubspot
            if side is Side.HUBSPOT
            else running.tandem.connect_salesforce
        )
        url = HUBSPOT_URL if side is Side.HUBSPOT else SALESFORCE_URL

        with pytest.raises(AccessLost, match=rf"{side.title}.*tandem connect {side.value}"):
            await connect("default", url=url, token="wrong", open_browser=nobody)

        assert await running.tandem.connections() == []


# --------------------------------------------------------------------------- HubSpot's scopes


@pytest.mark.parametrize(
    ("kind", "scope"),
    [
        (Kind.FORM_SUBMISSION, "forms"),
        (Kind.MARKETING_EMAIL_OPENED, "content"),
        (Kind.INTEGRATION_EVENT, "crm.objects.marketing_events.read"),
        (Kind.CALL, "crm.objects.contacts.read"),
        (Kind.CALL, "crm.objects.owners.read"),
    ],
)
async def test_a_missing_scope_is_named_and_the_connection_rests_until_it_is_there(
    kind: Kind, scope: str, story: Story
) -> None:
    await story.switch_on(kind)
    set_scopes(story, but=scope)

    report = await story.sync()
    [missing] = [
        f
        for f in await story.tandem.doctor("default")
        if f.level is Level.ERROR and f.code is Check.SCOPE_MISSING
    ]

    assert (report.state, report.reason) == (RunState.SUSPENDED, "access_lost")
    assert re.search(rf"lacks the scopes? .*\b{scope}\b", report.message)
    assert missing.values["scope"] == scope

    set_scopes(story)
    await reconnect(story)
    assert (await story.sync()).state is RunState.DONE


async def test_attached_files_are_not_named_without_their_scope(story: Story) -> None:
    contact, _ = story.person()
    file = story.in_hubspot("add_file", name="offer")["file"]
    await story.switch_on(Kind.SALES_EMAIL)
    set_scopes(story, but="files")
    story.in_hubspot(
        "send_email",
        contacts=[contact],
        subject="Offer",
        html="<p>See attached</p>",
        properties={"hs_attachment_ids": file},
    )

    report = await story.sync()

    assert report.state is RunState.DONE
    assert "offer.pdf" not in (await story.task())["Description"]


# --------------------------------------------------------------------------- while it runs


@pytest.mark.parametrize("side", list(Side))
async def test_a_token_withdrawn_between_two_runs_suspends_and_connecting_again_goes_on(
    side: Side, story: Story
) -> None:
    await a_call_and_a_promise(story)
    story.arm(side.value, {"kind": "status", "status": 401, "times": -1})

    report = await story.sync()
    health = await story.tandem.health("default")

    assert (report.state, report.reason) == (RunState.SUSPENDED, "access_lost")
    assert f"tandem connect {side.value}" in report.message
    assert (health.state, health.message) == (ConnectionState.SUSPENDED, report.message)
    assert (await story.sync()).state is RunState.SUSPENDED  # and costs no call

    story.arm(side.value, {"clear": True})
    await reconnect(story)
    await story.sync()
    assert await subjects(story) == ["First", "Second"]


async def test_a_session_that_ends_between_reading_and_writing_loses_and_doubles_nothing(
    story: Story,
) -> None:
    await a_call_and_a_promise(story)
    story.arm(
        "salesforce",
        {"kind": "status", "status": 401, "path": "*/composite*", "method": "POST", "times": -1},
    )
    report = await story.sync()
    assert (report.state, report.reason) == (RunState.SUSPENDED, "access_lost")
    assert report.total(Outcome.WAITING) == 1

    story.arm("salesforce", {"clear": True})
    await story.tandem.resume("default")
    await story.sync()

    assert await subjects(story) == ["First", "Second"]


async def test_an_expired_access_token_is_renewed_in_the_middle_of_a_run(tmp_path: Path) -> None:
    async with installation(tmp_path) as running:
        story = Story(running)
        await running.connect()
        sign_in_with_refresh_tokens(running)
        await a_call_and_a_promise(story)
        story.arm(
            "hubspot",
            {"kind": "expire_tokens", "path": "/crm/*/associations/*", "method": "POST"},
        )
        story.in_salesforce("expire_sessions")
        report = await story.later(hours=3)

        assert report.state is RunState.DONE
        assert await subjects(story) == ["First", "Second"]


async def test_a_refresh_token_that_was_revoked_suspends_and_says_so(tmp_path: Path) -> None:
    async with installation(tmp_path) as running:
        story = Story(running)
        await running.connect()
        sign_in_with_refresh_tokens(running)
        await a_call_and_a_promise(story)
        story.in_hubspot("uninstall_app")
        report = await story.later(hours=3)

        assert (report.state, report.reason) == (RunState.SUSPENDED, "access_lost")
        assert "tandem connect hubspot" in report.message


def sign_in_with_refresh_tokens(running: Installation) -> None:
    """As after OAuth in the browser (HubSpot) and by client credentials (Salesforce)."""
    store = running.tandem.store
    connection = store.connection("default")
    for side, credential in (
        (
            Side.HUBSPOT,
            Credential(
                kind="oauth",
                access_token="outdated",
                refresh_token=running.hubspot.auth.refresh_token,
                client_id="sandbox-client-id",
                client_secret="sandbox-client-secret",
                token_url=HUBSPOT_URL,
            ),
        ),
        (
            Side.SALESFORCE,
            Credential(
                kind="client_credentials",
                access_token="outdated",
                client_id="sandbox-client-id",
                client_secret="sandbox-client-secret",
                token_url=SALESFORCE_URL,
                instance_url=SALESFORCE_URL,
            ),
        ),
    ):
        account_id = connection.account_id(side)
        assert account_id is not None
        store.save_credential(account_id, credential)


# --------------------------------------------------------------------------- the org


async def test_an_org_without_api_suspends_and_doctor_says_why(story: Story) -> None:
    await a_call_and_a_promise(story)
    story.in_salesforce("disable_api")

    report = await story.sync()
    findings = await story.tandem.doctor("default")

    assert (report.state, report.reason) == (RunState.SUSPENDED, "access_lost")
    assert "API Enabled" in report.message
    [finding] = [f for f in findings if f.code is Check.API_DISABLED]
    assert finding.values["user"]

    story.in_salesforce("enable_api")
    await story.tandem.resume("default")
    await story.sync()
    assert await subjects(story) == ["First", "Second"]


async def test_a_refreshed_sandbox_suspends_and_goes_on_when_the_right_org_is_back(
    story: Story,
) -> None:
    await a_call_and_a_promise(story)
    before = story.running.salesforce.org_id
    story.in_salesforce("change_org_id", keep_sessions=True)
    story.forget_journal()

    report = await story.later(minutes=20)  # the org's own lists are read again
    doctor = await story.tandem.doctor("default")

    assert (report.state, report.reason) == (RunState.SUSPENDED, "other_account")
    assert before in report.message
    assert story.writes() == []
    assert Check.OTHER_ORG in [finding.code for finding in doctor]
    with pytest.raises(SettingsError, match="another Salesforce account"):
        await reconnect(story)
    assert (await story.sync()).state is RunState.SUSPENDED

    story.in_salesforce("change_org_id", id=before, keep_sessions=True)
    await reconnect(story)
    await story.sync()
    assert await subjects(story) == ["First", "Second"]


async def test_a_disconnected_connection_rests_and_says_what_to_do(story: Story) -> None:
    await a_call_and_a_promise(story)
    await story.tandem.disconnect("default")

    report = await story.sync()
    [missing] = [f for f in await story.tandem.doctor("default") if f.code is Check.ACCESS_LOST]
    assert (report.state, report.reason) == (RunState.SUSPENDED, "disconnected")
    assert "tandem connect" in missing.values["message"]

    await story.tandem.resume("default")
    report = await story.sync()
    assert (report.state, report.reason) == (RunState.SUSPENDED, "access_lost")

    await reconnect(story)
    await story.sync()
    assert await subjects(story) == ["First", "Second"]
    health = await story.tandem.health("default")
    assert (health.state, health.states[LinkState.PAIRED]) == (ConnectionState.ACTIVE, 2)
