"""Salesforce's change events over the Pub/Sub API: see `EventBus`. Needs the extra ``events``."""

from tandem.crm.salesforce.events.changes import EventChange, RecordChange
from tandem.crm.salesforce.events.client import Batch, EventBus, Topic
from tandem.crm.salesforce.events.endpoint import (
    DEFAULT_ENDPOINT,
    Endpoint,
    endpoint_for,
    endpoint_from,
)
from tandem.crm.salesforce.events.refusals import PositionLost, SessionEnded, TopicUnknown
from tandem.crm.salesforce.events.selection import Selection, topic_of
from tandem.crm.salesforce.events.wire import INSTALL, is_installed

__all__ = [
    "DEFAULT_ENDPOINT",
    "INSTALL",
    "Batch",
    "Endpoint",
    "EventBus",
    "EventChange",
    "PositionLost",
    "RecordChange",
    "Selection",
    "SessionEnded",
    "Topic",
    "TopicUnknown",
    "endpoint_for",
    "endpoint_from",
    "is_installed",
    "topic_of",
]
