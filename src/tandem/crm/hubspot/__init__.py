"""The HubSpot side: see `HubSpotConnector`."""

from tandem.crm.hubspot.connector import HUBSPOT_API, HubSpotConnector
from tandem.crm.hubspot.records import AddressOperator

__all__ = ["HUBSPOT_API", "AddressOperator", "HubSpotConnector"]
