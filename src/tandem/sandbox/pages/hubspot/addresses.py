"""The addresses of HubSpot's own pages, host apart (`/contacts/{portal}/record/{objectTypeId}/{id}`)."""

from dataclasses import dataclass

from tandem.sandbox.hubspot.kinds import KINDS

ACTIVITIES = tuple(kind.name for kind in KINDS if kind.is_activity)
_TYPE_IDS = {kind.name: kind.type_id for kind in KINDS}
KIND_OF_TYPE = {kind.type_id: kind.name for kind in KINDS}
KIND_OF_SINGULAR = {kind.singular: kind.name for kind in KINDS}

PORTAL = r"(?P<portal>\d{1,18})"
RECORD = r"(?P<id>\d{1,18})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where the pages of one portal are."""

    portal: int

    @property
    def contacts(self) -> str:
        return f"/contacts/{self.portal}/objects/0-1/views/all/list"

    @property
    def tasks(self) -> str:
        return f"/tasks/{self.portal}/view/all"

    def task(self, record_id: int | str) -> str:
        return f"{self.tasks}/task/{record_id}"

    def record(self, kind: str, record_id: int | str) -> str:
        if kind == "tasks":
            return self.task(record_id)
        return f"/contacts/{self.portal}/record/{_TYPE_IDS[kind]}/{record_id}"
