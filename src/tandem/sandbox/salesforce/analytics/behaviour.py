"""The switches and named faults of the Analytics API."""

from tandem.sandbox.faults import Faults
from tandem.sandbox.switches import Switches


def declare(switches: Switches, faults: Faults) -> None:
    """Make them known to the world."""
    for name, default, about, choices in _SWITCHES:
        switches.declare(name, default, about, choices)
    for name, (about, arguments) in _FAULTS.items():
        faults.declare(name, about, arguments)


_SWITCHES: tuple[tuple[str, object, str, tuple[object, ...] | None], ...] = (
    (
        "analytics_defaults",
        "narrow",
        "what a new report shows that does not say: my open activities of this quarter, or all",
        ("narrow", "wide"),
    ),
    (
        "analytics_create_activities",
        "allow",
        "whether a POST may create a report of an activity type; one org only let it be cloned",
        ("allow", "refuse"),
    ),
    (
        "analytics_format",
        "derived",
        "whether a format that contradicts the groupings is corrected or refused",
        ("derived", "strict"),
    ),
    (
        "analytics_grouped_column",
        "refuse",
        "a grouped column among the detail columns",
        ("refuse", "allow"),
    ),
    (
        "analytics_run_overrides",
        "all",
        "whether a run may replace standard filters and row limits too, or only custom filters",
        ("all", "custom"),
    ),
    (
        "analytics_shared_contacts",
        "each",
        "a shared task in Activities with Contacts: a row for each contact, or the primary one's",
        ("each", "primary"),
    ),
    ("analytics_archived", "hide", "whether reports show archived activities", ("hide", "show")),
    (
        "analytics_created_cells",
        "date",
        "whether cells of created and modified dates carry the day or the instant",
        ("date", "datetime"),
    ),
    ("analytics_seconds", 0.0, "how long an asynchronous report run takes", None),
    ("analytics_sync_runs", 500, "synchronous report runs in any 60 minutes [rep-limits]", None),
    ("analytics_async_runs", 1200, "asynchronous report runs in any 60 minutes [rep-limits]", None),
    ("analytics_detail_rows", 2000, "the most detail rows of a report run [rep-limits]", None),
)

_FAULTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "report_run_limit": ("the next report run is answered as if the hour's runs were used up", ()),
    "report_concurrency": ("the next report run meets 20 others under way", ()),
    "report_failed": (
        "the next report run is answered 500; an asynchronous one ends in status Error",
        (),
    ),
    "report_obsolete": ("the next use of a stored report is answered 403, definition obsolete", ()),
}
