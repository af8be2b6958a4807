"""A Salesforce org on loopback: its REST, SOAP login, OAuth and Bulk APIs over rows in memory."""

from tandem.sandbox.salesforce.api import create_app
from tandem.sandbox.salesforce.state import SalesforceState

__all__ = ["SalesforceState", "create_app"]
