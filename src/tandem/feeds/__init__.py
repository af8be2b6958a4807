"""Change feeds: what the CRMs say by themselves becomes hints of what to look at again."""

from tandem.feeds.listening import Listening
from tandem.feeds.noting import Noting
from tandem.feeds.salesforce_listening import SalesforceListening
from tandem.feeds.webhooks import Answer, Webhooks

__all__ = ["Answer", "Listening", "Noting", "SalesforceListening", "Webhooks"]
