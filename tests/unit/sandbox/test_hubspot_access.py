"""Signing in, scopes, limits and named faults of the simulated HubSpot."""

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest
from hubspot_account import Account

BACK = "http://localhost:8700/back"
TASKS = "/crm/v3/objects/tasks"


@pytest.fixture
def account():
    return Account()


def authorize_query(account, **more):
    return {
        "client_id": account.state.client_id,
        "redirect_uri": BACK,
        "scope": "crm.objects.contacts.read oauth",
        "state": "s1",
        **more,
    }


async def code_for(account, **more):
    reply = await account.call(
        "POST",
        "/oauth/authorize",
        query=authorize_query(account, **more),
        form={"decision": "allow"},
    )
    assert reply.status == 302, reply.content
    return parse_qs(urlsplit(reply.headers["location"]).query)["code"][0]


def exchange(account, **more):
    return {
        "grant_type": "authorization_code",
        "client_id": account.state.client_id,
        "client_secret": account.state.client_secret,
        "redirect_uri": BACK,
        **more,
    }


async def tokens_for(account, **more):
    code = await code_for(account, **more)
    return (await account.call("POST", "/oauth/v3/token", form=exchange(account, code=code))).body


async def test_a_person_allows_or_refuses_an_app(account):
    page = await account.call("GET", "/oauth/authorize", query=authorize_query(account))
    assert page.headers["content-type"].startswith("text/html")
    assert b"crm.objects.contacts.read" in page.content
    refused = await account.call(
        "POST", "/oauth/authorize", query=authorize_query(account), form={"decision": "refuse"}
    )
    back = parse_qs(urlsplit(refused.headers["location"]).query)
    assert (back["error"], back["state"]) == (["access_denied"], ["s1"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "x"},
        {"redirect_uri": "http://example.com/"},
        {"redirect_uri": "https://192.0.2.1/"},
        {"scope": "everything"},
        {"code_challenge": "x", "code_challenge_method": "plain"},
    ],
)
async def test_an_address_that_cannot_work_is_explained_on_a_page(account, wrong):
    page = await account.call("GET", "/oauth/authorize", query=authorize_query(account, **wrong))
    assert (page.status, b"cannot be connected" in page.content) == (400, True)


async def test_the_page_of_one_account_and_an_https_address(account):
    query = authorize_query(account, redirect_uri="https://tandem.example/back")
    assert (await account.call("GET", "/oauth/147000000/authorize", query=query)).status == 200


async def test_a_code_becomes_tokens_once(account):
    code = await code_for(account)
    made = await account.call("POST", "/oauth/v3/token", form=exchange(account, code=code))
    assert made.status == 200
    assert made.body["expires_in"] == 1800
    assert made.body["hub_id"] == 147_000_000
    assert made.body["scopes"] == ["crm.objects.contacts.read", "oauth"]
    again = await account.call("POST", "/oauth/v3/token", form=exchange(account, code=code))
    assert (again.status, again.body["status"]) == (400, "BAD_AUTH_CODE")
    assert again.body["error"] == "invalid_grant"


async def test_a_code_is_good_for_a_minute(account):
    code = await code_for(account)
    account.settle(61)
    reply = await account.call("POST", "/oauth/v3/token", form=exchange(account, code=code))
    assert reply.body["status"] == "BAD_AUTH_CODE"


async def test_a_challenge_asks_for_its_verifier(account):
    verifier = "v" * 50
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    code = await code_for(account, code_challenge=challenge, code_challenge_method="S256")
    wrong = exchange(account, code=code, code_verifier="x")
    assert (await account.call("POST", "/oauth/v3/token", form=wrong)).body[
        "status"
    ] == "BAD_CODE_VERIFIER"
    code = await code_for(account, code_challenge=challenge)
    right = exchange(account, code=code, code_verifier=verifier)
    assert (await account.call("POST", "/oauth/v3/token", form=right)).status == 200


@pytest.mark.parametrize("path", ["/oauth/v1/token", "/oauth/v3/token", "/oauth/2026-03/token"])
async def test_tokens_are_refreshed_by_form_or_json(account, path):
    form = exchange(account, grant_type="refresh_token", refresh_token=account.state.refresh_token)
    for given in ({"form": form}, {"body": form}):
        reply = await account.call("POST", path, **given)
        assert reply.status == 200
        assert reply.body["refresh_token"] == account.state.refresh_token


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"client_id": "x"}, "BAD_CLIENT_ID"),
        ({"client_secret": "x"}, "BAD_CLIENT_SECRET"),
        ({"grant_type": "password"}, "BAD_GRANT_TYPE"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "BAD_REFRESH_TOKEN"),
        ({"grant_type": "client_credentials", "scope": "forms"}, "BAD_SCOPES"),
    ],
)
async def test_a_token_request_that_fails_says_why(account, change, status):
    reply = await account.call("POST", "/oauth/v3/token", form=exchange(account, **change))
    assert (reply.status, reply.body["status"]) == (400, status)
    assert reply.body["error_description"] == reply.body["message"]


async def test_a_code_belongs_to_its_redirect_address(account):
    code = await code_for(account)
    form = exchange(account, code=code, redirect_uri="http://localhost/other")
    assert (await account.call("POST", "/oauth/v3/token", form=form)).body[
        "status"
    ] == "BAD_REDIRECT_URI"


@pytest.mark.parametrize("rotates", [False, True])
async def test_a_refresh_may_rotate_the_refresh_token(rotates):
    account = Account(refresh_token_rotation=rotates)
    first = account.state.refresh_token
    form = exchange(account, grant_type="refresh_token", refresh_token=first)
    second = (await account.call("POST", "/oauth/v3/token", form=form)).body["refresh_token"]
    assert (second != first) is rotates
    assert (await account.call("POST", "/oauth/v3/token", form=form)).status == (
        400 if rotates else 200
    )


async def test_client_credentials_give_a_journal_token(account):
    scope = "developer.webhooks_journal.read"
    form = exchange(account, grant_type="client_credentials", scope=scope)
    made = (await account.call("POST", "/oauth/2026-03/token", form=form)).body
    assert ("refresh_token" in made, made["scopes"]) == (False, [scope])


async def test_an_access_token_expires(account):
    account.token = (await tokens_for(account))["access_token"]
    assert (await account.get(TASKS)).status == 200
    account.settle(1800)
    reply = await account.get(TASKS)
    assert (reply.status, reply.body["category"]) == (401, "EXPIRED_AUTHENTICATION")
    assert "0 second(s) ago" in reply.body["message"]


@pytest.mark.parametrize("token", [None, "", "pat-na1-unknown"])
async def test_without_a_token_that_is_known_nothing_is_answered(account, token):
    account.token = token
    reply = await account.get(TASKS)
    assert (reply.status, reply.body["category"]) == (401, "INVALID_AUTHENTICATION")


async def test_tokens_are_introspected_and_revoked(account):
    tokens = await tokens_for(account)
    for value, use in (
        (tokens["access_token"], "access_token"),
        (tokens["refresh_token"], "refresh_token"),
    ):
        told = await account.call("POST", "/oauth/v3/token/introspect", form={"token": value})
        assert (told.body["active"], told.body["token_use"]) == (True, use)
    v1 = await account.get(f"/oauth/v1/access-tokens/{tokens['access_token']}")
    assert v1.body["hub_id"] == 147_000_000
    path = f"/oauth/v1/refresh-tokens/{tokens['refresh_token']}"
    assert (await account.get(path)).body["client_id"] == account.state.client_id
    await account.call("POST", "/oauth/v3/token/revoke", form={"token": tokens["refresh_token"]})
    assert (await account.get(path)).status == 404
    told = await account.call(
        "POST", "/oauth/v3/token/introspect", form={"token": tokens["refresh_token"]}
    )
    assert told.body == {"active": False}


@pytest.mark.parametrize(("ends", "status"), [(False, 200), (True, 401)])
async def test_whether_revoking_ends_living_access_tokens_is_a_switch(ends, status):
    account = Account(revoking_ends_access=ends)
    tokens = await tokens_for(account)
    await account.call("DELETE", f"/oauth/v1/refresh-tokens/{tokens['refresh_token']}")
    account.token = tokens["access_token"]
    assert (await account.get(TASKS)).status == status


async def test_an_uninstalled_app_has_no_tokens(account):
    account.token = (await tokens_for(account))["access_token"]
    assert (await account.call("DELETE", "/appinstalls/2026-03/external-install")).status == 204
    assert (await account.get(TASKS)).status == 401


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", TASKS, "crm.objects.contacts.read"),
        ("POST", TASKS, "crm.objects.contacts.write"),
        ("GET", "/crm/v3/objects/deals", "crm.objects.deals.read"),
        ("GET", "/crm/v3/owners", "crm.objects.owners.read"),
        ("GET", "/marketing/v3/forms", "forms"),
        ("GET", "/email/public/v1/events", "content"),
        ("GET", "/files/v3/files/1", "files"),
        ("POST", "/crm/v3/lists/search", "crm.lists.read"),
        ("GET", "/marketing/v3/marketing-events", "crm.objects.marketing_events.read"),
    ],
)
async def test_a_call_without_its_scope_names_it(method, path, scope):
    account = Account(private_app_scopes="oauth")
    reply = await account.call(method, path, {} if method == "POST" else None)
    assert (reply.status, reply.body["category"]) == (403, "MISSING_SCOPES")
    assert scope in reply.body["errors"][0]["context"]["requiredGranularScopes"]
    account.world.switches.set({"private_app_scopes": f"oauth {scope}"})
    assert (await account.call(method, path, {} if method == "POST" else None)).status != 403


async def test_any_token_may_ask_about_the_account():
    account = Account(private_app_scopes="")
    assert (await account.get("/account-info/v3/details")).status == 200


async def test_the_rolling_limit_counts_ten_seconds():
    account = Account(limits="real", tier="free")
    for left in range(99, -1, -1):
        reply = await account.get("/crm/v3/owners")
        assert reply.headers["x-hubspot-ratelimit-remaining"] == str(left)
    refused = await account.get("/crm/v3/owners")
    assert refused.status == 429
    assert refused.body["message"] == "You have reached your ten_secondly_rolling limit."
    assert refused.body["errorType"] == "RATE_LIMIT"
    assert refused.body["policyName"] == "TEN_SECONDLY_ROLLING"
    assert "category" not in refused.body
    assert refused.headers["retry-after"] == "10"
    account.settle(10)
    reply = await account.get("/crm/v3/owners")
    assert reply.status == 200
    assert reply.headers["x-hubspot-ratelimit-max"] == "100"
    assert reply.headers["x-hubspot-ratelimit-interval-milliseconds"] == "10000"
    assert reply.headers["x-hubspot-ratelimit-daily-remaining"] == str(250_000 - 101)


@pytest.mark.parametrize(
    ("switches", "path", "expected"),
    [
        ({"tier": "professional"}, "/crm/v3/owners", "190"),
        ({"api_limit_increase": True}, "/crm/v3/owners", "250"),
        ({"tier": "free"}, "/crm/v4/objects/tasks/1/associations/contacts", "100"),
        ({}, "/crm/v4/objects/tasks/1/associations/contacts", "150"),
        ({"api_limit_increase": True}, "/crm/v4/associations/tasks/contacts/labels", "200"),
    ],
)
async def test_limits_follow_tier_and_family(switches, path, expected):
    account = Account(limits="real", **switches)
    assert (await account.get(path)).headers["x-hubspot-ratelimit-max"] == expected


async def test_an_oauth_app_has_its_own_limit_and_no_daily_headers():
    account = Account(limits="real")
    account.token = (await tokens_for(account))["access_token"]
    headers = (await account.get(TASKS)).headers
    assert headers["x-hubspot-ratelimit-max"] == "110"
    assert "x-hubspot-ratelimit-daily" not in headers


async def test_search_has_five_a_second_for_the_whole_account():
    account = Account(limits="real")
    private, tokens = account.token, await tokens_for(account)
    for number in range(5):
        account.token = private if number % 2 else tokens["access_token"]
        reply = await account.search()
        assert reply.status == 200
        assert not [name for name in reply.headers if "ratelimit" in name]
    refused = await account.search()
    assert refused.body["message"] == "You have reached your secondly limit."
    assert refused.body["policyName"] == "SECONDLY"
    account.settle(1)
    assert (await account.search()).status == 200


async def test_the_daily_limit_ends_at_midnight_in_the_accounts_zone():
    account = Account(limits="real", daily_limit=2)
    assert [(await account.get("/crm/v3/owners")).status for _ in range(3)] == [200, 200, 429]
    refused = await account.get("/crm/v3/owners")
    assert refused.body["policyName"] == "DAILY"
    # Noon in UTC is 21:00 in Tokyo: midnight is three hours away.
    assert refused.headers["retry-after"] == str(3 * 3600)
    account.settle(3 * 3600)
    assert (await account.get("/crm/v3/owners")).status == 200


async def test_the_account_tells_what_was_used_today():
    account = Account(limits="real")
    await account.get("/crm/v3/owners")
    usage = await account.get("/account-info/v3/api-usage/daily/private-apps")
    assert usage.results[0]["currentUsage"] == 2
    assert usage.results[0]["usageLimit"] == 625_000
    assert usage.results[0]["resetsAt"] == "2026-11-20T15:00:00.000Z"


async def test_retry_after_may_be_missing():
    account = Account(limits="real", retry_after_on_429=False)
    for _ in range(6):
        reply = await account.search()
    assert "retry-after" not in reply.headers


async def test_without_limits_nothing_is_counted(account):
    for _ in range(300):
        reply = await account.search()
    assert (reply.status, "x-hubspot-ratelimit-max" in reply.headers) == (200, False)


@pytest.mark.parametrize(
    ("rule", "status", "header"),
    [
        ({"kind": "migrating", "seconds": 30}, 477, ("retry-after", "30")),
        ({"kind": "rate_limited", "policy": "SECONDLY"}, 429, None),
        ({"kind": "locked"}, 423, None),
        ({"kind": "reject_record", "text": "*bad*"}, 400, None),
    ],
)
async def test_named_faults_strike_a_write(account, rule, status, header):
    made = await account.task()
    account.state.faults.arm(rule)
    path, patch = f"{TASKS}/{made['id']}", {"properties": {"hs_task_subject": "bad"}}
    reply = await account.call("PATCH", path, patch)
    assert reply.status == status
    if header:
        assert reply.headers[header[0]] == header[1]
    assert (await account.call("PATCH", path, patch)).status == 200


async def test_one_record_of_a_batch_can_be_locked_or_left_out(account):
    made = [(await account.task())["id"] for _ in range(2)]
    account.state.faults.arm({"kind": "locked", "object": "tasks", "id": made[1]})
    rows = [
        {"id": each, "objectWriteTraceId": each, "properties": {"hs_task_subject": "x"}}
        for each in made
    ]
    reply = await account.post(f"{TASKS}/batch/update", {"inputs": rows})
    assert (reply.status, reply.body["errors"][0]["category"]) == (207, "LOCKED")
    account.state.faults.arm({"kind": "partial_batch", "count": 1})
    reply = await account.post(f"{TASKS}/batch/update", {"inputs": rows})
    assert [each["id"] for each in reply.results] == made[:1]


async def test_tokens_can_be_made_to_expire_at_a_request(account):
    account.token = (await tokens_for(account))["access_token"]
    account.state.faults.arm({"kind": "expire_tokens", "path": "/crm/*", "skip": 1})
    assert (await account.get(TASKS)).status == 200
    assert (await account.get(TASKS)).status == 401


async def test_a_long_address_is_414(account):
    reply = await account.get(TASKS, properties="x" * 16_000)
    assert reply.status == 414


async def test_unknown_addresses_and_methods_are_answered_as_the_vendor_does(account):
    for path in ("/crm/v5/objects/tasks", "/crm/objects/2025-01/tasks", "/"):
        reply = await account.get(path)
        assert (reply.status, reply.body["category"]) == (404, "OBJECT_NOT_FOUND")
        assert reply.body["correlationId"] == reply.headers["x-hubspot-correlation-id"]
    assert (await account.call("PUT", TASKS)).status == 405
