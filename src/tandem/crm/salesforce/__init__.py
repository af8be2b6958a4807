"""The Salesforce side: see `SalesforceConnector`."""

from tandem.crm.salesforce.connector import API_VERSION, KEY_FIELD, SalesforceConnector
from tandem.crm.salesforce.reads import QueryStyle

__all__ = ["API_VERSION", "KEY_FIELD", "QueryStyle", "SalesforceConnector"]
