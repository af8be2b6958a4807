"""
Every HubSpot path Tandem calls, in one place.

These are the v3 and v4 paths, which both stable client libraries still use; each has a dated
successor (``/crm/v3/objects/…`` becomes ``/crm/objects/2026-03/…``) except e-mail events, campaigns and
form submissions [D-ver]. v4 ends 2027-03-30, v1 to v3 in September 2027.
"""

from __future__ import annotations

from urllib.parse import quote, urlencode

__all__ = [
    "ACCOUNT",
    "CAMPAIGN",
    "EMAIL_EVENTS",
    "EVENT_TYPES",
    "FILES",
    "FORMS",
    "INTROSPECT",
    "MARKETING_EVENTS",
    "OCCURRENCES",
    "OWNERS",
    "PARTICIPATIONS",
    "SALESFORCE_PROPERTY",
    "SUBMISSIONS",
    "associations_read",
    "associations_write",
    "batch",
    "batch_read",
    "members",
    "pipelines",
    "properties",
    "record",
    "records",
    "search",
    "with_query",
]

ACCOUNT = "/account-info/v3/details"
OWNERS = "/crm/v3/owners"
FORMS = "/marketing/v3/forms"
SUBMISSIONS = "/form-integrations/v1/submissions/forms/{form}"
EMAIL_EVENTS = "/email/public/v1/events"
CAMPAIGN = "/email/public/v1/campaigns/{campaign}"
MARKETING_EVENTS = "/marketing/v3/marketing-events"
PARTICIPATIONS = "/marketing/v3/marketing-events/participations/{event}/breakdown"
OCCURRENCES = "/events/v3/events"
EVENT_TYPES = "/events/v3/events/event-types"
FILES = "/files/v3/files/search"
SALESFORCE_PROPERTY = "/crm/v3/properties/contacts/salesforcecontactid"
INTROSPECT = "/oauth/v3/token/introspect"


def search(object_type: str) -> str:
    return f"/crm/v3/objects/{object_type}/search"


def batch_read(object_type: str) -> str:
    return f"/crm/v3/objects/{object_type}/batch/read"


def batch(object_type: str, verb: str) -> str:
    return f"/crm/v3/objects/{object_type}/batch/{verb}"


def records(object_type: str) -> str:
    return f"/crm/v3/objects/{object_type}"


def record(object_type: str, record_id: str) -> str:
    return f"/crm/v3/objects/{object_type}/{quote(record_id, safe='')}"


def associations_read(object_type: str, to: str) -> str:
    return f"/crm/v4/associations/{object_type}/{to}/batch/read"


def associations_write(object_type: str, to: str, verb: str) -> str:
    return f"/crm/v4/associations/{object_type}/{to}/batch/{verb}"


def properties(object_type: str) -> str:
    return f"/crm/v3/properties/{object_type}"


def pipelines(object_type: str) -> str:
    return f"/crm/v3/pipelines/{object_type}"


def members(list_id: str) -> str:
    return f"/crm/v3/lists/{quote(list_id, safe='')}/memberships"


def with_query(path: str, **query: str | int | None) -> str:
    """*path* with those of the parameters that are not None."""
    asked = {name: value for name, value in query.items() if value is not None}
    return f"{path}?{urlencode(asked)}" if asked else path
