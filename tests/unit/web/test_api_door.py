"""Who may use the API, in which words it refuses, and the pages where tokens are made."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from tests.support.api import ONE, Program
from tests.support.web import Web

from tandem.errors import (
    AccessLost,
    AlreadyRunning,
    BudgetSpent,
    LeaseLost,
    RateLimited,
    Rejected,
    StoreError,
)
from tandem.i18n import LANGUAGES, Messages
from tandem.model import Side
from tandem.store.members import Role
from tandem.web.api.description import describe
from tandem.web.api.door import WRONG_TRIES
from tandem.web.api.operation import Operation
from tandem.web.api.operations import OPERATIONS
from tandem.web.api.problem import Code, problem_answer, trouble_of
from tandem.web.passwords import LOCKED_FOR

VALUES = {"{connection}": "1", "{run}": "1", "{conflict}": "1", "{owner}": "1"}


def path_of(each: Operation) -> str:
    path = each.path
    for name, value in VALUES.items():
        path = path.replace(name, value)
    return path


def anonymous(web: Web, **headers: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=web.app),
        base_url="http://localhost:8800",
        headers=headers,
    )


# --------------------------------------------------------------------------- who may


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", "tandem_abc"])
async def test_without_a_bearer_token_nobody_comes_in(connected: Web, header: str) -> None:
    for each in OPERATIONS:
        answer = await anonymous(connected, authorization=header).request(
            each.method, path_of(each)
        )
        assert (answer.status_code, answer.headers["www-authenticate"]) == (
            401,
            'Bearer realm="Tandem"',
        )
        assert answer.json()["type"] == "urn:tandem:problem:no-token"


async def test_a_browser_that_is_signed_in_is_nobody_to_the_api(connected: Web) -> None:
    """So that no page elsewhere can change anything through it."""
    browser = await connected.signed_in()

    assert (await browser.get("/api/v1/connections")).status_code == 401
    assert (await browser.client.post(f"{ONE}/runs", json={})).status_code == 401


async def test_a_viewers_token_can_look_at_everything_and_change_nothing(connected: Web) -> None:
    robot = Program(connected, Role.VIEWER)
    for each in OPERATIONS:
        answer = await robot.client.request(each.method, path_of(each), json={})
        if each.role is Role.ADMIN:
            assert answer.status_code == 403, each.id
            assert "insufficient_scope" in answer.headers["www-authenticate"]
        else:
            assert answer.status_code not in (401, 403), each.id

    assert connected.tandem.store.for_connection(1).runs() == []


def test_whatever_changes_something_is_the_administrators() -> None:
    """Besides GET, a viewer may ask only what answers without a trace."""
    asked = {each.id for each in OPERATIONS if each.method != "GET" and each.role is Role.VIEWER}

    assert asked == {"compare_settings", "run_report"}


async def test_a_token_that_has_expired_or_was_revoked_is_not_let_in(connected: Web) -> None:
    short, other = Program(connected, lives=timedelta(hours=1)), Program(connected)
    await short.get("/api/v1/token")
    connected.running.advance(3_600)
    problem = await short.get("/api/v1/token", status=401)
    assert problem["type"] == "urn:tandem:problem:bad-token"
    browser = await connected.signed_in()
    await browser.get("/api/tokens")
    await browser.send(f"/api/tokens/{other.token.id}/revoke")

    await other.get("/api/v1/token", status=401)


async def test_whoever_tries_wrong_tokens_is_locked_out_for_a_while(connected: Web) -> None:
    robot, stranger = Program(connected), anonymous(connected, authorization="Bearer wrong")
    for _ in range(WRONG_TRIES):
        assert (await stranger.get("/api/v1/token")).status_code == 401
    answer = await stranger.get("/api/v1/token")
    assert (answer.status_code, answer.json()["type"]) == (429, "urn:tandem:problem:locked-out")
    assert int(answer.headers["retry-after"]) == LOCKED_FOR.total_seconds()
    # From one address nobody comes in, as when signing in: a good token is not told from a bad one.
    await robot.get("/api/v1/token", status=429)
    connected.running.advance(LOCKED_FOR.total_seconds() + 1)

    assert (await robot.get("/api/v1/token"))["name"] == "robot"
    noted = [each.action for each in connected.tandem.store.audit(0)]
    assert noted.count("api_locked_out") == 1


# --------------------------------------------------------------------------- what is wrong with a request


@pytest.mark.parametrize(
    ("method", "path", "given", "status", "code"),
    [
        ("GET", "/nothing", {}, 404, "not-found"),
        ("GET", "/connections/1/", {}, 404, "not-found"),
        ("PATCH", "/connections/1", {}, 405, "method"),
        ("POST", "/openapi.json", {}, 405, "method"),
        ("GET", "/connections/1/runs", {"params": {"limit": "0"}}, 400, "invalid"),
        ("GET", "/connections/1/runs", {"params": {"limit": "many"}}, 400, "invalid"),
        ("GET", "/connections/1/runs", {"params": {"limits": "5"}}, 400, "invalid"),
        (
            "GET",
            "/connections/1/runs",
            {"params": [("limit", "5"), ("limit", "6")]},
            400,
            "invalid",
        ),
        ("GET", "/connections/1/runs", {"params": {"cursor": "!"}}, 422, "cursor"),
        ("GET", "/connections/1/runs", {"params": {"cursor": "YWJj"}}, 422, "cursor"),
        ("GET", "/connections/1/conflicts", {"params": {"everything": "1"}}, 400, "invalid"),
        ("GET", "/connections/1/explain", {"params": {"q": "a\0b"}}, 400, "invalid"),
        ("GET", "/connections", {"params": {"limit": "5"}}, 400, "invalid"),
        ("POST", "/connections/1/runs", {"content": b"{}"}, 415, "media-type"),
        ("POST", "/connections/1/runs", {"json": []}, 400, "invalid"),
        ("POST", "/connections/1/runs", {"json": {"dry": True}}, 400, "invalid"),
        ("POST", "/connections/1/runs", {"json": {"dry_run": "yes"}}, 400, "invalid"),
    ],
)
async def test_a_wrong_request_is_told_what_is_wrong_with_it(
    connected: Web, method: str, path: str, given: dict[str, Any], status: int, code: str
) -> None:
    answer = await Program(connected).client.request(method, f"/api/v1{path}", **given)
    problem = answer.json()

    assert (answer.status_code, problem["status"]) == (status, status)
    assert (problem["type"], problem["code"]) == (f"urn:tandem:problem:{code}", code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert all(problem[part] for part in ("title", "detail", "remedy"))
    assert ("allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize(
    ("body", "status"), [(b"{", 400), (b"\xff", 400), (b"[" * 100_000, 400), (b" " * 2**21, 413)]
)
async def test_a_body_that_is_no_json_or_too_large_is_refused(
    connected: Web, body: bytes, status: int
) -> None:
    headers = {"content-type": "application/json"}
    answer = await Program(connected).client.post(f"{ONE}/runs", content=body, headers=headers)

    assert answer.status_code == status


async def test_head_is_answered_as_get(connected: Web) -> None:
    assert (await Program(connected).client.head("/api/v1/token")).status_code == 200


async def test_a_bug_tells_the_caller_nothing_of_itself(connected: Web) -> None:
    connected.tandem.looking = "nobody can look with this"  # type: ignore[assignment]
    problem = await Program(connected).get(f"{ONE}/explain", q="12345", status=500)

    assert problem["type"] == "urn:tandem:problem:broken"
    assert "look" not in str(problem["detail"])


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (AlreadyRunning("x"), Code.BUSY),
        (BudgetSpent("x"), Code.LATER),
        (StoreError("x"), Code.STORE),
        (LeaseLost("x"), Code.REFUSED),
        (AccessLost("x", side=Side.HUBSPOT, operation="read"), Code.ACCESS_LOST),
        (Rejected("x", side=Side.HUBSPOT, operation="read"), Code.CRM),
        (RateLimited("x", side=Side.HUBSPOT, operation="read", seconds=7), Code.LATER),
    ],
)
def test_every_error_of_tandem_is_a_problem_with_a_remedy(error: Any, code: Code) -> None:
    trouble = trouble_of(error)
    answer = problem_answer(trouble, Messages("en"))

    assert (trouble.code, answer.status_code) == (code, code.status)
    if isinstance(error, RateLimited):
        assert answer.headers["retry-after"] == "7"


async def test_problems_are_told_in_the_callers_language(connected: Web) -> None:
    problem = await Program(connected, language="ja").get("/api/v1/nothing", status=404)

    assert (problem["title"], problem["type"]) == (
        "見つかりません",
        "urn:tandem:problem:not-found",
    )


async def test_what_the_engine_refuses_is_told_in_the_callers_language_too(connected: Web) -> None:
    english = await Program(connected).get("/api/v1/connections/7", status=404)
    japanese = await Program(connected, language="ja").get("/api/v1/connections/7", status=404)

    assert (english["code"], japanese["code"]) == ("not-found", "not-found")
    assert english["detail"].startswith("There is no connection ")
    assert japanese["detail"].startswith("接続")


async def test_what_is_wrong_with_a_body_is_told_in_japanese(connected: Web) -> None:
    robot = Program(connected, language="ja")
    typed = await robot.post(f"{ONE}/runs", {"dry_run": "yes"}, status=400)
    unknown = await robot.get(f"{ONE}/runs", status=400, limits="5")

    assert typed["detail"] == "`$.dry_run`: `str` ではなく `bool` を指定してください"
    assert unknown["detail"].startswith("'limits' というパラメーターはありません")


# --------------------------------------------------------------------------- the description


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_in_the_description_has_its_words(language: str) -> None:
    told = describe(OPERATIONS, Messages(language), "/tandem")

    assert told["servers"] == [{"url": "/tandem"}]
    assert len({each.id for each in OPERATIONS}) == len(OPERATIONS)
    assert sum(len(each) for each in told["paths"].values()) == len(OPERATIONS)
    for code in Code:
        assert Messages(language)(f"web.api.remedy.{code.word}")


async def test_the_page_shows_every_operation_type_and_refusal(connected: Web) -> None:
    browser = await connected.signed_in(role=Role.VIEWER)
    await browser.get("/api")
    missing = [each.id for each in OPERATIONS if f'id="{each.id}"' not in browser.page]

    assert missing == []
    assert "/api/v1/openapi.json" in browser.page
    assert set(re.findall(r'href="#([\w-]+)"', browser.page)) - {"main"} <= set(
        re.findall(r'id="([\w-]+)"', browser.page)
    )


# --------------------------------------------------------------------------- the page of tokens


async def test_a_token_is_shown_once_and_works(connected: Web) -> None:
    browser = await connected.signed_in()
    await browser.get("/api/tokens")
    await browser.send("days", to="/api/tokens", name="<b>nightly", role="viewer", days="30")
    [secret] = re.findall(r"data-token>(tandem_[\w-]+)<", browser.page)
    assert "<b>nightly" not in browser.page
    client = anonymous(connected, authorization=f"Bearer {secret}")
    told = (await client.get("/api/v1/token")).json()
    assert (told["name"], told["role"]) == ("<b>nightly", "viewer")
    await browser.get("/api/tokens")

    assert secret not in browser.page
    assert secret[:11] in browser.page
    assert "ann@example.com" in browser.page
    assert [each.action for each in connected.tandem.store.audit(0)] == ["token_made"]
    assert secret not in connected.tandem.store.audit(0)[0].detail


async def test_a_token_without_a_name_is_not_made(connected: Web) -> None:
    browser = await connected.signed_in()
    await browser.get("/api/tokens")
    answer = await browser.send("days", to="/api/tokens", name=" ", days="")

    assert answer.status_code == 422
    assert "There is no token yet" in browser.page


async def test_a_revoked_token_is_void_and_gone(connected: Web) -> None:
    robot, browser = Program(connected), await connected.signed_in()
    await browser.get("/api/tokens")
    action, _ = browser.form("/revoke")
    await browser.follow(await browser.send("/revoke"))
    assert "is void" in browser.page
    await browser.get("/api/tokens")
    again = await browser.send("days", to=action)

    assert again.status_code == 404
    await robot.get("/api/v1/token", status=401)
    assert connected.tandem.store.audit(0)[0].detail == "1 robot"


async def test_tokens_are_the_administrators(connected: Web) -> None:
    browser = await connected.signed_in(role=Role.VIEWER)

    assert (await browser.get("/api/tokens")).status_code == 403
    assert (await browser.client.post("/api/tokens", data={"name": "x"})).status_code == 403
    assert "/api/tokens" not in (await browser.get("/api")).text
