"""Contacts and leads by id and address, with the right to edit them: at most three calls per 1,000."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from tandem.crm.connector import People
from tandem.crm.salesforce import soql
from tandem.crm.salesforce.reads import Query, Reader, Row, unique
from tandem.mapping.ids import id18, is_salesforce_id
from tandem.model import Person, PersonType

__all__ = ["people"]

_CONTACT = "SELECT Id, Email, AccountId, CreatedDate, IsDeleted, MasterRecordId FROM Contact"
_LEAD = "SELECT Id, Email, CreatedDate, IsDeleted, MasterRecordId, IsConverted, ConvertedContactId FROM Lead"
_CONTACT_PREFIX = "003"
_LEAD_PREFIX = "00Q"
_ACCESS_LIST = 200
"""Record ids that one query for access rights takes (Object Reference, UserRecordAccess)."""
_LONGEST_TRAIL = 4
"""How far merges and conversions are followed; each step costs a call."""


async def people(
    reader: Reader, user_id: str, ids: Collection[str], emails: Collection[str]
) -> People:
    """
    Everybody with one of *ids* or *emails*, and those whom merges and conversions lead to.

    Deleted records are included, since a merge's loser names its winner.
    """
    wanted = unique([id18(one) for one in ids if is_salesforce_id(one)])
    found = await _read(reader, wanted, unique([email.lower() for email in emails if email]))
    for _ in range(_LONGEST_TRAIL):
        ahead = sorted(set(_ahead(found.values())) - set(found))
        if not ahead:
            break
        found |= await _read(reader, ahead, [])
    editable = await _editable(reader, user_id, _worth_asking(found.values()))
    persons = {one: _person(row, row["Id"] in editable) for one, row in found.items()}
    by_email: dict[str, list[Person]] = {}
    for person in persons.values():
        if person.email:
            by_email.setdefault(person.email, []).append(person)
    return People(by_id=persons, by_email=by_email)


async def _read(reader: Reader, ids: list[str], emails: list[str]) -> dict[str, Row]:
    queries = [*_by_id(reader, ids), *_by_email(reader, emails)]
    rows = await reader.collect("people", queries)
    return {row["Id"]: row for row in rows}


def _by_id(reader: Reader, ids: list[str]) -> Iterator[Query]:
    for prefix, select in ((_CONTACT_PREFIX, _CONTACT), (_LEAD_PREFIX, _LEAD)):
        of_type = [one for one in ids if one.startswith(prefix)]
        for batch in soql.batches(of_type, most=reader.list_size, is_long=reader.takes_long):
            yield Query(f"{select} WHERE {soql.ids_in('Id', batch)}", everything=True)


def _by_email(reader: Reader, emails: list[str]) -> Iterator[Query]:
    for batch in soql.batches(emails, most=reader.list_size, is_long=reader.takes_long):
        for select in (_CONTACT, _LEAD):
            yield Query(f"{select} WHERE {soql.texts_in('Email', batch)}", everything=True)


def _ahead(rows: Iterable[Row]) -> Iterator[str]:
    """Whom a merge or a conversion leads to."""
    for row in rows:
        onward = row.get("MasterRecordId") if row["IsDeleted"] else row.get("ConvertedContactId")
        if onward:
            yield onward


def _worth_asking(rows: Iterable[Row]) -> list[str]:
    """Rights matter only for records that can get a task: neither deleted nor converted."""
    return [row["Id"] for row in rows if not row["IsDeleted"] and not row.get("IsConverted")]


async def _editable(reader: Reader, user_id: str, ids: list[str]) -> frozenset[str]:
    queries = [
        Query(
            "SELECT RecordId, HasEditAccess FROM UserRecordAccess "
            f"WHERE UserId = '{id18(user_id)}' AND {soql.ids_in('RecordId', batch)}"
        )
        for batch in soql.batches(ids, most=_ACCESS_LIST, is_long=reader.takes_long)
    ]
    rows = await reader.collect("rights to people", queries)
    return frozenset(id18(row["RecordId"]) for row in rows if row["HasEditAccess"])


def _person(row: Row, editable: bool) -> Person:
    is_lead = row["Id"].startswith(_LEAD_PREFIX)
    return Person(
        id=row["Id"],
        type=PersonType.LEAD if is_lead else PersonType.CONTACT,
        created_at=datetime.fromisoformat(row["CreatedDate"]),
        email=(row.get("Email") or "").strip().lower() or None,
        account_id=row.get("AccountId"),
        is_deleted=row["IsDeleted"],
        converted_contact_id=row.get("ConvertedContactId") if row.get("IsConverted") else None,
        merged_into=row.get("MasterRecordId") if row["IsDeleted"] else None,
        editable=editable,
    )
