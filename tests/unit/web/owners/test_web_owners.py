"""Owners and the users they are assigned to."""

from tests.scenarios.story import Story
from tests.support.web import HERE, Web


async def test_an_owner_is_set_by_hand_and_back(connected: Web) -> None:
    story = Story(connected.running)
    ann, _ = story.owner("Ann")
    story.owner("Bob")
    _, carl = story.owner("Carl")
    browser = await connected.signed_in()
    mine = connected.tandem.store.for_connection(1)
    await browser.get(f"{HERE}/owners")
    assert "Ann Owner" in browser.page

    for user, expected in ((carl, {ann: carl}), ("nobody", {ann: None}), ("automatic", {})):
        answer = await browser.send("user", to=f"{HERE}/owners", owner=ann, user=user)
        assert mine.owner_pairs() == expected
        await browser.follow(answer)
        assert "Tasks written from now on follow it" in browser.page


async def test_a_user_that_is_none_is_refused(connected: Web) -> None:
    story = Story(connected.running)
    ann, _ = story.owner("Ann")
    browser = await connected.signed_in()
    await browser.get(f"{HERE}/owners")
    answer = await browser.send("user", to=f"{HERE}/owners", owner=ann, user="005000000000000")

    assert answer.status_code == 400
    assert connected.tandem.store.for_connection(1).owner_pairs() == {}


async def test_before_both_accounts_are_connected_there_are_no_owners(web: Web) -> None:
    web.tandem.store.create_connection("main")
    browser = await web.signed_in()
    await browser.get(f"{HERE}/owners")

    assert "Connect both accounts first" in browser.page
