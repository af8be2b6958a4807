"""
HubSpot's Webhooks Journal: what changed in every account an app is installed in, in files read by offset [D-journal].

It belongs to the app, not to an account, and is kept for three days. A file names records; what they say is read
elsewhere.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import msgspec

from tandem.clock import Clock
from tandem.crm.caller import Call, Caller
from tandem.crm.http import Request, Transport, TransportError
from tandem.crm.hubspot.errors import HubSpotDialect
from tandem.crm.hubspot.journal_events import JournalFile, file_from
from tandem.crm.oauth import TokenEndpoint, expiry
from tandem.crm.rate_limit import Budget, Lane, Pace
from tandem.crm.tokens import Grant, Tokens
from tandem.errors import AccessLost, CrmError, Rejected, TryLater
from tandem.model import Side

__all__ = ["JOURNAL_SCOPES", "OBJECT_SCOPES", "Journal", "OffsetLost", "Subscription", "Wanted"]

JOURNAL_SCOPES = (
    "developer.webhooks_journal.read",
    "developer.webhooks_journal.subscriptions.read",
    "developer.webhooks_journal.subscriptions.write",
)
"""What the app's own token is asked for; an app that was not given them cannot read its journal."""

OBJECT_SCOPES = (
    "crm.objects.contacts.read",
    "crm.objects.companies.read",
    "crm.objects.deals.read",
)
"""What subscribing to activities, people, companies and deals takes beside them."""

_VERSION = "2026-03"
_GONE = 404
_NOTHING = 204
_RECORDS = ("CREATE", "UPDATE", "DELETE", "MERGE", "RESTORE")
_ASSOCIATIONS = ("ASSOCIATION_ADDED", "ASSOCIATION_REMOVED")


class OffsetLost(Exception):
    """HubSpot no longer keeps the offset: what happened since then, nobody can tell [D-journal]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One object to be told about, by its type id; with *associated* its associations to those objects instead."""

    type_id: str
    properties: tuple[str, ...] = ()
    associated: tuple[str, ...] = ()


class Subscription(msgspec.Struct, frozen=True, rename="camel"):
    """One subscription as HubSpot lists it."""

    id: int
    subscription_type: str = ""
    portal_id: int | None = None
    object_type_id: str = ""
    actions: list[str] = []
    properties: list[str] | None = None
    associated_object_type_ids: list[str] | None = None

    def covers(self, wanted: Wanted) -> bool:
        """Whether it tells at least what is *wanted*."""
        if self.object_type_id != wanted.type_id:
            return False
        if wanted.associated:
            return (
                self.subscription_type == "ASSOCIATION"
                and {*_ASSOCIATIONS} <= {*self.actions}
                and {*wanted.associated} <= {*(self.associated_object_type_ids or ())}
            )
        return (
            self.subscription_type == "OBJECT"
            and {*_RECORDS} <= {*self.actions}
            and {*wanted.properties} <= {*(self.properties or ())}
        )


class _Entry(msgspec.Struct, frozen=True, rename="camel"):
    url: str
    current_offset: str


class _Listing(msgspec.Struct, frozen=True):
    results: list[Subscription] = []


class _Token(msgspec.Struct, frozen=True):
    access_token: str
    expires_in: int | None = None


_entry = msgspec.json.Decoder(_Entry)
_listing = msgspec.json.Decoder(_Listing)
_token = msgspec.json.Decoder(_Token)


class Journal:
    """The journal of one app. Raises the ``CrmError`` family; ``AccessLost`` where the app may not read it."""

    def __init__(
        self,
        transport: Transport,
        *,
        clock: Clock,
        client_id: str,
        client_secret: str,
        base_url: str,
        object_scopes: Collection[str] = OBJECT_SCOPES,
        jitter: random.Random | None = None,
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._endpoint = TokenEndpoint(Side.HUBSPOT, transport)
        self._token_url = f"{base_url.rstrip('/')}/oauth/v3/token"
        self._client = {"client_id": client_id, "client_secret": client_secret}
        self._scopes = (*JOURNAL_SCOPES, *sorted(object_scopes))
        # Reads of the journal are not counted against any account's calls [D-journal].
        self._caller = Caller(
            transport,
            Tokens(
                Grant(access_token="", expires_at=clock.now()),
                self._renew,
                clock,
                on_rotated=_kept,
            ),
            Budget(Side.HUBSPOT, clock, Pace().without_limits()),
            HubSpotDialect(),
            clock=clock,
            base_url=base_url,
            jitter=jitter,
        )
        self._is_secure = urlsplit(base_url).scheme == "https"

    async def latest(self) -> JournalFile | None:
        """The newest file; None while there is none."""
        return await self._file("/latest")

    async def earliest(self) -> JournalFile | None:
        """The oldest file that is kept; None while there is none."""
        return await self._file("/earliest")

    async def after(self, offset: str) -> JournalFile | None:
        """The file behind *offset*, None while there is none; OffsetLost where it is no longer kept."""
        try:
            return await self._file(f"/offset/{quote(offset, safe='')}/next")
        except Rejected as error:
            if error.status == _GONE:
                raise OffsetLost(offset) from error
            raise

    async def subscriptions(self) -> list[Subscription]:
        """All that the app has subscribed to, in every account."""
        call = Call(operation="list journal subscriptions", path=_path("subscriptions"))
        return (await self._caller.fetch(call, _listing)).results

    async def subscribe(self, wanted: Mapping[str, Iterable[Wanted]]) -> int:
        """Subscribe to what is *wanted* by portal and not subscribed to yet; how many that were."""
        known: dict[str, list[Subscription]] = {}
        for each in await self.subscriptions():
            known.setdefault(str(each.portal_id), []).append(each)
        missing = [
            (portal_id, new)
            for portal_id, listed in wanted.items()
            for new in listed
            if not any(one.covers(new) for one in known.get(portal_id, ()))
        ]
        for portal_id, new in missing:
            # Asking twice changes nothing: one for the same object is replaced.
            await self._caller.send(
                Call(
                    operation="subscribe to the journal",
                    path=_path("subscriptions"),
                    method="POST",
                    body=msgspec.json.encode(_asked(portal_id, new)),
                )
            )
        return len(missing)

    async def _file(self, tail: str) -> JournalFile | None:
        call = Call(operation="read the journal", path=_path("journal") + tail, lane=Lane.ORDINARY)
        response = await self._caller.send(call)
        if response.status == _NOTHING:
            return None
        entry = self._caller.decode(call, response, _entry)
        return file_from(await self._content(entry.url), entry.current_offset)

    async def _content(self, url: str) -> bytes:
        """A file, from where HubSpot has put it: our token is none of that server's business."""
        if self._is_secure and urlsplit(url).scheme != "https":
            raise _trouble("HubSpot named an address without encryption for a file of the journal.")
        request = Request(method="GET", url=url, headers={"Accept": "application/json"})
        try:
            response = await self._transport.send(request)
        except TransportError as error:
            raise _trouble(f"A file of HubSpot's journal cannot be read: {error}") from error
        if response.status != 200:
            # Its address holds for some minutes only; asked again there is another.
            raise _trouble(f"A file of HubSpot's journal was answered with {response.status}.")
        return response.body

    async def _renew(self, grant: Grant) -> Grant:
        try:
            answer = await self._sign_in(self._scopes)
        except AccessLost as error:
            if error.code != "BAD_SCOPES" or self._scopes == JOURNAL_SCOPES:
                raise
            # The documents ask for the objects' scopes as well, but an app need not have them all.
            self._scopes = JOURNAL_SCOPES
            answer = await self._sign_in(self._scopes)
        return Grant(
            access_token=answer.access_token, expires_at=expiry(self._clock, answer.expires_in)
        )

    async def _sign_in(self, scopes: Iterable[str]) -> _Token:
        form = {"grant_type": "client_credentials", **self._client, "scope": " ".join(scopes)}
        return await self._endpoint.post(self._token_url, form, "sign in to the journal", _token)


async def _kept(grant: Grant) -> None:
    """Nothing to save: the app's credentials give another token at any time."""


def _path(area: str) -> str:
    return f"/webhooks-journal/{area}/{_VERSION}"


def _asked(portal_id: str, wanted: Wanted) -> dict[str, object]:
    # The lists are required, empty ones for "all"; what leaving out properties means is not documented.
    asked: dict[str, object] = {
        "portalId": int(portal_id),
        "objectTypeId": wanted.type_id,
        "objectIds": [],
    }
    if wanted.associated:
        return asked | {
            "subscriptionType": "ASSOCIATION",
            "actions": list(_ASSOCIATIONS),
            "associatedObjectTypeIds": list(wanted.associated),
        }
    return asked | {
        "subscriptionType": "OBJECT",
        "actions": list(_RECORDS),
        "properties": list(wanted.properties),
    }


def _trouble(message: str) -> CrmError:
    return TryLater(message, side=Side.HUBSPOT, operation="read the journal")
