"""Change Data Capture, and the Pub/Sub API that delivers its events."""

from tandem.sandbox.salesforce.events.bus import ChangeEvent, EventBus

__all__ = ["ChangeEvent", "EventBus"]
