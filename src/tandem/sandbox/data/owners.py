"""HubSpot owners and Salesforce users, and every way in which the two may fail to match."""

from datetime import timedelta

from tandem.sandbox.data.draft import Draft, Owner
from tandem.sandbox.data.identity import Record, hubspot_stamp
from tandem.sandbox.data.people import Name, colleagues

CASES = (
    "owner_by_email",
    "owner_by_email_case_and_name",
    "owner_by_invalid_email",
    "owner_by_name",
    "owner_unmapped",
    "owner_of_inactive_user",
    "owner_archived",
    "owner_queue",
)
"""The special owners, in the order of their ids."""

_FIRST_OWNER, _FIRST_USER = 41_629_701, 77_003_101


def add_owners(draft: Draft) -> None:
    """Eight owners, one of them a queue, one archived; nine users, two of them inactive."""
    owners: list[Record] = []
    for place, name in enumerate(colleagues(draft.language)):
        email = f"{name.local}@{draft.home.host}"
        user = _counterpart(draft, CASES[place], name, email)
        owners.append(_owner(draft, place, name, email))
        draft.owners.append(
            Owner(
                id=owners[-1]["id"],
                user_id=owners[-1]["userIdIncludingInactive"],
                name=name.full,
                first=name.first,
                last=name.last,
                email=email,
                salesforce_user=user,
            )
        )
    owners.append(_queue_owner(draft))
    for case, record in zip(CASES, owners, strict=True):
        draft.cases[case] = record["id"]
    draft.feeds["owners"] = owners
    _add_users_of_salesforce_alone(draft)


def _counterpart(draft: Draft, case: str, name: Name, email: str) -> str | None:
    """Make the Salesforce user of an owner; the id, if it is one to map to."""
    match case:
        case "owner_unmapped":
            return None
        case "owner_by_email_case_and_name":
            twin = Name(
                first="Pat", last="Twinning", local="pat.twinning", title="", japanese=False
            )
            _user(draft, twin, email)
            return _user(draft, name, email.upper())
        case "owner_by_invalid_email":
            return _user(draft, name, f"{email}.invalid")
        case "owner_by_name":
            spelled = _SPELLINGS.get(name.first, name.first)
            other = f"{name.local.replace('.', '')}@mail.example.com"
            return _user(draft, name, other, first=spelled)
        case "owner_of_inactive_user":
            _user(draft, name, email, active=False)
            return None
        case _:
            return _user(draft, name, email)


_SPELLINGS = {"ミカ": "ﾐｶ"}


def _add_users_of_salesforce_alone(draft: Draft) -> None:
    integration = Name(
        first="Tandem", last="Integration", local="tandem.integration", title="", japanese=False
    )
    draft.integration_user = _user(draft, integration, f"integration@{draft.home.host}")
    draft.cases["integration_user"] = draft.integration_user
    former = Name(first="Robin", last="Formerly", local="robin.formerly", title="", japanese=False)
    draft.cases["inactive_user"] = _user(
        draft, former, f"robin.formerly@{draft.home.host}", active=False
    )
    draft.queue = draft.salesforce_id("00G")
    draft.cases["queue"] = draft.queue


def _owner(draft: Draft, place: int, name: Name, email: str) -> Record:
    user_id = _FIRST_USER + 37 * place
    archived = CASES[place] == "owner_archived"
    return {
        "id": str(_FIRST_OWNER + 113 * place),
        "type": "PERSON",
        "email": email,
        "firstName": name.first,
        "lastName": name.last,
        "userId": None if archived else user_id,
        "userIdIncludingInactive": user_id,
        "createdAt": hubspot_stamp(draft.now - timedelta(days=1200 - 90 * place)),
        "updatedAt": hubspot_stamp(draft.now - timedelta(days=400 - 40 * place)),
        "archived": archived,
        "teams": [{"id": "178588", "name": "Sales", "primary": True}] if place < 3 else [],
    }


def _queue_owner(draft: Draft) -> Record:
    place = len(draft.owners)
    record: Record = {
        "id": str(_FIRST_OWNER + 113 * place),
        "type": "QUEUE",
        "firstName": draft.words.queue,
        "lastName": "",
        "userId": None,
        "userIdIncludingInactive": None,
        "createdAt": hubspot_stamp(draft.now - timedelta(days=300)),
        "updatedAt": hubspot_stamp(draft.now - timedelta(days=300)),
        "archived": False,
        "teams": [],
    }
    draft.owners.append(
        Owner(
            id=record["id"],
            user_id=None,
            name=draft.words.queue,
            email="",
            salesforce_user=None,
            is_queue=True,
        )
    )
    return record


def _user(
    draft: Draft, name: Name, email: str, *, active: bool = True, first: str | None = None
) -> str:
    record_id = draft.salesforce_id("005")
    given = first or name.first
    full = f"{name.last} {given}" if name.japanese else f"{given} {name.last}"
    draft.users.append(
        {
            "Id": record_id,
            "Username": f"{name.local}@salesforce.{draft.home.host}",
            "Email": email,
            "FirstName": given,
            "LastName": name.last,
            "Name": full,
            "Alias": name.local.replace(".", "")[:8],
            "IsActive": active,
            "UserType": "Standard",
            "ProfileId": _PROFILE,
            "TimeZoneSidKey": draft.home.time_zone,
            "LocaleSidKey": draft.home.locale,
            "LanguageLocaleKey": draft.home.locale,
            "EmailEncodingKey": "ISO-2022-JP" if draft.language == "ja" else "UTF-8",
            **_audit(draft, record_id),
        }
    )
    return record_id


_PROFILE = "00e5h000000PrflAAC"


def _audit(draft: Draft, record_id: str) -> dict[str, str | bool]:
    audit = draft.audit(draft.now - timedelta(days=1300), record_id)
    del audit["IsDeleted"]  # users are never deleted, and have no such field
    return audit
