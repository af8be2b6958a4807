"""The switches and named faults of the simulated HubSpot, each with what is known about it."""

from tandem.sandbox.faults import Faults
from tandem.sandbox.switches import Switches


def declare_switches(switches: Switches) -> None:
    """Every choice that the documents leave open, or that a test wants otherwise."""
    declare = switches.declare
    declare("search_lag_ms", 3000, "how far Search is behind; reports say seconds [D-search]")
    declare(
        "modified_bump_ms",
        500,
        "when after a create hs_lastmodifieddate moves by itself; 0: never [F-nango]",
    )
    declare(
        "overdue_moves_modified",
        True,
        "a task that becomes overdue moves its modified date (inferred)",
    )
    declare(
        "association_moves_modified",
        False,
        "a new association moves an activity's modified date (unknown) [B-sequin]",
    )
    declare(
        "task_unique_property",
        "accepted",
        "creating a property with hasUniqueValue on activities (unknown)",
        ("accepted", "refused"),
    )
    declare(
        "task_defaults",
        "filled",
        "a task without status, type, priority gets NOT_STARTED, TODO, NONE (unknown)",
        ("filled", "empty"),
    )
    declare(
        "task_upsert",
        "accepted",
        "batch/upsert by a unique property on activities (unknown)",
        ("accepted", "refused"),
    )
    declare(
        "unique_conflict_status",
        409,
        "status of a create that repeats a unique value (reported)",
        (409, 400),
    )
    declare(
        "archived_unique_value",
        "readable",
        "a unique value of an archived record: free again and read with archived=true, free and not "
        "read by it, free and a read by it refused, or held against new records (unknown)",
        ("readable", "hidden", "refused", "held"),
    )
    declare(
        "added_stage_status",
        "id",
        "hs_task_status in a stage that an admin added (unknown)",
        ("id", "label", "closest"),
    )
    declare(
        "stage_or_status",
        "stage",
        "which wins where both are written (unknown)",
        ("stage", "status"),
    )
    declare(
        "reopening_clears_completion",
        True,
        "reopening a task empties hs_task_completion_date (reports differ)",
    )
    declare("archived_owner_refused", True, "a deactivated owner cannot be assigned (inferred)")
    declare(
        "html_sanitiser",
        "scripts",
        "what HubSpot takes out of HTML bodies (list undocumented)",
        ("scripts", "off"),
    )
    declare(
        "wrong_association_shape",
        "refused",
        "a create with associations of the wrong shape; ignored was seen in 2023",
        ("refused", "ignored"),
    )
    declare(
        "association_ids",
        "numbers",
        "toObjectId where associations are read: numbers as recorded, text as described",
        ("numbers", "text"),
    )
    declare(
        "unassociated_in_batch_read",
        "error",
        "ids without associations in an associations batch read (reported)",
        ("error", "left_out"),
    )
    declare(
        "plain_get_of_archived",
        404,
        "GET of an archived record without archived=true (reported)",
        (404, 200),
    )
    declare(
        "salesforce_properties",
        "present",
        "the salesforceinformation properties, left by HubSpot's own connector",
        ("present", "absent"),
    )
    declare(
        "private_app_scopes",
        "all",
        "scopes of the private-app token: all, or names with spaces between",
    )
    declare("access_token_seconds", 1800, "how long OAuth access tokens live")
    declare(
        "refresh_token_rotation", False, "a refresh gives a new refresh token and ends the old one"
    )
    declare(
        "revoking_ends_access",
        False,
        "revoking a refresh token ends access tokens at once (reported: it does not)",
    )
    declare(
        "other_content_types",
        "refused",
        "a body that says it is not JSON: 415, or read all the same (inferred)",
        ("refused", "read"),
    )
    declare("retry_after_on_429", True, "Retry-After on rate-limit answers (reported) [GH-posthog]")
    declare(
        "tier",
        "professional",
        "the account's product tier; sets limits and event occurrences",
        ("free", "professional", "enterprise"),
    )
    declare("api_limit_increase", False, "the API Limit Increase add-on")
    declare("daily_limit", 0, "calls a day; 0: as the tier has it")
    declare("association_limit", 50_000, "associated records of one kind that a record may have")


def declare_faults(faults: Faults) -> None:
    """The named faults; the kinds that strike requests are declared elsewhere."""
    faults.declare(
        "search_stall",
        "Search has taken in nothing for so many seconds, and takes in nothing for as many more",
        ("seconds",),
    )
    faults.declare("locked", "423 for a write of the record (kind, id)", ("object", "id"))
    faults.declare(
        "reject_record",
        "a write of the record (object, id, text in it) is refused with 400",
        ("object", "id", "text", "message"),
    )
    faults.declare(
        "rate_limited",
        "429 of a policy: TEN_SECONDLY_ROLLING, SECONDLY or DAILY",
        ("policy", "path", "method"),
    )
    faults.declare(
        "migrating",
        "477: the account moves between data centres, Retry-After seconds",
        ("seconds", "path", "method"),
    )
    faults.declare(
        "expire_tokens",
        "every OAuth access token is out of date from this request on",
        ("path", "method"),
    )
    faults.declare(
        "partial_batch",
        "a batch write answers 207 and leaves out its last records",
        ("object", "count"),
    )
