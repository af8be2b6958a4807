"""The set-up check: what is missing for a connection to work well, as findings that say it in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tandem.crm.connector import HubSpot, Salesforce
from tandem.engine.doctor_tasks import task_scope_findings
from tandem.engine.findings import Check, Finding, Level
from tandem.engine.prepare import Accounts
from tandem.errors import AccessLost, BudgetSpent, CrmError, RateLimited, Rejected, TandemError
from tandem.model import Kind, Org, Side
from tandem.sync.owners import match_owners
from tandem.sync.policy import Policy

__all__ = [
    "access_findings",
    "account_findings",
    "connector_finding",
    "limit_findings",
    "list_findings",
    "scope_findings",
    "trouble_finding",
]

_ALWAYS = frozenset(
    {"crm.objects.contacts.read", "crm.objects.owners.read", "crm.objects.companies.read"}
)
_BY_KIND: Mapping[Kind, str] = {
    Kind.FORM_SUBMISSION: "forms",
    Kind.MARKETING_EMAIL_SENT: "content",
    Kind.MARKETING_EMAIL_OPENED: "content",
    Kind.MARKETING_EMAIL_CLICKED: "content",
    Kind.INTEGRATION_EVENT: "crm.objects.marketing_events.read",
    Kind.SALES_EMAIL: "sales-email-read",
}
_WRITTEN = ("Subject", "Status", "OwnerId", "WhoId", "WhatId", "ActivityDate", "Description")
_ALWAYS_WRITTEN = frozenset({"Subject", "Status", "Priority", "OwnerId", "ActivityDate"})
_FEW_CALLS = 0.1
_NOT_FOUND = 404


def scope_findings(granted: frozenset[str] | None, policy: Policy) -> Iterator[Finding]:
    """Scopes that the kinds switched on need and the token lacks; nothing where the token does not tell."""
    if granted is None:
        return
    needed: dict[str, list[str]] = {scope: [] for scope in _ALWAYS}
    for kind in policy.enabled_kinds:
        if kind in _BY_KIND:
            needed.setdefault(_BY_KIND[kind], []).append(kind.value)
    missing = {scope: kinds for scope, kinds in needed.items() if scope not in granted}
    for scope, kinds in sorted(missing.items()):
        yield _finding(Level.ERROR, Check.SCOPE_MISSING, scope=scope, kinds=", ".join(kinds))
    of_tasks = list(task_scope_findings(granted, policy))
    yield from of_tasks
    if not missing and not of_tasks:
        yield _finding(Level.OK, Check.SCOPES_COMPLETE)


def account_findings(
    accounts: Accounts, policy: Policy, manual_owners: Mapping[str, str | None]
) -> Iterator[Finding]:
    """What the org's own lists, fields and owners are missing for the settings as they are."""
    org = accounts.org
    if org.has_key_field:
        yield _finding(Level.OK, Check.KEY_FIELD_READY)
    else:
        yield _finding(Level.WARNING, Check.KEY_FIELD_MISSING)
    if "Type" not in org.task_fields:
        yield _finding(Level.WARNING, Check.TYPE_FIELD_HIDDEN, user=org.user_name)
    for name in _WRITTEN:
        if name not in org.writable_fields and _writes_to_salesforce(policy):
            yield _finding(Level.ERROR, Check.FIELD_NOT_WRITABLE, field=name, user=org.user_name)
    yield from _required_findings(org, policy)
    yield from _choice_findings(accounts, policy)
    owners = [owner for owner in accounts.owners if owner.active and owner.type == "PERSON"]
    matches = match_owners(owners, accounts.users, manual_owners)
    mapped = sum(1 for owner in owners if matches[owner.id].user_id is not None)
    yield _finding(Level.OK, Check.OWNERS_MAPPED, mapped=str(mapped), total=str(len(owners)))
    if mapped < len(owners):
        yield _finding(Level.WARNING, Check.OWNERS_UNMAPPED, count=str(len(owners) - mapped))
    if not policy.synced_kinds:
        yield _finding(Level.WARNING, Check.NOTHING_ENABLED)


def _writes_to_salesforce(policy: Policy) -> bool:
    """Whether anything does, or nothing is switched on yet and all may."""
    return bool(policy.enabled_kinds) or not policy.salesforce_task_sync


def connector_finding(policy: Policy) -> Finding:
    """HubSpot's own connector beside Tandem: what both of them carry is there twice."""
    tasks_too = policy.salesforce_task_sync
    code = Check.OTHER_CONNECTOR_TASKS if tasks_too else Check.OTHER_CONNECTOR
    return _finding(Level.WARNING, code)


def _required_findings(org: Org, policy: Policy) -> Iterator[Finding]:
    """Fields without which the org refuses a task, and that some kind gives no value to."""
    if not _writes_to_salesforce(policy):
        return
    for name in sorted(org.required_fields.difference(_ALWAYS_WRITTEN)):
        kinds = [policy.kind(kind) for kind in policy.enabled_kinds]
        if any(name not in chosen.fixed_fields for chosen in kinds) or not kinds:
            yield _finding(Level.ERROR, Check.REQUIRED_FIELD, field=name)


def _choice_findings(accounts: Accounts, policy: Policy) -> Iterator[Finding]:
    org = accounts.org
    closed = {status.value for status in org.statuses if status.closed}
    if not closed:
        yield _finding(Level.ERROR, Check.NO_CLOSED_STATUS)
    if policy.completed_status is not None and policy.completed_status not in closed:
        yield _finding(Level.ERROR, Check.COMPLETED_STATUS_GONE, status=policy.completed_status)
    known = {status.value for status in org.statuses}
    for status in sorted(set(policy.status_map.values()) - known):
        yield _finding(Level.WARNING, Check.STATUS_UNMAPPED, status=status)
    for kind in policy.enabled_kinds:
        chosen = policy.kind(kind)
        task_type = chosen.salesforce_task_type
        if task_type is not None and task_type not in org.task_types:
            yield _finding(Level.WARNING, Check.TASK_TYPE_GONE, kind=kind.value, type=task_type)
        if chosen.record_type is not None and chosen.record_type not in org.record_types:
            yield _finding(
                Level.ERROR,
                Check.RECORD_TYPE_GONE,
                kind=kind.value,
                record_type=chosen.record_type,
            )
        for name in chosen.fixed_fields:
            if name not in org.writable_fields:
                yield _finding(
                    Level.ERROR, Check.FIELD_NOT_WRITABLE, field=name, user=org.user_name
                )


async def access_findings(
    hubspot: HubSpot, salesforce: Salesforce, expected: Mapping[Side, str], user: str
) -> list[Finding]:
    """Whether both accounts answer, with the rights they had, and are still the same ones; *user* is Salesforce's."""
    findings = []
    for side in Side:
        try:
            if side is Side.HUBSPOT:
                found = (await hubspot.portal()).id
            else:
                found = (await salesforce.org()).id
        except (BudgetSpent, CrmError) as error:
            findings.append(trouble_finding(side, error, user))
        else:
            if found != expected.get(side, found):
                findings.append(
                    _finding(Level.ERROR, Check.OTHER_ORG, expected=expected[side], found=found)
                )
            else:
                findings.append(_finding(Level.OK, Check.SIGNED_IN, side=side.title, account=found))
    return findings


def trouble_finding(side: Side, error: TandemError, user: str = "") -> Finding:
    """What a failed call of the check itself tells about *side*."""
    values = {"side": side.title, "message": str(error), "user": user or "?"}
    match error:
        case BudgetSpent() | RateLimited(daily=True):
            code = Check.CALLS_SPENT
        case AccessLost(code=code) if code.startswith("API_"):
            code = Check.API_DISABLED
        case AccessLost():
            code = Check.ACCESS_LOST
        case _:
            code = Check.UNREACHABLE
    return _finding(Level.ERROR, code, **values)


async def list_findings(hubspot: HubSpot, policy: Policy) -> list[Finding]:
    """Lists that the settings name and HubSpot no longer has: nobody can say who is on them."""
    findings = []
    for name in sorted(policy.lists):
        try:
            await hubspot.members_of(name)
        except Rejected as error:
            if error.status != _NOT_FOUND:
                raise
            findings.append(_finding(Level.ERROR, Check.INCLUSION_LIST_GONE, list=name))
    return findings


async def limit_findings(salesforce: Salesforce) -> list[Finding]:
    """Whether Salesforce has calls left today."""
    maximum, remaining = (await salesforce.limits()).get("DailyApiRequests", (0, 0))
    side = Side.SALESFORCE.title
    if maximum and not remaining:
        return [_finding(Level.ERROR, Check.NO_CALLS_LEFT, side=side, limit=f"{maximum:,}")]
    level = Level.WARNING if remaining < maximum * _FEW_CALLS else Level.OK
    return [
        _finding(
            level, Check.CALLS_LEFT, side=side, remaining=f"{remaining:,}", limit=f"{maximum:,}"
        )
    ]


def _finding(level: Level, code: Check, **values: str) -> Finding:
    return Finding(level=level, code=code, values=values)
