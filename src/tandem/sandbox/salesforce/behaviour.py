"""The switches and named faults of the Salesforce side, each with what it means."""

from dataclasses import fields

from tandem.sandbox.faults import Faults
from tandem.sandbox.salesforce.soql import Rules
from tandem.sandbox.switches import Switches


def declare_switches(switches: Switches) -> None:
    """Make every switch of this side known to the world."""
    for name, default, about, choices in _SWITCHES:
        switches.declare(name, default, about, choices)
    for one in fields(Rules):
        choices = (True, False) if isinstance(one.default, bool) else None
        switches.declare(f"soql_{one.name}", one.default, f"SOQL rule {one.name}", choices)


def soql_rules(switches: Switches) -> Rules:
    """The rules of SOQL as the switches have them now."""
    return Rules(**{one.name: switches[f"soql_{one.name}"] for one in fields(Rules)})


def declare_faults(faults: Faults) -> None:
    """Make every named fault of this side known."""
    for name, (about, arguments) in _FAULTS.items():
        faults.declare(name, about, arguments)


_SWITCHES: tuple[tuple[str, object, str, tuple[object, ...] | None], ...] = (
    (
        "inactive_owner",
        "refuse",
        "whether an inactive user may become an owner; INACTIVE_OWNER_OR_USER if not [inactive]",
        ("refuse", "allow"),
    ),
    (
        "inactive_owner_edit",
        "allow",
        "an edit of a record whose unchanged owner is inactive",
        ("allow", "refuse"),
    ),
    (
        "recycled_keys",
        "free",
        "whether a record in the recycle bin keeps its unique value from being used again",
        ("free", "held"),
    ),
    (
        "duplicate_message",
        "id",
        "whether DUPLICATE_VALUE names the other record or says <unknown>",
        ("id", "unknown"),
    ),
    ("length_unit", "utf16", "how text lengths are counted", ("utf16", "code_points")),
    ("trim_text", True, "whether white space around a text is cut off", (True, False)),
    (
        "textarea_line_ends",
        "keep",
        "whether line ends of long texts are kept or stored as CR LF",
        ("keep", "crlf"),
    ),
    (
        "description_too_long",
        "STRING_TOO_LONG",
        "the code for a description over 32,000 characters [wsdl]",
        ("STRING_TOO_LONG", "MAX_TASK_DESCRIPTION_EXCEEEDED"),
    ),
    (
        "collections_unknown_field",
        "item",
        "an unknown field within a collection fails its record, or the whole call with 400",
        ("item", "request"),
    ),
    (
        "who_access",
        "read",
        "the access to a contact or lead that one needs to put a task on it",
        ("read", "edit"),
    ),
    (
        "delete_cascades",
        True,
        "whether deleting a person or account deletes activities that hang on nothing else",
        (True, False),
    ),
    (
        "account_recompute_moves_stamp",
        False,
        "whether a task's SystemModstamp moves when its AccountId is computed anew",
        (False, True),
    ),
    ("archive_days", 365, "age at which closed activities are archived [archive]", None),
    ("recycle_bin_days", 15, "days until a deleted record is gone for good [getdeleted]", None),
    ("lock_seconds", 0.0, "how long a write keeps the locks of its parents", None),
    (
        "lock_wait_seconds",
        10.0,
        "how long a write waits for a lock before UNABLE_TO_LOCK_ROW",
        None,
    ),
    (
        "unsafe_key_suffix",
        True,
        "whether an external id in a path that ends like a file name (.inc) is NOT_FOUND [upsert]",
        (True, False),
    ),
    (
        "upsert_archived",
        "update",
        "an upsert whose key an archived record has updates it or creates another",
        ("update", "create"),
    ),
    (
        "refresh_token_rotation",
        False,
        "whether each refresh gives a new refresh token and ends the old one [oauth-refresh]",
        (False, True),
    ),
    ("session_seconds", 7200, "how long an access token lives", None),
    ("instance_url", "", "the address clients are sent to; empty: the one they used", None),
    ("soap_login", True, "whether login() by SOAP is allowed [soap-retire]", (True, False)),
    (
        "password_flow",
        "refuse",
        "the OAuth username-password flow, blocked in new orgs",
        ("refuse", "allow"),
    ),
    (
        "require_pkce",
        False,
        "whether the authorize page insists on a code challenge",
        (False, True),
    ),
    ("daily_api_requests", 15_000, "API calls in any 24 hours [api-limits]", None),
    ("query_locator_seconds", 172_800, "how long a query locator lives [soql-limits]", None),
    ("bulk_seconds", 0.0, "how long a Bulk job takes to complete", None),
    ("search_lag_seconds", 0.0, "how far the search index is behind", None),
)

_FAULTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "lock_row": (
        "one record of a write fails with UNABLE_TO_LOCK_ROW (argument id, object, operation: only those)",
        ("id", "object", "operation"),
    ),
    "validation_rule": (
        "one record of a write fails with FIELD_CUSTOM_VALIDATION_EXCEPTION (message, field)",
        ("object", "operation", "message", "field"),
    ),
    "trigger_error": (
        "one record of a write fails with CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY (message)",
        ("object", "operation", "message"),
    ),
    "record_error": (
        "one record of a write fails with any code (code, message, field)",
        ("object", "operation", "code", "message", "field"),
    ),
    "late_commit": (
        "what the next write call writes is stamped now and seen by readers after `seconds`",
        ("seconds", "object"),
    ),
    "session_expired": ("the next call is answered 401 INVALID_SESSION_ID", ()),
    "request_limit": (
        "the next call is answered 403 REQUEST_LIMIT_EXCEEDED (limit: TotalRequests or ConcurrentRequests)",
        ("limit",),
    ),
    "query_timeout": ("the next query is answered QUERY_TIMEOUT", ()),
    "locator_expired": ("the next queryMore is answered INVALID_QUERY_LOCATOR", ()),
    "operation_too_large": ("the next query is answered OPERATION_TOO_LARGE", ()),
    "server_unavailable": ("the next call is answered 503 SERVER_UNAVAILABLE", ()),
    "unknown_exception": ("the next call is answered 500 UNKNOWN_EXCEPTION", ()),
}
