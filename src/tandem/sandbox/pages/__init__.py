"""
The sandbox's own pages: where a person plays a salesperson in either CRM and sees the other one follow.

They stand beside the vendors' APIs on the same ports, act through the states' acts, need no token,
and are for people only: nothing about them is part of what a vendor documents.
"""

from collections.abc import Callable

from tandem.sandbox.hubspot import HubSpotState
from tandem.sandbox.pages.hubspot.site import HubSpotPages
from tandem.sandbox.pages.salesforce.site import SalesforcePages
from tandem.sandbox.pages.site import Pages
from tandem.sandbox.salesforce import SalesforceState

__all__ = ["Pages", "create_pages"]


def create_pages(
    state: HubSpotState | SalesforceState, elsewhere: Callable[[], str | None] = lambda: None
) -> Pages:
    """The pages of one CRM; *elsewhere* tells where the other CRM's pages are, if anywhere."""
    if isinstance(state, HubSpotState):
        return Pages(HubSpotPages(state), elsewhere)
    return Pages(SalesforcePages(state), elsewhere)
