"""Both simulated CRMs take the sample as it is, and go on living from there."""

import random
from itertools import islice

import pytest

from tandem.sandbox.clock import Clock
from tandem.sandbox.data import LANGUAGES, Sample, bulk_activities, sample, trickle
from tandem.sandbox.hubspot.state import HubSpotState
from tandem.sandbox.salesforce.state import SalesforceState
from tandem.sandbox.world import World


@pytest.fixture(params=LANGUAGES)
def world(request: pytest.FixtureRequest) -> World:
    return World(language=request.param, clock=Clock(running=False))


@pytest.fixture
def mine(world: World) -> Sample:
    return sample(world.language, world.clock.now(), 1)


@pytest.fixture
def hubspot(world: World, mine: Sample) -> HubSpotState:
    state = HubSpotState(world)
    state.load(mine.hubspot)
    return state


@pytest.fixture
def salesforce(world: World, mine: Sample) -> SalesforceState:
    state = SalesforceState(world)
    state.load(mine.salesforce)
    return state


def test_hubspot_holds_every_record_of_the_sample(hubspot: HubSpotState, mine: Sample) -> None:
    held = hubspot.summary()

    for kind, records in mine.hubspot["objects"].items():
        assert held["objects"][kind]["live"] == len(records)
    for feed in ("owners", "forms", "submissions", "campaigns", "email_events", "files", "lists"):
        assert held[feed] == len(mine.hubspot[feed])


def test_salesforce_holds_every_record_of_the_sample(
    salesforce: SalesforceState, mine: Sample
) -> None:
    held = salesforce.summary()

    expected = {kind: len(records) for kind, records in mine.salesforce["records"].items()}
    assert held["records"] == expected
    assert held["tasks"]["archived"] == 1
    assert salesforce.integration_id == mine.salesforce["integration_user"]


def test_everything_the_trickle_tells_can_be_done(hubspot: HubSpotState, mine: Sample) -> None:
    before = hubspot.summary()["objects"]["calls"]["live"]
    for name, arguments in islice(trickle(mine, random.Random(5)), 600):
        hubspot.act(name, arguments)

    assert hubspot.summary()["objects"]["calls"]["live"] > before


@pytest.mark.parametrize("kind", ["calls", "emails", "tasks"])
def test_bulk_joins_what_is_there(
    world: World, hubspot: HubSpotState, salesforce: SalesforceState, kind: str
) -> None:
    before = hubspot.summary()["objects"][kind]["live"]
    bulk = bulk_activities(300, kind, world.clock.now(), 1, contacts=20, html=True)
    hubspot.load(bulk.hubspot)
    salesforce.load(bulk.salesforce)

    assert hubspot.summary()["objects"][kind]["live"] == before + 300
    assert hubspot.summary()["objects"]["contacts"]["live"] == 80
