"""The Analytics API of the simulated org: activity reports that really run, report types, folders."""

from typing import TYPE_CHECKING

from tandem.sandbox.salesforce.analytics import folders, routes, routes_types
from tandem.sandbox.salesforce.analytics.behaviour import declare
from tandem.sandbox.salesforce.resource import Resource

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.state import SalesforceState

__all__ = ["analytics_resources"]


def analytics_resources(state: "SalesforceState") -> tuple[Resource, ...]:
    """The resources for the router of `/services/data/vNN.0`; their switches and faults become known."""
    declare(state.switches, state.faults)
    return (*routes_types.RESOURCES, *routes.RESOURCES, *folders.RESOURCES)
