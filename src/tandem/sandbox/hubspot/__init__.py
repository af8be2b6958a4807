"""A simulated HubSpot account: its state, and the API in front of it."""

from tandem.sandbox.hubspot.app import create_app
from tandem.sandbox.hubspot.state import HubSpotState

__all__ = ["HubSpotState", "create_app"]
