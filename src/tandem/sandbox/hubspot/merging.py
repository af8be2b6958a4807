"""Two records becoming one, and a person being forgotten [D-contacts]."""

from typing import TYPE_CHECKING

from tandem.sandbox.hubspot.errors import invalid, not_found
from tandem.sandbox.hubspot.happenings import What
from tandem.sandbox.hubspot.records import Record, Source
from tandem.sandbox.hubspot.values import is_whole

if TYPE_CHECKING:
    from tandem.sandbox.hubspot.state import HubSpotState

_MOST_MERGED = 250


def merge(
    state: "HubSpotState", kind: str, winner_id: str, loser_id: str, source: Source
) -> Record:
    """
    The winner after taking over values it lacks, addresses and associations of the loser, whose id
    leads to the winner from now on.
    """
    crm, table = state.crm, state.crm.tables[kind]
    winner, loser = crm.get(kind, winner_id), crm.get(kind, loser_id)
    if winner.id == loser.id:
        raise invalid("Cannot merge a record with itself")
    merged = _listed(winner, "hs_merged_object_ids") + _listed(loser, "hs_merged_object_ids")
    if len(merged) >= _MOST_MERGED:
        raise invalid(f"A record can take in at most {_MOST_MERGED} others")
    now = crm.now()
    values: dict[str, str | None] = {
        name: value for name, value in loser.values.items() if name not in winner.values
    }
    values["hs_merged_object_ids"] = ";".join(dict.fromkeys([*merged, str(loser.id)]))
    if kind == "contacts":
        addresses = [
            *_listed(winner, "hs_additional_emails"),
            *_listed(loser, "email"),
            *_listed(loser, "hs_additional_emails"),
        ]
        own = winner.values.get("email") or loser.values.get("email")
        others = [each for each in dict.fromkeys(addresses) if each != own]
        values["hs_additional_emails"] = ";".join(others) or None
        past = _listed(winner, "hs_calculated_merged_vids")
        values["hs_calculated_merged_vids"] = ";".join([*past, f"{loser.id}:{now}"])
    crm.tell(What.MERGED, kind, winner.id, source, values, merged=(loser.id,))
    associations = list(crm.associations.of(kind, loser.id))
    crm.associations.drop(kind, loser.id)
    table.remove(loser.id, now)
    table.merged[loser.id] = winner.id
    for target, target_id, labels in associations:
        if (target, target_id) != (kind, winner.id):
            crm.associations.add(kind, winner.id, target, target_id, labels)
    state.lists.forget(table.kind.type_id, loser.id)
    return crm.write(kind, winner, values, source)


def gdpr_delete(state: "HubSpotState", kind: str, wanted: str, id_property: str | None) -> None:
    """Destroy a record for good, in the bin as well."""
    crm, table = state.crm, state.crm.tables[kind]
    record_id = int(wanted) if is_whole(wanted) and not id_property else None
    if record_id is not None and record_id in table.archived:
        table.purge(record_id)
        crm.associations.drop(kind, record_id)
        crm.tell(What.FORGOTTEN, kind, record_id, crm.actor)
        return
    record = crm.get(kind, wanted, id_property)
    if record is None:
        raise not_found("resource not found")
    table.remove(record.id, crm.now())
    crm.associations.drop(kind, record.id)
    state.lists.forget(table.kind.type_id, record.id)
    # A privacy deletion sends both events [D-wh].
    crm.tell(What.FORGOTTEN, kind, record.id, crm.actor)
    crm.tell(What.DELETED, kind, record.id, crm.actor)


def _listed(record: Record, name: str) -> list[str]:
    return [each for each in record.values.get(name, "").split(";") if each]
