"""Inviting, changing and removing people; one's own account."""

import html
import re
from datetime import timedelta

from tests.support.web import PASSWORD, Web

from tandem.store.web import Purpose, Role


async def test_an_invitation_makes_a_member_of_that_role(web: Web) -> None:
    ann = await web.signed_in()
    await ann.get("/people")
    await ann.send("/people/invite", email="Bob@example.com", role="viewer")
    [link] = re.findall(r"http://localhost:8800(/start/[\w-]+)", ann.page)
    bob = web.browser()
    await bob.get(link)
    assert "bob@example.com" in bob.page
    answer = await bob.send("again", to=link, name="Bob", password=PASSWORD, again=PASSWORD)

    assert answer.status_code == 303
    assert {each.email: each.role for each in web.members.members()}["bob@example.com"] is (
        Role.VIEWER
    )
    assert (await web.browser().get(link)).status_code == 410


async def test_a_withdrawn_invitation_is_void(web: Web) -> None:
    ann = await web.signed_in()
    await ann.get("/people")
    await ann.send("/people/invite", email="bob@example.com")
    [link] = re.findall(r"http://localhost:8800(/start/[\w-]+)", ann.page)
    await ann.get("/people")
    await ann.send("/people/withdraw")

    assert (await web.browser().get(link)).status_code == 410


async def test_whoever_has_an_account_is_not_invited_again(web: Web) -> None:
    ann = await web.signed_in()
    await ann.get("/people")
    answer = await ann.send("/people/invite", email="ann@example.com")

    assert answer.status_code == 422
    assert "has an account already" in answer.text


async def test_a_new_role_counts_at_once(web: Web) -> None:
    ann = await web.signed_in()
    bob = await web.signed_in("bob@example.com", Role.VIEWER)
    assert (await bob.get("/people/audit")).status_code == 403
    await ann.get("/people")
    await ann.send("/people/2/role", role="admin")

    assert (await bob.get("/people/audit")).status_code == 200


async def test_whoever_is_removed_is_signed_out(web: Web) -> None:
    ann = await web.signed_in()
    bob = await web.signed_in("bob@example.com")
    await ann.get("/people")
    await ann.send("/people/2/remove")

    assert (await bob.get("/people")).status_code == 303
    assert (await ann.get("/people")).text.count("bob@example.com") == 1  # the sentence about it


async def test_the_last_administrator_stays(web: Web) -> None:
    ann = await web.signed_in()
    await web.signed_in("bob@example.com", Role.VIEWER)
    for change, extra in (("remove", {}), ("role", {"role": "viewer"})):
        await ann.get("/people")
        answer = await ann.send(f"/people/1/{change}", **extra)

        assert answer.status_code == 422
        assert "There must be an administrator" in answer.text
    assert web.members.member(1) is not None


async def test_changing_the_password_needs_the_present_one(web: Web) -> None:
    ann = await web.signed_in()
    new = "another horse battery"
    await ann.get("/account")
    wrong = await ann.send("/account/password", current="wrong", password=new, again=new)
    await ann.get("/account")
    right = await ann.send("/account/password", current=PASSWORD, password=new, again=new)

    assert wrong.status_code == 422
    assert right.status_code == 303


async def test_signing_out_everywhere_else_leaves_only_this_browser(web: Web) -> None:
    ann = await web.signed_in()
    other = web.browser()
    await other.get("/sign-in")
    await other.send("password", email="ann@example.com", password=PASSWORD)
    assert (await other.get("/people")).status_code == 200
    await ann.get("/account")
    await ann.follow(await ann.send("/account/sign-out-elsewhere"))

    assert "Every other browser is signed out" in ann.page
    assert (await other.get("/people")).status_code == 303
    assert (await ann.get("/people")).status_code == 200


async def test_names_are_only_shown_never_run(web: Web) -> None:
    hostile = '<script>alert("x")</script>\'"><img src=x onerror=y>@example.com'
    web.member("ann@example.com")
    web.members.use_link(
        web.members.make_link(Purpose.INVITE, "eve@example.com", Role.VIEWER, timedelta(days=1)),
        email="eve@example.com",
        name=hostile,
        password="-",
    )
    browser = await web.signed_in("bob@example.com")
    await browser.get("/people")

    assert hostile not in browser.page
    assert html.escape(hostile, quote=False).split('"')[0] in browser.page


async def test_what_was_done_to_people_is_in_the_audit_log(web: Web) -> None:
    ann = await web.signed_in()
    await ann.get("/people")
    await ann.send("/people/invite", email="bob@example.com")
    await ann.get("/people/audit")

    assert "Invited somebody" in ann.page
    assert "bob@example.com viewer" in ann.page
