"""
Older addresses that loaders of data platforms read beside records and engagements.

Each is there because a public loader stops without it: airbyte-source-hubspot 5.7.0 and
meltano-tap-hubspot 0.10.1, whose schemas tell the shapes.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from tandem.sandbox.hubspot.http import Answer, Call, Spec, after_index, page_of
from tandem.sandbox.hubspot.kinds import kind_named
from tandem.sandbox.hubspot.owners import Owner
from tandem.sandbox.hubspot.routes_legacy import definitions_of

_SUBSCRIPTION = 168_000_001


def properties_v2(call: Call) -> Answer:
    """GET /properties/v2/{kind}/properties; of forms those that every object has (inferred)."""
    name = call.param("kind")
    if name != "form":
        return definitions_of(call, kind_named(name).name)
    tables = call.state.crm.tables.values()
    shared = set.intersection(*(set(table.definitions) for table in tables))
    listed = definitions_of(call, "contacts").body
    return Answer(body=[each for each in listed if each["name"] in shared])


def _read_scope(call: Call) -> Sequence[str]:
    name = call.param("kind")
    return ("forms",) if name == "form" else (kind_named(name).scopes[0],)


def pipelines_v1(call: Call) -> Answer:
    """GET /crm-pipelines/v1/pipelines/{kind}: stages with `stageId`, instants in milliseconds."""
    kind = kind_named(call.param("kind"))
    found = call.state.crm.pipelines.of(kind.name)
    results = [
        {
            "pipelineId": pipeline.id,
            "label": pipeline.label,
            "objectType": kind.singular.upper(),
            "objectTypeId": kind.type_id,
            "active": True,
            "default": at == 0,
            "displayOrder": at,
            "createdAt": pipeline.created,
            "updatedAt": pipeline.created,
            "stages": [
                {
                    "stageId": stage.id,
                    "label": stage.label,
                    "active": True,
                    "displayOrder": order,
                    "metadata": dict(stage.metadata),
                    "createdAt": stage.created,
                    "updatedAt": stage.created,
                }
                for order, stage in enumerate(pipeline.stages)
            ],
        }
        for at, pipeline in enumerate(found)
    ]
    return Answer(body={"results": results})


def subscription_types(call: Call) -> Answer:
    """GET /email/public/v1/subscriptions: the one type that every account has."""
    definition = {
        "id": _SUBSCRIPTION,
        "portalId": call.state.account.portal_id,
        "name": "Marketing Information",
        "description": "Marketing offers and updates.",
        "active": True,
        "internal": False,
        "category": "Marketing",
        "channel": "Email",
        "internalName": "MARKETING_INFORMATION",
        "businessUnitId": 0,
    }
    return Answer(body={"subscriptionDefinitions": [definition]})


def marketing_emails_v1(call: Call) -> Answer:
    """GET /marketing-emails/v1/emails/with-statistics: counters of the account's e-mail events."""
    emails = list(call.state.feeds.marketing_emails.values())
    begin, limit = after_index(call, "offset"), call.whole("limit", 10, 300)
    page = emails[begin : begin + limit]
    return Answer(
        body={
            "objects": [_email(call, each) for each in page],
            "total": len(emails),
            "offset": begin,
            "limit": limit,
        }
    )


def users(call: Call) -> Answer:
    """GET /settings/v3/users: everyone who can sign in."""
    return Answer(body=page_of(call, [_user(owner) for owner in _people(call)], 100, 100))


def teams(call: Call) -> Answer:
    """GET /settings/v3/users/teams: teams with those for whom it is the main one, and others."""
    found: dict[str, dict[str, Any]] = {}
    for owner in _people(call):
        for team in owner.teams:
            shown = found.setdefault(
                str(team["id"]),
                {
                    "id": str(team["id"]),
                    "name": team.get("name"),
                    "userIds": [],
                    "secondaryUserIds": [],
                },
            )
            shown["userIds" if team.get("primary") else "secondaryUserIds"].append(
                str(owner.user_id)
            )
    return Answer(body={"results": list(found.values())})


def account_v1(call: Call) -> Answer:
    """GET /integrations/v1/me: how old clients try a token; the details of the account."""
    details = call.state.account.details(call.state.crm.now())
    names = ("portalId", "timeZone", "accountType", "utcOffset", "utcOffsetMilliseconds")
    shown = {name: details[name] for name in names}
    return Answer(body=shown | {"currency": details["companyCurrency"]})


def daily_limit_v1(call: Call) -> Answer:
    """GET /integrations/v1/limit/daily."""
    limits = call.state.limits
    usage = {
        "name": "api-calls-daily",
        "usageLimit": limits.per_day("calls"),
        "currentUsage": limits.used_today(),
        "collectedAt": call.state.crm.now(),
        "fetchStatus": "SUCCESS",
        "resetsAt": limits.resets_at(),
    }
    return Answer(body=[usage])


def _people(call: Call) -> list[Owner]:
    listed = call.state.crm.owners.listing(email=None, archived=False)
    return [owner for owner in listed if owner.user_id is not None]


def _user(owner: Owner) -> dict[str, Any]:
    primary = [str(team["id"]) for team in owner.teams if team.get("primary")]
    others = [str(team["id"]) for team in owner.teams if not team.get("primary")]
    return {
        "id": str(owner.user_id),
        "email": owner.email,
        "firstName": owner.first_name,
        "lastName": owner.last_name,
        "roleIds": [],
        "primaryTeamId": primary[0] if primary else None,
        "secondaryTeamIds": others,
        "superAdmin": False,
    }


def _email(call: Call, email: dict[str, Any]) -> dict[str, Any]:
    campaigns = {int(each) for each in email.get("allEmailCampaignIds", ())}
    events = [
        each
        for each in call.state.feeds.email_events
        if int(each.get("emailCampaignId", 0)) in campaigns
    ]
    counters = Counter(str(each["type"]).lower() for each in events)
    at = int(events[0]["created"]) if events else 0
    return {
        "id": int(email["id"]),
        "name": email.get("name"),
        "subject": email.get("subject"),
        "state": email.get("state"),
        "emailType": email.get("type"),
        "portalId": call.state.account.portal_id,
        "primaryEmailCampaignId": int(email.get("primaryEmailCampaignId") or 0),
        "allEmailCampaignIds": sorted(campaigns),
        "created": at,
        "updated": at,
        "archived": False,
        "stats": {"counters": dict(counters)},
    }


SPECS: list[Spec] = [
    Spec(
        method="GET",
        path="/properties/v2/{kind}/properties",
        endpoint=properties_v2,
        scopes=_read_scope,
    ),
    Spec(
        method="GET",
        path="/crm-pipelines/v1/pipelines/{kind}",
        endpoint=pipelines_v1,
        scopes=_read_scope,
    ),
    Spec(
        method="GET",
        path="/email/public/v1/subscriptions",
        endpoint=subscription_types,
        scopes=("content",),
    ),
    Spec(
        method="GET",
        path="/marketing-emails/v1/emails/with-statistics",
        endpoint=marketing_emails_v1,
        scopes=("content", "marketing.email.read"),
    ),
    Spec(method="GET", path="/integrations/v1/me", endpoint=account_v1),
    Spec(method="GET", path="/integrations/v1/limit/daily", endpoint=daily_limit_v1),
    Spec(method="GET", path="/settings/v3/users", endpoint=users, scopes=("settings.users.read",)),
    Spec(
        method="GET",
        path="/settings/v3/users/teams",
        endpoint=teams,
        scopes=("settings.users.teams.read",),
    ),
]
