"""Records as the API shows them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tandem.sandbox.hubspot.auth import Token
from tandem.sandbox.hubspot.computed import add_derived
from tandem.sandbox.hubspot.kinds import association_type, kind_named
from tandem.sandbox.hubspot.records import Record
from tandem.sandbox.hubspot.state import HubSpotState
from tandem.sandbox.hubspot.values import stamp

_MAIL_SCOPE = "sales-email-read"
_MAIL_CONTENT = frozenset(
    {
        "hs_email_subject", "hs_email_text", "hs_email_html", "hs_email_headers",
        "hs_body_preview", "hs_body_preview_html", "hs_body_preview_is_truncated",
    }
)  # fmt: skip
_MOST_ASSOCIATED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Which properties an answer shows, and which with their history."""

    names: tuple[str, ...]
    history: tuple[str, ...]
    withheld: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        state: HubSpotState,
        kind: str,
        names: Iterable[str],
        history: Iterable[str],
        token: Token,
    ) -> "Shape":
        """Asked names that exist, with the ones every answer shows; unknown names are left out."""
        declared = state.crm.tables[kind].kind
        asked, past = list(names), tuple(dict.fromkeys(history))
        always = (
            declared.defaults
            if not asked
            else ("hs_object_id", declared.created_name, declared.modified_name)
        )
        known = [
            name
            for name in dict.fromkeys((*always, *asked, *past))
            if state.crm.definition(kind, name) is not None
        ]
        hides = kind == "emails" and _MAIL_SCOPE not in token.scopes
        return cls(
            names=tuple(known),
            history=tuple(name for name in past if state.crm.definition(kind, name) is not None),
            withheld=_MAIL_CONTENT if hides else frozenset(),
        )


def show(state: HubSpotState, kind: str, record: Record, shape: Shape) -> dict[str, Any]:
    """A record with the properties of a shape; one without value is null."""
    read, values = state.crm.read, record.values
    shown: dict[str, Any] = {
        "id": str(record.id),
        "properties": {
            name: values[name] if name in values else read(kind, record, name)
            for name in shape.names
        },
        "createdAt": stamp(record.created),
        "updatedAt": stamp(record.updated),
        "archived": record.archived_at is not None,
    }
    if shape.withheld:
        shown["properties"] |= dict.fromkeys(shape.withheld & set(shape.names))
    if record.archived_at is not None:
        shown["archivedAt"] = stamp(record.archived_at)
    if shape.history:
        shown["propertiesWithHistory"] = {
            name: _past(state, kind, record, name) for name in shape.history
        }
    return shown


def show_written(
    state: HubSpotState, kind: str, record: Record, names: Iterable[str] | None
) -> dict[str, Any]:
    """
    A record as the answer to a write shows it: what was written (all that is set, where *names* is
    None) and what HubSpot derives, without empty properties [F-nango].
    """
    crm = state.crm
    if names is None:
        properties = dict(record.values)
    else:
        properties = {name: crm.read(kind, record, name) or "" for name in names}
    add_derived(crm, kind, record, properties)
    return {
        "id": str(record.id),
        "properties": properties,
        "createdAt": stamp(record.created),
        "updatedAt": stamp(record.updated),
        "archived": False,
    }


def associated(
    state: HubSpotState, kind: str, record_id: int, others: Iterable[str], url: str
) -> dict[str, Any]:
    """The `associations` of a record, by the plural names that clients look for."""
    found: dict[str, Any] = {}
    for name in dict.fromkeys(kind_named(each).name for each in others if each != "conversations"):
        targets = state.crm.associations.targets(kind, record_id, name)
        if not targets or association_type(kind, name) is None:
            continue
        singular = f"{state.crm.tables[kind].kind.singular}_to_{kind_named(name).singular}"
        results = []
        for target in targets[:_MOST_ASSOCIATED]:
            results.append({"id": str(target), "type": singular})
            labels = state.crm.associations.labels(kind, record_id, name, target)
            results += [
                {"id": str(target), "type": f"{singular}_unlabeled"}
                for label in labels
                if label.label == "Primary"
            ]
        found[name] = {"results": results}
        if len(targets) > _MOST_ASSOCIATED:
            after = str(targets[_MOST_ASSOCIATED])
            link = f"{url.rpartition('?')[0] or url}/associations/{name}?after={after}"
            found[name]["paging"] = {"next": {"after": after, "link": link}}
    return {"associations": found} if found else {}


def _past(state: HubSpotState, kind: str, record: Record, name: str) -> list[dict[str, Any]]:
    """Every value of a property, newest first."""
    entries = record.past_of(name)
    if not entries:
        value = state.crm.read(kind, record, name)
        if value is None:
            return []
        return [
            {
                "value": value,
                "timestamp": stamp(record.created),
                "sourceType": record.source.type,
                "sourceId": record.source.id,
            }
        ]
    return [
        {
            "value": entry.value,
            "timestamp": stamp(entry.at),
            "sourceType": entry.source.type,
            "sourceId": entry.source.id,
            **({} if entry.source.user_id is None else {"updatedByUserId": entry.source.user_id}),
        }
        for entry in reversed(entries)
    ]
