"""Coming in: by the first link, by invitation, by password."""

from datetime import timedelta

import pytest
from tests.support.web import PASSWORD, Browser, Web

from tandem.store.web import Purpose, Role
from tandem.web import WebSettings, first_link
from tandem.web.start.form import local_path


async def _sign_in(browser: Browser, email: str, password: str, path: str = "/sign-in"):  # type: ignore[no-untyped-def]
    await browser.get(path)
    return await browser.send("password", email=email, password=password)


def _first(web: Web) -> str:
    link = first_link(web.tandem, WebSettings())
    assert link is not None
    return link.removeprefix("http://localhost:8800")


async def _join(browser: Browser, path: str, **changes: str):  # type: ignore[no-untyped-def]
    given = {"password": PASSWORD, "again": PASSWORD, **changes}
    return await browser.send("again", to=path, **given)


async def test_the_first_link_makes_the_administrator_once(web: Web) -> None:
    path = _first(web)
    browser = web.browser()
    await browser.get(path)
    answer = await _join(browser, path, email="Ann@Example.com ", name="Ann")
    await browser.follow(answer)

    assert [(each.email, each.role) for each in web.members.members()] == [
        ("ann@example.com", Role.ADMIN)
    ]
    assert (await browser.get("/connected-apps")).status_code == 200
    assert (await web.browser().get(path)).status_code == 410
    assert first_link(web.tandem, WebSettings()) is None


async def test_a_newer_first_link_makes_the_older_one_void(web: Web) -> None:
    old, new = _first(web), _first(web)

    assert (await web.browser().get(old)).status_code == 410
    assert (await web.browser().get(new)).status_code == 200


async def test_the_first_link_ends_after_a_day(web: Web) -> None:
    path = _first(web)
    web.running.advance(timedelta(hours=25).total_seconds())

    assert (await web.browser().get(path)).status_code == 410


async def test_of_two_browsers_with_the_first_link_one_gets_in(web: Web) -> None:
    path = _first(web)
    one, other = web.browser(), web.browser()
    await one.get(path)
    await other.get(path)
    await _join(one, path, email="ann@example.com", name="Ann")
    answer = await _join(other, path, email="eve@example.com", name="Eve")

    assert answer.status_code == 410
    assert len(web.members.members()) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"email": "nobody"}, "Enter an e-mail address"),
        ({"name": " "}, "Enter a name"),
        ({"password": "short", "again": "short"}, "at least 12 characters"),
        ({"again": "something else"}, "differ"),
        ({"password": "aaaaaaaaaaaaaa", "again": "aaaaaaaaaaaaaa"}, "guessed too easily"),
        ({"password": "x" * 2_000, "again": "x" * 2_000}, "at least 12 characters"),
    ],
)
async def test_what_cannot_be_taken_is_said_and_the_link_stays_good(
    web: Web, changes: dict[str, str], said: str
) -> None:
    path = _first(web)
    browser = web.browser()
    await browser.get(path)
    good = {"email": "ann@example.com", "name": "Ann"}
    answer = await _join(browser, path, **{**good, **changes})

    assert answer.status_code == 422
    assert said in answer.text
    assert web.members.members() == []
    assert (await _join(browser, path, **good)).status_code == 303


async def test_before_there_is_anybody_the_pages_say_how_to_begin(web: Web) -> None:
    answer = await web.browser(language="ja").get("/")

    assert answer.status_code == 403
    assert "tandem serve" in answer.text


async def test_signing_in_leads_to_the_page_that_was_wanted(web: Web) -> None:
    web.member("ann@example.com")
    browser = web.browser()
    answer = await browser.get("/people")
    await browser.follow(answer)
    answer = await browser.send("password", email="ANN@example.com", password=PASSWORD)

    assert answer.headers["location"] == "/people"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


async def test_a_wrong_password_and_a_wrong_name_are_told_alike(web: Web) -> None:
    web.member("ann@example.com")
    browser = web.browser()
    wrong_password = await _sign_in(browser, "ann@example.com", "wrong horse battery")
    wrong_name = await _sign_in(browser, "eve@example.com", PASSWORD)

    assert wrong_password.status_code == wrong_name.status_code == 422
    assert "or the password is wrong" in wrong_password.text
    assert "or the password is wrong" in wrong_name.text


async def test_after_five_failures_even_the_right_password_waits(web: Web) -> None:
    web.member("ann@example.com")
    browser = web.browser()
    for _ in range(5):
        await _sign_in(browser, "ann@example.com", "wrong horse battery")
    locked = await _sign_in(browser, "ann@example.com", PASSWORD)
    web.running.advance(timedelta(minutes=16).total_seconds())
    later = await _sign_in(browser, "ann@example.com", PASSWORD)

    assert locked.status_code == 429
    assert "15 minutes" in locked.text
    assert later.status_code == 303


async def test_one_address_that_tries_many_names_is_locked_out(web: Web) -> None:
    web.member("ann@example.com")
    browser = web.browser()
    for number in range(30):
        await _sign_in(browser, f"guess{number}@example.com", PASSWORD)

    assert (await _sign_in(browser, "ann@example.com", PASSWORD)).status_code == 429


async def test_success_forgets_ones_own_failures(web: Web) -> None:
    web.member("ann@example.com")
    for _ in range(3):
        browser = web.browser()
        for _ in range(4):
            await _sign_in(browser, "ann@example.com", "wrong horse battery")
        assert (await _sign_in(browser, "ann@example.com", PASSWORD)).status_code == 303


async def test_signing_out_ends_the_session_on_the_server(web: Web) -> None:
    browser = await web.signed_in()
    token = browser.client.cookies["tandem_session"]
    await browser.get("/people")
    await browser.send("/sign-out")
    browser.client.cookies.set("tandem_session", token)

    assert (await browser.get("/people")).headers["location"].startswith("/sign-in")


async def test_a_session_ends_by_resting_and_by_age(web: Web) -> None:
    rests = await web.signed_in()
    web.running.advance(timedelta(days=4).total_seconds())
    assert (await rests.get("/people")).status_code == 303

    used = await web.signed_in("bob@example.com")
    assert (await used.get("/people")).status_code == 200
    web.running.advance(timedelta(hours=25).total_seconds())
    assert (await used.get("/people")).status_code == 303


async def test_the_session_token_is_new_after_signing_in_and_kept_as_a_hash(web: Web) -> None:
    web.member("ann@example.com")
    browser = web.browser()
    browser.client.cookies.set("tandem_session", "chosen-by-somebody-else")
    answer = await _sign_in(browser, "ann@example.com", PASSWORD)
    token = answer.headers["set-cookie"].split("tandem_session=")[1].split(";")[0]

    assert token != "chosen-by-somebody-else"
    assert token not in repr(web.members.sessions(1))


async def test_a_link_for_a_new_password_signs_out_everywhere(web: Web) -> None:
    browser = await web.signed_in()
    token = web.members.make_link(
        Purpose.PASSWORD, "ann@example.com", Role.ADMIN, timedelta(hours=1)
    )
    other = web.browser()
    await other.get(f"/start/{token}")
    new = "another horse battery"
    answer = await other.send("again", to=f"/start/{token}", password=new, again=new)

    assert answer.status_code == 303
    assert (await browser.get("/people")).status_code == 303
    assert (await _sign_in(web.browser(), "ann@example.com", new)).status_code == 303


@pytest.mark.parametrize(
    "given",
    ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:x", "", "/a\nb", "x"],
)
def test_nobody_is_sent_to_another_site_after_signing_in(given: str) -> None:
    assert local_path(given) == "/"


def test_a_page_of_the_app_is_gone_back_to() -> None:
    assert local_path("/people?lang=ja") == "/people?lang=ja"
