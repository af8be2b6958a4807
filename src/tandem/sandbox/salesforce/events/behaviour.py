"""The switches and named faults of Change Data Capture and the Pub/Sub API."""

from tandem.sandbox.faults import Faults
from tandem.sandbox.switches import Switches


def declare_switches(switches: Switches) -> None:
    """What the documents leave open about events, or a test wants otherwise."""
    declare = switches.declare
    declare("cdc_entities", 5, "entities that may be selected without an add-on [cdc-alloc]")
    declare(
        "cdc_unselected_topic",
        "refused",
        "subscribing to an entity that is not selected: NOT_FOUND, or a stream without events (unknown)",
        ("refused", "silent"),
    )
    declare("cdc_delay_ms", 0, "how long a change takes until its event is published [cdc-sla]")
    declare(
        "cdc_overflow_after",
        100_000,
        "changes of one transaction that get events of their own [cdc-gap]",
    )
    declare(
        "cdc_merges_changes",
        True,
        "the same change of several records in a transaction is one event [cdc-header]",
    )
    declare("cdc_retention_hours", 72, "how long events are kept [durability]")
    declare(
        "cdc_daily_deliveries",
        25_000,
        "events delivered in 24 hours, when limits are real; 0: no limit (inferred for Enterprise)",
    )
    declare(
        "cdc_needs_view_all",
        True,
        "a subscriber needs View All Data (inferred)",
        (True, False),
    )
    declare(
        "cdc_client_of_composite",
        True,
        "changeOrigin names the client also for composite and collections calls (unknown)",
        (True, False),
    )
    declare("pubsub_keepalive_seconds", 270.0, "when an idle stream gets an empty reply [ps-proto]")
    declare(
        "pubsub_idle_seconds",
        60.0,
        "how long a stream stays that has got all it asked for (reported)",
    )
    declare(
        "pubsub_over_request",
        "refused",
        "asking for more than 100 events: INVALID_ARGUMENT, or taken as 100 (inferred)",
        ("refused", "capped"),
    )
    declare(
        "pubsub_session_ends_stream",
        True,
        "a stream ends when its session does (inferred)",
        (True, False),
    )
    declare(
        "pubsub_topic_status",
        "NOT_FOUND",
        "the status for a topic that is not there (unknown)",
        ("NOT_FOUND", "INVALID_ARGUMENT", "PERMISSION_DENIED"),
    )


def declare_faults(faults: Faults) -> None:
    """Trouble on the way of events."""
    one = ("object", "id", "type")
    faults.declare("event_lost", "an event is never published", one)
    faults.declare("event_late", "an event is published seconds later", ("seconds", *one))
    faults.declare("event_doubled", "an event is published twice", one)
    faults.declare("event_gap", "a gap event comes instead of the event", one)
    faults.declare(
        "stream_broken", "a stream breaks with UNAVAILABLE after so many events", ("after",)
    )
    faults.declare("pubsub_unavailable", "the next call is answered UNAVAILABLE", ("method",))
    faults.declare(
        "pubsub_unauthenticated", "the next call is answered UNAUTHENTICATED", ("method",)
    )
    faults.declare(
        "pubsub_limit", "the next call is answered RESOURCE_EXHAUSTED: deliveries", ("method",)
    )
    faults.declare("pubsub_internal", "the next call is answered INTERNAL", ("method",))
