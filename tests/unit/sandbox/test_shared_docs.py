"""The pages on the sandbox name everything that can be armed, switched and done."""

from pathlib import Path

import pytest

from tandem.sandbox.hubspot import HubSpotState
from tandem.sandbox.hubspot.acts import ACTS
from tandem.sandbox.world import World

DOCS = Path(__file__).parents[3] / "docs"
PAGES = ("sandbox.md", "sandbox-feeds.md")


@pytest.fixture(scope="module")
def page():
    return "".join((DOCS / each).read_text(encoding="utf-8") for each in PAGES)


def test_every_switch_is_named(page):
    world = World()
    HubSpotState(world)
    assert [name for name in world.switches.listing() if f"| `{name}` |" not in page] == []


def test_every_fault_is_named(page):
    faults = HubSpotState(World()).faults
    assert [kind for kind in faults.kinds if f"| `{kind}` |" not in page] == []


def test_every_act_is_named(page):
    assert [name for name in ACTS if f"| `{name}` |" not in page] == []
