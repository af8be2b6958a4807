"""tap-hubspot 4, the Singer tap: old and new paths of api.hubapi.com, reached by CONNECT."""

from pathlib import Path
from typing import Any

from tandem.sandbox.server import Sandbox, SandboxThread
from tests.clients.backstage import act, switch
from tests.clients.taps import Tap

STREAMS = {
    "campaigns",
    "companies",
    "contact_lists",
    "contacts",
    "contacts_by_company",
    "deal_pipelines",
    "deals",
    "email_events",
    "engagements",
    "form_submissions",
    "forms",
    "list_memberships",
    "owners",
    "subscription_changes",
    "tickets",
    "workflows",
}
YEAR_MS = 366 * 24 * 60 * 60 * 1000
# The old engagements API knows these kinds; letters and messages are not among them.
OLD_KINDS = ("calls", "emails", "meetings", "notes", "tasks")


def tap(sandbox: SandboxThread, folder: Path, **credentials: Any) -> Tap:
    config = {
        "start_date": "2020-01-01T00:00:00Z",
        "email_chunk_size": YEAR_MS,
        "subscription_chunk_size": YEAR_MS,
        **(credentials or {"api_key": sandbox.tokens["hubspot"]}),
    }
    return Tap("tap-hubspot", folder, sandbox, config, trusts_certifi=True)


def summary(sandbox: SandboxThread) -> dict[str, Any]:
    return sandbox.run(lambda each: each.hubspot.summary())


def one_each(records: list[dict[str, Any]], *key: str) -> int:
    return len({tuple(each[name] for name in key) for each in records})


def test_it_discovers_and_syncs_every_stream(sandbox: SandboxThread, tmp_path: Path) -> None:
    act(
        sandbox,
        "hubspot",
        "create",
        object="tickets",
        properties={"subject": "Broken", "hs_pipeline_stage": "1"},
    )
    act(sandbox, "hubspot", "change_subscription", email="reader@example.com")
    program = tap(sandbox, tmp_path)

    catalog = program.discover()
    synced = program.sync(catalog)

    held = summary(sandbox)
    live = {kind: each["live"] for kind, each in held["objects"].items()}
    counts = synced.counts()
    assert {each["tap_stream_id"] for each in catalog["streams"]} == STREAMS
    assert counts["contacts"] == live["contacts"] == 60
    assert counts["companies"] == live["companies"] == 20
    assert counts["deals"] == live["deals"] == 15
    assert counts["tickets"] == live["tickets"] == 1
    assert counts["engagements"] == sum(live[kind] for kind in OLD_KINDS) == 299
    assert counts["email_events"] == held["email_events"] == 250
    assert counts["forms"] == held["forms"] == 4
    assert counts["form_submissions"] == held["submissions"] == 50
    assert counts["campaigns"] == held["campaigns"] == 8
    assert counts["owners"] == 7
    assert counts["subscription_changes"] == 1
    assert one_each(synced.records("contact_lists"), "listId") == held["lists"] == 4
    assert one_each(synced.records("list_memberships"), "listId", "recordId") == 72
    assert one_each(synced.records("contacts_by_company"), "company-id", "contact-id") == 60
    assert counts["deal_pipelines"] == 1


def test_what_it_reads_is_what_the_account_holds(sandbox: SandboxThread, tmp_path: Path) -> None:
    person = act(
        sandbox,
        "hubspot",
        "create",
        object="contacts",
        properties={"email": "k@example.com", "lastname": "木村"},
    )
    program = tap(sandbox, tmp_path)

    synced = program.sync(program.discover(), ["contacts", "engagements"])

    contact = next(each for each in synced.records("contacts") if each["id"] == str(person["id"]))
    kinds = {each["engagement"]["type"] for each in synced.records("engagements")}
    assert contact["property_lastname"] == "木村"
    assert kinds >= {"CALL", "EMAIL", "INCOMING_EMAIL", "MEETING", "NOTE", "TASK"}
    assert any(each["associations"]["contactIds"] for each in synced.records("engagements"))


def test_the_next_sync_reads_what_is_new(sandbox: SandboxThread, tmp_path: Path) -> None:
    program = tap(sandbox, tmp_path)
    catalog = program.discover()
    streams = ["engagements", "contacts"]
    first = program.sync(catalog, streams)
    contact = first.records("contacts")[0]["id"]
    sandbox.run(lambda each: each.world.clock.advance(60))
    call = act(sandbox, "hubspot", "log_call", contacts=[contact])

    second = program.sync(catalog, streams, first.state)

    assert str(call["id"]) in {str(each["engagement_id"]) for each in second.records("engagements")}
    assert second.counts()["engagements"] < first.counts()["engagements"]


def test_it_signs_in_with_a_refresh_token(sandbox: SandboxThread, tmp_path: Path) -> None:
    redirect = "https://tap.example.com/callback"

    def allowed(each: Sandbox) -> dict[str, str]:
        auth = each.hubspot.auth
        app = {"client_id": auth.client_id, "redirect_uri": redirect}
        scope = "oauth crm.objects.owners.read crm.objects.contacts.read crm.objects.deals.read"
        scope += " crm.objects.companies.read tickets crm.objects.custom.read"
        scope += " crm.schemas.custom.read"
        app["client_secret"] = auth.client_secret
        form = {"grant_type": "authorization_code", **app}
        _, refresh = auth.exchange(form | {"code": auth.issue_code(app | {"scope": scope})})
        return app | {"refresh_token": str(refresh)}

    program = tap(sandbox, tmp_path, **sandbox.run(allowed))

    assert program.sync(program.discover(), ["owners"]).counts() == {"owners": 7}


def test_an_empty_account_is_read_to_the_end(empty_sandbox: SandboxThread, tmp_path: Path) -> None:
    program = tap(empty_sandbox, tmp_path)

    synced = program.sync(program.discover())

    assert set(synced.counts()) <= {"deal_pipelines", "owners"}
    assert "Sync completed" in synced.log


def test_a_scope_that_is_missing_ends_one_stream_and_not_the_sync(
    sandbox: SandboxThread, tmp_path: Path
) -> None:
    program = tap(sandbox, tmp_path)
    catalog = program.discover()
    scopes = "crm.objects.owners.read crm.schemas.custom.read crm.objects.custom.read"
    switch(sandbox, private_app_scopes=scopes)

    synced = program.sync(catalog, ["owners", "forms", "campaigns"])

    assert synced.counts() == {"owners": 7}
    assert "MISSING_SCOPES" in synced.log
