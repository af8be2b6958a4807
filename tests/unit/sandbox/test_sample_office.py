"""An hour at the office: acts that can be done on the sample, in both languages."""

import pytest

from tandem.sandbox.data import LANGUAGES, edits, new_tasks
from tandem.sandbox.server import Sandbox


@pytest.fixture(params=LANGUAGES)
def both(request: pytest.FixtureRequest) -> Sandbox:
    return Sandbox(data="sample", language=request.param)


def test_every_new_task_can_be_made_and_some_have_no_place_in_hubspot(both: Sandbox) -> None:
    assert both.sample is not None
    made = [both.control.act(*act)["id"] for act in new_tasks(both.sample)]
    rows = [both.salesforce.store.table("Task").raw[task] for task in made]

    assert len(made) == 13
    assert any(row.get("WhoId") is None and row.get("WhatId") is None for row in rows)
    assert any(row["OwnerId"].startswith("00G") for row in rows)


def test_edits_are_about_open_pairs_on_both_sides(both: Sandbox) -> None:
    assert both.sample is not None
    made = [both.control.act(*act)["id"] for act in new_tasks(both.sample)]
    hubspot = both.sample.hubspot["objects"]["tasks"]
    opened = [one["id"] for one in hubspot if one["properties"]["hs_task_status"] != "COMPLETED"]
    pairs = dict(zip(opened, made, strict=False))
    acts = list(edits(both.sample, pairs))
    for act in acts:
        both.control.act(*act)

    assert {side for side, _, _ in acts} == {"hubspot", "salesforce"}
    assert len(acts) == 12
    assert list(edits(both.sample, {})) == []
