"""Going on after a rest, from the page."""

from __future__ import annotations

import pytest
from tests.support.web import HERE, Web

from tandem.engine.brakes import RELEASED
from tandem.engine.context import LONG_AGO


@pytest.mark.parametrize(
    ("reason", "released"), [("brake_deletes", b"brake_deletes"), ("access_lost", None)]
)
async def test_resuming_after_a_brake_lets_the_next_run_go_through_with_it(
    reason: str, released: bytes | None, connected: Web
) -> None:
    store = connected.tandem.store
    store.suspend(1, reason, "30 records would be deleted")
    browser = await connected.signed_in()
    await browser.get(f"{HERE}/sync-health")
    await browser.follow(await browser.send("/resume"))

    assert not store.connection_by_id(1).is_suspended
    assert released == store.for_connection(1).cached(RELEASED, LONG_AGO)
