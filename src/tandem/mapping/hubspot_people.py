"""HubSpot's contacts, companies, deals, owners and account details, turned into our nouns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from tandem.mapping.hubspot import Record, created_at, members
from tandem.mapping.ids import domain_of, id18, is_salesforce_id
from tandem.model import Company, Contact, Deal, HubSpotOwner, Portal

__all__ = [
    "COMPANY_PROPERTIES",
    "CONTACT_PROPERTIES",
    "CONVERSION_PROPERTIES",
    "DEAL_PROPERTIES",
    "OwnerRecord",
    "PortalRecord",
    "company_from",
    "contact_from",
    "deal_from",
    "owner_from",
    "portal_from",
]

CONTACT_PROPERTIES = (
    "email",
    "hs_additional_emails",
    "createdate",
    "hubspot_owner_id",
    "firstname",
    "lastname",
    "salesforcecontactid",
    "salesforceleadid",
    "hs_merged_object_ids",
    "hs_calculated_merged_vids",
)
CONVERSION_PROPERTIES = (
    "recent_conversion_date",
    "recent_conversion_event_name",
    "num_conversion_events",
)
COMPANY_PROPERTIES = ("name", "domain", "salesforceaccountid")
DEAL_PROPERTIES = ("dealname", "hs_salesforceopportunityid")
_FAMILY_FIRST = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff]")


def _salesforce_id(text: str | None) -> str | None:
    """The 18-character form of an id that HubSpot's own connector stored; None for anything else."""
    text = (text or "").strip()
    return id18(text) if is_salesforce_id(text) else None


def _full_name(first: str | None, last: str | None) -> str:
    """
    Both names as their owner writes them: a family name in Chinese characters or Hangul comes first.

    Salesforce has such a name in that order already, and the two are compared where an address is not enough.
    """
    names = [name.strip() for name in (first, last) if name and name.strip()]
    if last and _FAMILY_FIRST.search(last):
        names.reverse()
    return " ".join(names)


def contact_from(record: Record) -> Contact:
    said = record.properties
    primary = (said.get("email") or "").strip().lower()
    others = (address.lower() for address in members(said.get("hs_additional_emails")))
    addresses = dict.fromkeys((primary, *others) if primary else others)
    return Contact(
        id=record.id,
        created_at=_created_at(record),
        emails=tuple(addresses),
        owner_id=said.get("hubspot_owner_id") or None,
        name=_full_name(said.get("firstname"), said.get("lastname")),
        salesforce_contact_id=_salesforce_id(said.get("salesforcecontactid")),
        salesforce_lead_id=_salesforce_id(said.get("salesforceleadid")),
        merged_ids=_merged(said),
    )


def _created_at(record: Record) -> datetime:
    """A contact whose creation nobody can read is the oldest: it loses the choice between several."""
    try:
        return created_at(record, "createdate")
    except ValueError:
        return datetime.fromtimestamp(0, UTC)


def _merged(said: Mapping[str, str | None]) -> tuple[str, ...]:
    """Ids that were merged away into this contact; the second property adds when [D-contacts]."""
    plain = members(said.get("hs_merged_object_ids"))
    dated = (part.partition(":")[0] for part in members(said.get("hs_calculated_merged_vids")))
    return tuple(dict.fromkeys((*plain, *dated)))


def company_from(record: Record) -> Company:
    said = record.properties
    return Company(
        id=record.id,
        domain=domain_of(said.get("domain")),
        name=said.get("name") or "",
        salesforce_account_id=_salesforce_id(said.get("salesforceaccountid")),
    )


def deal_from(record: Record) -> Deal:
    said = record.properties
    return Deal(
        id=record.id,
        name=said.get("dealname") or "",
        salesforce_opportunity_id=_salesforce_id(said.get("hs_salesforceopportunityid")),
    )


class OwnerRecord(msgspec.Struct, frozen=True, rename="camel"):
    """An owner [SPEC:crm-owners.v3]; some exist without a HubSpot user, hence without an e-mail."""

    id: str
    type: str = "PERSON"
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    archived: bool = False


def owner_from(record: OwnerRecord) -> HubSpotOwner:
    return HubSpotOwner(
        id=record.id,
        email=(record.email or "").strip().lower() or None,
        name=_full_name(record.first_name, record.last_name),
        active=not record.archived,
        type=record.type,
    )


class PortalRecord(msgspec.Struct, frozen=True, rename="camel"):
    """Account details [SPEC:account-info.v3]."""

    portal_id: int
    time_zone: str
    ui_domain: str = "app.hubspot.com"
    account_type: str = "STANDARD"


def portal_from(record: PortalRecord) -> Portal:
    return Portal(
        id=str(record.portal_id),
        zone=record.time_zone,
        ui_domain=record.ui_domain,
        account_type=record.account_type,
    )
