"""The page on the sandbox names everything that can be armed, switched and done."""

from pathlib import Path

import pytest

from tandem.sandbox.hubspot import HubSpotState
from tandem.sandbox.hubspot.acts import ACTS
from tandem.sandbox.world import World

PAGE = Path(__file__).parents[3] / "docs" / "sandbox.md"


@pytest.fixture(scope="module")
def page():
    return PAGE.read_text(encoding="utf-8")


def test_every_switch_is_named(page):
    world = World()
    HubSpotState(world)
    assert [name for name in world.switches.listing() if f"| `{name}` |" not in page] == []


def test_every_fault_is_named(page):
    faults = HubSpotState(World()).faults
    assert [kind for kind in faults.kinds if f"| `{kind}` |" not in page] == []


def test_every_act_is_named(page):
    assert [name for name in ACTS if f"| `{name}` |" not in page] == []
