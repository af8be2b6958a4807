"""The kinds of CRM records, their names, scopes and default association types [D-using][D-assoc]."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tandem.sandbox.hubspot.errors import invalid

_CONTACTS = ("crm.objects.contacts.read", "crm.objects.contacts.write")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of record."""

    name: str
    singular: str
    type_id: str
    label: str
    scopes: tuple[str, str]
    required: tuple[str, ...] = ()
    defaults: tuple[str, ...]
    created_name: str = "hs_createdate"
    modified_name: str = "hs_lastmodifieddate"
    is_activity: bool = False
    searched: tuple[str, ...] = field(default=())
    """What the free-text `query` of a search looks at."""


def _activity(
    name: str, singular: str, type_id: str, label: str, required: tuple[str, ...], *searched: str
) -> Kind:
    return Kind(
        name=name,
        singular=singular,
        type_id=type_id,
        label=label,
        scopes=_CONTACTS,
        required=required,
        defaults=("hs_createdate", "hs_lastmodifieddate", "hs_object_id"),
        is_activity=True,
        searched=searched,
    )


def _record(
    name: str, singular: str, type_id: str, label: str, scope: str, defaults: str, searched: str
) -> Kind:
    scopes = (scope, scope) if "." not in scope else (f"{scope}.read", f"{scope}.write")
    return Kind(
        name=name,
        singular=singular,
        type_id=type_id,
        label=label,
        scopes=scopes,
        defaults=tuple(defaults.split()),
        created_name="createdate",
        modified_name="lastmodifieddate" if name == "contacts" else "hs_lastmodifieddate",
        searched=tuple(searched.split()),
    )


KINDS: tuple[Kind, ...] = (
    _record(
        "contacts", "contact", "0-1", "Contact", "crm.objects.contacts",
        "createdate email firstname hs_object_id lastmodifieddate lastname",
        "firstname lastname email phone hs_additional_emails company",
    ),
    _record(
        "companies", "company", "0-2", "Company", "crm.objects.companies",
        "createdate domain hs_lastmodifieddate hs_object_id name",
        "website phone name domain",
    ),
    _record(
        "deals", "deal", "0-3", "Deal", "crm.objects.deals",
        "amount closedate createdate dealname dealstage hs_lastmodifieddate hs_object_id pipeline",
        "dealname pipeline dealstage description dealtype",
    ),
    _record(
        "tickets", "ticket", "0-5", "Ticket", "tickets",
        "content createdate hs_lastmodifieddate hs_object_id hs_pipeline hs_pipeline_stage subject",
        "subject content",
    ),
    _record(
        "leads", "lead", "0-136", "Lead", "crm.objects.leads",
        "hs_createdate hs_lastmodifieddate hs_object_id", "hs_lead_name",
    ),
    _record(
        "marketing_events", "marketing_event", "0-54", "Marketing event",
        "crm.objects.marketing_events", "hs_createdate hs_lastmodifieddate hs_object_id",
        "hs_event_name",
    ),
    _activity(
        "communications", "communication", "0-18", "Communication",
        ("hs_timestamp", "hs_communication_channel_type"), "hs_communication_body",
    ),
    _activity(
        "tasks", "task", "0-27", "Task", ("hs_timestamp",), "hs_task_body", "hs_task_subject"
    ),
    _activity("notes", "note", "0-46", "Note", ("hs_timestamp",), "hs_note_body"),
    _activity(
        "meetings", "meeting", "0-47", "Meeting", ("hs_timestamp",),
        "hs_meeting_title", "hs_meeting_body",
    ),
    _activity("calls", "call", "0-48", "Call", ("hs_timestamp",), "hs_call_title", "hs_body_preview"),
    _activity(
        "emails", "email", "0-49", "Email", ("hs_timestamp", "hs_email_direction"),
        "hs_email_subject",
    ),
    _activity(
        "postal_mail", "postal_mail", "0-116", "Postal mail", ("hs_timestamp",),
        "hs_postal_mail_body",
    ),
    # No act makes these, but loaders of data platforms stop where one of them is unknown.
    _record(
        "users", "user", "0-115", "User", "crm.objects.users",
        "hs_createdate hs_lastmodifieddate hs_object_id", "hs_email hs_given_name hs_family_name",
    ),
    _record(
        "products", "product", "0-7", "Product", "crm.objects.products",
        "createdate description hs_lastmodifieddate hs_object_id name price",
        "name description price hs_sku",
    ),
    _record(
        "line_items", "line_item", "0-8", "Line item", "crm.objects.line_items",
        "createdate hs_lastmodifieddate hs_object_id hs_product_id quantity", "name",
    ),
    _record(
        "quotes", "quote", "0-14", "Quote", "crm.objects.quotes",
        "hs_createdate hs_expiration_date hs_lastmodifieddate hs_object_id hs_status hs_title",
        "hs_title",
    ),
    _record(
        "feedback_submissions", "feedback_submission", "0-19", "Feedback submission",
        "crm.objects.feedback_submissions", "hs_createdate hs_lastmodifieddate hs_object_id",
        "hs_submission_name hs_content",
    ),
    _record(
        "goal_targets", "goal_target", "0-74", "Goal target", "crm.objects.goals",
        "hs_createdate hs_lastmodifieddate hs_object_id", "hs_goal_name",
    ),
    _record(
        "deal_splits", "deal_split", "0-72", "Deal split", "crm.objects.deals",
        "hs_createdate hs_lastmodifieddate hs_object_id", "",
    ),
)  # fmt: skip

_BY_NAME: Mapping[str, Kind] = {
    alias: kind for kind in KINDS for alias in (kind.name, kind.singular, kind.type_id)
}


def kind_named(name: str) -> Kind:
    """The kind by plural, singular or objectTypeId in any letter case; 400 for any other name."""
    kind = _BY_NAME.get(name) or _BY_NAME.get(name.lower())
    if kind is None:
        raise invalid(f"Unable to infer object type from: {name}")
    return kind


def association_type(source: str, target: str) -> int | None:
    """The default (HUBSPOT_DEFINED) type id between two kinds, None where they do not associate."""
    return _DEFAULT_TYPES.get((source, target))


def association_pairs(source: str, target: str) -> list[tuple[int, str | None]]:
    """Every HUBSPOT_DEFINED type between two kinds with its label."""
    default = _DEFAULT_TYPES.get((source, target))
    if default is None:
        return []
    primary = _PRIMARY_TYPES.get((source, target))
    return [(default, None)] + ([(primary, "Primary")] if primary is not None else [])


# Rows: the activity's ids to contact, company, deal, ticket, then the ids back [D-assoc].
_ACTIVITY_TYPES = {
    "tasks": (204, 192, 216, 230, 203, 191, 215, 229),
    "notes": (202, 190, 214, 228, 201, 189, 213, 227),
    "calls": (194, 182, 206, 220, 193, 181, 205, 219),
    "meetings": (200, 188, 212, 226, 199, 187, 211, 225),
    "emails": (198, 186, 210, 224, 197, 185, 209, 223),
    "communications": (81, 87, 85, 83, 82, 88, 86, 84),
    "postal_mail": (453, 459, 457, 455, 454, 460, 458, 456),
}
_OTHER_TYPES = {
    ("contacts", "contacts"): 449,
    ("companies", "companies"): 450,
    ("deals", "deals"): 451,
    ("contacts", "companies"): 279,
    ("companies", "contacts"): 280,
    ("contacts", "deals"): 4,
    ("deals", "contacts"): 3,
    ("deals", "companies"): 341,
    ("companies", "deals"): 342,
    ("contacts", "tickets"): 15,
    ("tickets", "contacts"): 16,
    ("tickets", "companies"): 339,
    ("companies", "tickets"): 340,
    ("deals", "tickets"): 27,
    ("tickets", "deals"): 28,
    ("leads", "contacts"): 608,
    ("contacts", "leads"): 609,
    ("leads", "tasks"): 646,
    ("tasks", "leads"): 647,
    ("leads", "emails"): 598,
    ("emails", "leads"): 599,
    ("deals", "line_items"): 19,
    ("line_items", "deals"): 20,
    ("deals", "quotes"): 63,
    ("quotes", "deals"): 64,
    ("quotes", "line_items"): 67,
    ("line_items", "quotes"): 68,
}
_PRIMARY_TYPES = {
    ("contacts", "companies"): 1,
    ("companies", "contacts"): 2,
    ("deals", "companies"): 5,
    ("companies", "deals"): 6,
    ("tickets", "companies"): 26,
    ("companies", "tickets"): 25,
    ("leads", "contacts"): 578,
    ("contacts", "leads"): 579,
}


def _default_types() -> dict[tuple[str, str], int]:
    types = dict(_OTHER_TYPES)
    others = ("contacts", "companies", "deals", "tickets")
    for activity, ids in _ACTIVITY_TYPES.items():
        for at, other in enumerate(others):
            types[activity, other] = ids[at]
            types[other, activity] = ids[at + len(others)]
    return types


_DEFAULT_TYPES = _default_types()
