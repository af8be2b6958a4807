"""The set-up check of Salesforce task sync: what HubSpot's tasks offer, and what Salesforce shows of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from tandem.crm.connector import Salesforce
from tandem.engine.findings import Check, Finding, Level
from tandem.engine.prepare import Accounts
from tandem.errors import Unmappable
from tandem.mapping.hubspot import KEY_PROPERTY
from tandem.mapping.hubspot_task import TASK_TYPES
from tandem.mapping.priorities import hubspot_priority, salesforce_priority
from tandem.mapping.salesforce import api_names
from tandem.model import Activity, Field, KeyProperty, Kind, Progress
from tandem.settings.known import List, Lists, named, unlisted
from tandem.sync.policy import Policy
from tandem.sync.status import completed_stage, hubspot_status, task_status

__all__ = ["condition_findings", "task_findings", "task_scope_findings", "vanished_findings"]

_SCOPES = ("crm.objects.contacts.write", "crm.objects.deals.read")
"""HubSpot has no scope for tasks alone: contacts' scopes stand for them [SPEC:crm-tasks.v3]."""

_READ = {
    name: field
    for field in (
        Field.SUBJECT,
        Field.STATUS,
        Field.PRIORITY,
        Field.DUE,
        Field.COMMENTS,
        Field.OWNER,
        Field.PERSON,
        Field.RELATED,
    )
    for name in api_names(field)
}
_SERIES = "IsRecurrence"
_NONE = "NONE"
_LONG_AGO = datetime.fromtimestamp(0, UTC)
_OWN_CHECK = frozenset({List.CLOSED_STATUSES, List.STATUSES})


def task_scope_findings(granted: frozenset[str] | None, policy: Policy) -> Iterator[Finding]:
    """Scopes that writing tasks in HubSpot takes and the token lacks."""
    if granted is None or not policy.salesforce_task_sync:
        return
    for scope in _SCOPES:
        if scope not in granted:
            yield _finding(Level.ERROR, Check.TASK_SCOPE_MISSING, scope=scope)


def task_findings(accounts: Accounts, policy: Policy) -> Iterator[Finding]:
    """What is missing in either account for tasks to go to HubSpot; nothing where they do not."""
    if not policy.salesforce_task_sync:
        return
    yield _key_finding(accounts.schema.key)
    yield from _hidden_findings(accounts, policy)
    if Field.STATUS in policy.task_fields:
        yield from _status_findings(accounts, policy)
    if Field.PRIORITY in policy.task_fields:
        yield from _priority_findings(accounts, policy)
    types = accounts.schema.types
    lacking = [word for word in TASK_TYPES if types and word not in types]
    if lacking and Field.TYPE in policy.task_fields:
        yield _finding(Level.WARNING, Check.HUBSPOT_TYPES_MISSING, types=", ".join(lacking))


def _key_finding(key: KeyProperty) -> Finding:
    match key:
        case KeyProperty.UNIQUE:
            return _finding(Level.OK, Check.HUBSPOT_KEY_READY, property=KEY_PROPERTY)
        case KeyProperty.PLAIN:
            return _finding(Level.WARNING, Check.HUBSPOT_KEY_PLAIN, property=KEY_PROPERTY)
        case KeyProperty.NONE:
            return _finding(Level.WARNING, Check.HUBSPOT_KEY_MISSING, property=KEY_PROPERTY)


def _hidden_findings(accounts: Accounts, policy: Policy) -> Iterator[Finding]:
    org = accounts.org
    always = {Field.DUE, Field.COMMENTS, Field.OWNER, Field.PERSON, Field.RELATED}
    for name, of in _READ.items():
        if of in always | policy.task_fields and name not in org.task_fields:
            # Without its person a task seems to be about nobody, and is skipped.
            level = Level.ERROR if of is Field.PERSON else Level.WARNING
            yield _finding(level, Check.TASK_FIELD_HIDDEN, field=name, user=org.user_name)
    if _SERIES not in org.task_fields:
        yield _finding(Level.WARNING, Check.SERIES_HIDDEN, field=_SERIES, user=org.user_name)


def _status_findings(accounts: Accounts, policy: Policy) -> Iterator[Finding]:
    """Statuses of either side that come back as another one; the base remembers them all the same."""
    org, stages = accounts.org, accounts.schema.statuses
    try:
        completed_stage(stages)
    except Unmappable:
        yield _finding(Level.ERROR, Check.NO_CLOSED_STAGE)
        return
    mapped, chosen = policy.status_map, policy.completed_status

    def in_salesforce(word: str) -> str:
        return task_status(_task(word), org.statuses, mapped, chosen, stages)

    def in_hubspot(word: str) -> str:
        return hubspot_status(word, org.statuses, stages, mapped, chosen=chosen)

    try:
        lost = [one.label for one in stages if in_hubspot(in_salesforce(one.value)) != one.value]
        lost_there = [
            one.value for one in org.statuses if in_salesforce(in_hubspot(one.value)) != one.value
        ]
    except Unmappable:
        # One of the two has no open or no closed status at all; its own check says so.
        if all(stage.closed for stage in stages):
            yield _finding(Level.ERROR, Check.NO_OPEN_STAGE)
        return
    if lost:
        yield _finding(Level.WARNING, Check.STAGES_BY_PROGRESS, statuses=", ".join(lost))
    if lost_there:
        yield _finding(Level.WARNING, Check.STATUSES_BY_PROGRESS, statuses=", ".join(lost_there))


def _task(status: str) -> Activity:
    return Activity(
        kind=Kind.TASK,
        id="",
        created_at=_LONG_AGO,
        occurred_at=_LONG_AGO,
        status=status,
        progress=Progress.OPEN,
    )


def _priority_findings(accounts: Accounts, policy: Policy) -> Iterator[Finding]:
    """HubSpot's "none" is the org's default by rule, and needs no word of its own."""
    org, words, mapped = accounts.org, accounts.schema.priorities, policy.priority_map
    lost = [
        one
        for one in org.priorities
        if salesforce_priority(hubspot_priority(one, org, words, mapped), org, mapped) != one
    ]
    if lost:
        yield _finding(Level.WARNING, Check.PRIORITIES_BY_RULE, priorities=", ".join(lost))


def vanished_findings(accounts: Accounts, policy: Policy) -> Iterator[Finding]:
    """
    What the settings name and an account has no more.

    Statuses of the maps and the completed status have checks of their own, as they had before.
    """
    schema = accounts.schema if accounts.schema.statuses else None
    lists = Lists(org=accounts.org, users=accounts.users, schema=schema)
    for name in unlisted(named(policy), lists):
        if name.list not in _OWN_CHECK:
            yield _finding(
                Level.WARNING,
                Check.SETTING_GONE,
                key=name.place,
                value=name.value,
                side=name.list.side.title,
            )


async def condition_findings(salesforce: Salesforce, policy: Policy) -> list[Finding]:
    """Whether Salesforce still accepts the filter's condition: it may name a field that is gone."""
    condition = policy.task_filter.condition
    if not policy.salesforce_task_sync or condition is None:
        return []
    said = await salesforce.check_condition(condition)
    return (
        [_finding(Level.ERROR, Check.CONDITION_REFUSED, problem=" ".join(said.split()))]
        if said
        else []
    )


def _finding(level: Level, code: Check, **values: str) -> Finding:
    return Finding(level=level, code=code, values=values)
