"""The sample as a whole: both CRMs' records in the form that their sandboxes load."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tandem.sandbox.data.counterparts import add_people
from tandem.sandbox.data.draft import Draft
from tandem.sandbox.data.identity import Record, salesforce_id, salesforce_stamp
from tandem.sandbox.data.marketing import add_marketing
from tandem.sandbox.data.organizations import add_deals, add_organizations
from tandem.sandbox.data.owners import add_owners
from tandem.sandbox.data.planned import (
    add_calls,
    add_letters,
    add_meetings,
    add_messages,
    add_tasks,
)
from tandem.sandbox.data.salesforce_tasks import add_salesforce_tasks, task_statuses
from tandem.sandbox.data.written import add_emails, add_files, add_notes

LANGUAGES = ("en", "ja")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """
    Two CRMs with a year of history between them.

    *cases* names the special records: case to id (of HubSpot, unless the name says otherwise; a
    name ending in `.salesforce` holds the counterpart's id). *counterparts* tells, for each contact
    of HubSpot that has one, the Salesforce contact or lead that its activities belong to.
    """

    language: str
    now: datetime
    seed: int
    hubspot: dict[str, Any]
    salesforce: dict[str, Any]
    cases: dict[str, str]
    counterparts: dict[str, str]


def sample(language: str, now: datetime, seed: int) -> Sample:
    """
    The sample data of one language as of *now*; the same arguments give equal samples.

    Nothing lies after *now* but due dates of open tasks and coming meetings.
    """
    if language not in LANGUAGES:
        raise ValueError(f"Sample data exists in {' and '.join(LANGUAGES)}, not in {language!r}.")
    if now.tzinfo is None:
        raise ValueError("The sample's now needs a time zone.")
    draft = Draft(language, now, seed)
    for add in _STEPS:
        add(draft)
    return Sample(
        language=language,
        now=draft.now,
        seed=seed,
        hubspot=_hubspot(draft),
        salesforce=_salesforce(draft),
        cases=draft.cases,
        counterparts={one.id: one.counterpart for one in draft.persons if one.counterpart},
    )


_STEPS = (
    add_owners,
    add_organizations,
    add_people,
    add_deals,
    add_files,
    add_calls,
    add_notes,
    add_meetings,
    add_emails,
    add_tasks,
    add_messages,
    add_letters,
    add_marketing,
    add_salesforce_tasks,
)


def _hubspot(draft: Draft) -> dict[str, Any]:
    return {
        "account": _account(draft),
        **draft.feeds,
        "objects": draft.objects,
        "associations": draft.associations,
    }


def _account(draft: Draft) -> Record:
    """Account details as account-info answers them. [SPEC:account-info.v3]"""
    offset = draft.now.astimezone(draft.zone).utcoffset() or timedelta()
    minutes = int(offset.total_seconds()) // 60
    sign = "-" if minutes < 0 else "+"
    return {
        "portalId": draft.home.portal,
        "accountType": "STANDARD",
        "timeZone": draft.home.time_zone,
        "companyCurrency": draft.home.currency,
        "additionalCurrencies": [],
        "utcOffset": f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}",
        "utcOffsetMilliseconds": minutes * 60_000,
        "uiDomain": "app.hubspot.com",
        "dataHostingLocation": "na1",
    }


def _salesforce(draft: Draft) -> dict[str, Any]:
    return {
        "organization": _organization(draft),
        "users": draft.users,
        "integration_user": draft.integration_user,
        "groups": [_queue(draft)],
        "records": draft.salesforce,
        "task_statuses": task_statuses(draft),
        "task_types": list(draft.words.task_types),
    }


def _organization(draft: Draft) -> Record:
    stamp = salesforce_stamp(draft.now - timedelta(days=1500))
    return {
        "Id": salesforce_id("00D", 1 if draft.language == "en" else 2),
        "Name": draft.home.name,
        "OrganizationType": "Enterprise Edition",
        "IsSandbox": False,
        "InstanceName": "NA224" if draft.language == "en" else "AP27",
        "NamespacePrefix": None,
        "Country": draft.home.country,
        "TimeZoneSidKey": draft.home.time_zone,
        "DefaultLocaleSidKey": draft.home.locale,
        "LanguageLocaleKey": draft.home.locale,
        "TrialExpirationDate": None,
        "CreatedDate": stamp,
        "LastModifiedDate": stamp,
        "SystemModstamp": stamp,
    }


def _queue(draft: Draft) -> Record:
    return {
        "Id": draft.queue,
        "Name": draft.words.queue,
        "DeveloperName": "Inside_Sales",
        "Type": "Queue",
        "Email": None,
        "DoesSendEmailToMembers": False,
        "CreatedDate": salesforce_stamp(draft.now - timedelta(days=900)),
        "LastModifiedDate": salesforce_stamp(draft.now - timedelta(days=900)),
        "SystemModstamp": salesforce_stamp(draft.now - timedelta(days=900)),
    }
