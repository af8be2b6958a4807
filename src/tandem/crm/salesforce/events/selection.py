"""
Change Data Capture's selected entities: whose changes an org makes events of.

An administrator selects them in Setup, or the Tooling API by a member of the standard channel: looking needs 'View Setup and
Configuration', selecting 'Customize Application' [cdc-select]. Five may be selected without an add-on [cdc-alloc].
"""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from tandem.crm.caller import Call
from tandem.crm.salesforce.reads import Reader
from tandem.errors import AccessLost, CrmError, Rejected
from tandem.model import Side

__all__ = ["Selection", "topic_of"]

_CHANNEL = "ChangeEvents"
_EVENT = "ChangeEvent"
_MEMBERS = "SELECT DeveloperName, EventChannel, SelectedEntity FROM PlatformEventChannelMember"
_TAKEN = frozenset({"DUPLICATE_DEVELOPER_NAME", "DUPLICATE_VALUE", "DUPLICATES_DETECTED"})


class _Member(msgspec.Struct, frozen=True, rename="pascal"):
    developer_name: str = ""
    event_channel: str = ""
    selected_entity: str | None = None

    @property
    def is_standard(self) -> bool:
        """Custom channels have members, too, but send nothing to the topics of the standard one."""
        return self.event_channel == _CHANNEL or self.developer_name.startswith(f"{_CHANNEL}_")


class _Page(msgspec.Struct, frozen=True, rename="camel"):
    records: list[_Member] = []
    next_records_url: str | None = None


class _Created(msgspec.Struct, frozen=True):
    success: bool = False


_page = msgspec.json.Decoder(_Page)
_created = msgspec.json.Decoder(_Created)


def topic_of(entity: str) -> str:
    """The topic of a standard object's change events [cdc-task]."""
    return f"/data/{entity}{_EVENT}"


class Selection:
    """The entities one org makes change events of."""

    def __init__(self, reader: Reader) -> None:
        self._caller = reader.caller
        self._path = f"{reader.data_path}/tooling"

    async def entities(self) -> frozenset[str]:
        """Objects selected for the standard channel. ``AccessLost`` where the user may not look."""
        path: str | None = f"{self._path}/query?q={quote(_MEMBERS, safe='')}"
        members: list[_Member] = []
        while path:
            page = await self._caller.fetch(Call(operation="change events", path=path), _page)
            members += page.records
            path = page.next_records_url
        named = (one.selected_entity or "" for one in members if one.is_standard)
        return frozenset(each.removesuffix(_EVENT) for each in named if each.endswith(_EVENT))

    async def select(self, entity: str) -> bool:
        """
        Select *entity*; False where it was selected already.

        ``AccessLost`` tells an administrator what to click where the user may not, ``Rejected`` that no more entities
        may be selected.
        """
        name = f"{entity}{_EVENT}"
        member = {
            "FullName": f"{_CHANNEL}_{name}",
            "Metadata": {"eventChannel": _CHANNEL, "selectedEntity": name},
        }
        call = Call(
            operation="select change events",
            method="POST",
            path=f"{self._path}/sobjects/PlatformEventChannelMember",
            body=msgspec.json.encode(member),
            is_write=True,
        )
        try:
            await self._caller.fetch(call, _created)
        except AccessLost as error:
            raise _by_hand(AccessLost, entity, error) from error
        except Rejected as error:
            if error.code in _TAKEN:
                return False
            raise _by_hand(Rejected, entity, error) from error
        return True


def _by_hand(kind: type[CrmError], entity: str, cause: CrmError) -> CrmError:
    return kind(
        f"Tandem could not switch on change events of {entity} ({cause}). An administrator can, in Setup: Integrations "
        f"> Change Data Capture, move {entity} to 'Selected Entities' and save. Five may be selected without an "
        "add-on.",
        side=Side.SALESFORCE,
        operation="select change events",
        status=cause.status,
        code=cause.code,
        request_id=cause.request_id,
    )
