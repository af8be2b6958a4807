"""Which records belong together, in both directions, with their labels [D-assoc]."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from sys import intern
from typing import Any

from tandem.sandbox.hubspot.errors import invalid
from tandem.sandbox.hubspot.kinds import KINDS, association_pairs, association_type

HUBSPOT_DEFINED = "HUBSPOT_DEFINED"
USER_DEFINED = "USER_DEFINED"
_LABELLED = frozenset({"contacts", "companies", "deals", "tickets"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One association type between two kinds, in one direction."""

    category: str
    type_id: int
    label: str | None

    def to_json(self) -> dict[str, Any]:
        return {"category": self.category, "typeId": self.type_id, "label": self.label}


Key = tuple[str, int, str, int]
Heard = Callable[[str, int, str, int, tuple[int, ...], bool], None]


def _unheard(*_: Any) -> None:
    """Where nobody wants to know."""


class Associations:
    """
    The associations of an account.

    Most carry only the default type, which needs no entry of its own: `_labels` holds the others.
    *heard* is told of each association made and taken away, once from either end.
    """

    def __init__(self, heard: Heard = _unheard) -> None:
        self._heard = heard
        self._targets: dict[tuple[str, str], dict[int, list[int]]] = {}
        self._labels: dict[Key, tuple[int, ...]] = {}
        self._custom: dict[tuple[str, str], list[Label]] = {}
        self._opposite: dict[int, int] = {}
        self._known: dict[tuple[str, str], list[Label]] = {}
        self._leads_to: dict[tuple[str, Any, Any], str] = {}
        self._next_type = 1

    def types(self, source: str, target: str) -> list[Label]:
        """Every type between two kinds, HubSpot's own first."""
        known = self._known.get((source, target))
        if known is None:
            known = [
                Label(category=HUBSPOT_DEFINED, type_id=type_id, label=label)
                for type_id, label in association_pairs(source, target)
            ] + self._custom.get((source, target), [])
            self._known[source, target] = known
        return known

    def target_of(self, source: str, category: Any, type_id: Any) -> str:
        """The kind that an association type leads to: type ids are distinct across kinds."""
        found = self._leads_to.get((source, category, type_id))
        if found is not None:
            return found
        for kind in KINDS:
            for each in self.types(source, kind.name):
                if (each.category, each.type_id) == (category, type_id):
                    self._leads_to[source, category, type_id] = kind.name
                    return kind.name
        raise invalid(f"invalid association type: {category} {type_id} from {source}")

    def define(self, source: str, target: str, label: str, inverse: str | None) -> list[Label]:
        """Add a label and its inverse; activities take none [D-assoc]."""
        if source not in _LABELLED or target not in _LABELLED:
            raise invalid(f"Custom labels are not supported between {source} and {target}")
        there = Label(category=USER_DEFINED, type_id=self._next_type, label=label)
        back = Label(category=USER_DEFINED, type_id=self._next_type + 1, label=inverse or label)
        self._next_type += 2
        self._opposite |= {there.type_id: back.type_id, back.type_id: there.type_id}
        self._custom.setdefault((source, target), []).append(there)
        self._custom.setdefault((target, source), []).append(back)
        self._known.clear()
        return [there, back]

    def check(self, source: str, target: str, types: Any) -> tuple[int, ...]:
        """
        The type ids of a list of `{associationCategory, associationTypeId}`, without the default
        one; 400 for types that do not exist between these kinds.
        """
        known = {(label.category, label.type_id) for label in self.types(source, target)}
        default = association_type(source, target)
        chosen: list[int] = []
        if not isinstance(types, list) or not types:
            raise invalid("Association types must be a list with at least one type")
        for each in types:
            if not isinstance(each, Mapping):
                raise invalid("Each association type needs a category and a type id")
            category, type_id = each.get("associationCategory"), each.get("associationTypeId")
            if (category, type_id) not in known:
                raise invalid(
                    f"invalid from object type or association type: {category} {type_id} "
                    f"between {source} and {target}"
                )
            if type_id != default and type_id not in chosen:
                chosen.append(int(str(type_id)))
        return tuple(chosen)

    def add(
        self, source: str, source_id: int, target: str, target_id: int, types: tuple[int, ...] = ()
    ) -> bool:
        """Associate two records, both ways; true if they were not before."""
        if association_type(source, target) is None:
            raise invalid(f"There is no association type between {source} and {target}")
        is_new = not self.has(source, source_id, target, target_id)
        if is_new:
            self._list(source, target, source_id).append(target_id)
            if (source, source_id) != (target, target_id):
                self._list(target, source, target_id).append(source_id)
        if types:
            there, back = (
                (source, source_id, target, target_id),
                (target, target_id, source, source_id),
            )
            self._labels[there] = _joined(self._labels.get(there, ()), types)
            backwards = tuple(self._back(source, target, each) for each in types)
            self._labels[back] = _joined(self._labels.get(back, ()), backwards)
        if is_new or types:
            self._heard(source, source_id, target, target_id, types, False)
            backwards = tuple(self._back(source, target, each) for each in types)
            self._heard(target, target_id, source, source_id, backwards, False)
        return is_new

    def remove(self, source: str, source_id: int, target: str, target_id: int) -> bool:
        """Take every association of a pair away; false if there was none."""
        if not self.has(source, source_id, target, target_id):
            return False
        for one, one_id, other, other_id in (
            (source, source_id, target, target_id),
            (target, target_id, source, source_id),
        ):
            self._labels.pop((one, one_id, other, other_id), None)
            targets = self._targets.get((one, other), {}).get(one_id)
            if targets is not None and other_id in targets:
                targets.remove(other_id)
                if not targets:
                    del self._targets[one, other][one_id]
            self._heard(one, one_id, other, other_id, (), True)
        return True

    def remove_labels(self, key: Key, types: tuple[int, ...]) -> None:
        """Take labels off a pair, leaving it associated."""
        source, source_id, target, target_id = key
        back: Key = (target, target_id, source, source_id)
        for at, dropped in (
            (key, types),
            (back, tuple(self._back(source, target, each) for each in types)),
        ):
            left = tuple(each for each in self._labels.get(at, ()) if each not in dropped)
            self._labels.pop(at, None)
            if left:
                self._labels[at] = left

    def has(self, source: str, source_id: int, target: str, target_id: int) -> bool:
        there = self._targets.get((source, target), {}).get(source_id, ())
        back = self._targets.get((target, source), {}).get(target_id, ())
        return target_id in there if len(there) <= len(back) else source_id in back

    def targets(self, source: str, source_id: int, target: str) -> list[int]:
        """The ids of a kind that a record is associated with, oldest association first."""
        return self._targets.get((source, target), {}).get(source_id, [])

    def labels(self, source: str, source_id: int, target: str, target_id: int) -> list[Label]:
        """The types of one association, the default one first."""
        chosen = self._labels.get((source, source_id, target, target_id), ())
        default = association_type(source, target)
        types = self.types(source, target)
        return [each for each in types if each.type_id == default or each.type_id in chosen]

    def primary(self, source: str, source_id: int, target: str) -> int | None:
        """The associated record that bears the label Primary, else the first one."""
        targets = self.targets(source, source_id, target)
        for target_id in targets:
            chosen = self._labels.get((source, source_id, target, target_id), ())
            primary = association_pairs(source, target)[1:]
            if primary and primary[0][0] in chosen:
                return target_id
        return targets[0] if targets else None

    def of(self, source: str, source_id: int) -> Iterator[tuple[str, int, tuple[int, ...]]]:
        """Everything a record is associated with, with the labels beyond the default type."""
        for (one, other), by_id in self._targets.items():
            if one == source:
                for target_id in list(by_id.get(source_id, ())):
                    labels = self._labels.get((source, source_id, other, target_id), ())
                    yield other, target_id, labels

    def drop(self, source: str, source_id: int) -> None:
        """Take all associations of a record away."""
        for target, target_id, _ in list(self.of(source, source_id)):
            self.remove(source, source_id, target, target_id)

    def load(self, source: str, source_id: int, target: str, target_id: int) -> None:
        """Associate two records that are known not to be associated yet, quickly."""
        self._list(source, target, source_id).append(target_id)
        self._list(target, source, target_id).append(source_id)

    def _list(self, source: str, target: str, source_id: int) -> list[int]:
        by_id = self._targets.setdefault((intern(source), intern(target)), {})
        return by_id.setdefault(source_id, [])

    def _back(self, source: str, target: str, type_id: int) -> int:
        if type_id in self._opposite:
            return self._opposite[type_id]
        there, back = association_pairs(source, target), association_pairs(target, source)
        return next(other[0] for one, other in zip(there, back, strict=True) if one[0] == type_id)


def _joined(present: tuple[int, ...], added: tuple[int, ...]) -> tuple[int, ...]:
    return present + tuple(each for each in added if each not in present)
