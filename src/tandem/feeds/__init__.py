"""Change feeds: what the CRMs say by themselves becomes hints of what to look at again."""

from tandem.feeds.noting import Noting
from tandem.feeds.webhooks import Answer, Webhooks

__all__ = ["Answer", "Noting", "Webhooks"]
