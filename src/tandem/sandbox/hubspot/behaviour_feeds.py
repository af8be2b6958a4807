"""The switches and named faults of the simulated HubSpot's webhooks and journal."""

from tandem.sandbox.faults import Faults
from tandem.sandbox.hubspot.webhook_signing import SIGNATURES
from tandem.sandbox.switches import Switches


def declare_switches(switches: Switches) -> None:
    """What the documents leave open about webhooks and the journal, or a test wants otherwise."""
    declare = switches.declare
    declare("webhooks_delay_ms", 0, "how long an event takes until it is sent")
    declare(
        "webhooks_signatures",
        "v1+v3",
        "which signatures a webhook request carries [D-sig]",
        SIGNATURES,
    )
    declare(
        "webhooks_clock",
        "sandbox",
        "whose time is signed: the sandbox's, or the machine's for receivers with a clock of their own",
        ("sandbox", "machine"),
    )
    declare(
        "webhooks_properties_of_new",
        True,
        "a new record also fires propertyChange for each property it was made with (reported)",
    )
    declare(
        "webhooks_association_shape",
        "named",
        "how an association event names the type: TASK_TO_CONTACT, or by type ids (sources differ)",
        ("named", "typed"),
    )
    declare("webhooks_timeout_seconds", 5.0, "how long a receiver may take to answer [D-wh]")
    declare("journal_delay_ms", 1000, "how long an event takes until it stands in a journal file")
    declare(
        "journal_event_type",
        "OBJECT",
        "the `type` of a journal event (unknown): as subscriptions say, in small letters, or absent",
        ("OBJECT", "object", "absent"),
    )
    declare(
        "journal_association_shape",
        "associated",
        "members of a journal's association event (unknown): associatedObjectId, or from and to",
        ("associated", "from_to"),
    )
    declare(
        "journal_without_properties",
        "all",
        "which changes a journal subscription without properties tells of (unknown)",
        ("all", "none"),
    )
    declare(
        "journal_object_scopes",
        "app",
        "whose scopes let a journal subscription see an object: the app's, or those of the token",
        ("app", "token"),
    )
    declare("journal_change_source", False, "journal events say who made the change (unknown)")


def declare_faults(faults: Faults) -> None:
    """Trouble on the way of webhooks and of journal events."""
    one = ("object", "id", "type")
    faults.declare("webhook_lost", "an event of a webhook is never sent", one)
    faults.declare("webhook_late", "an event is sent so many seconds later", ("seconds", *one))
    faults.declare(
        "webhook_doubled", "an event is sent once more, or copies times", ("copies", *one)
    )
    faults.declare("webhook_shuffled", "the events of the next request stand in any order")
    faults.declare("webhook_forged", "the next request is signed with another secret")
    faults.declare("webhook_stale", "the next request is signed as if seconds ago", ("seconds",))
    journal = ("object", "id", "action")
    faults.declare("journal_lost", "an event never reaches the journal", journal)
    faults.declare("journal_doubled", "an event stands in the journal twice", journal)
    faults.declare(
        "journal_late", "an event reaches the journal seconds later", ("seconds", *journal)
    )
