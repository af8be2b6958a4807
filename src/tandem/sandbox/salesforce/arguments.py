"""Reading the arguments of an act: each is checked, and one that nobody asked for is an error."""

from collections.abc import Mapping
from typing import Any

from tandem.sandbox.salesforce.conversion import ActError
from tandem.sandbox.salesforce.ids import id18, is_id

_MISSING = object()


class Arguments:
    """The arguments of one act. `done` refuses those that were not read."""

    __slots__ = ("_act", "_given", "_read")

    def __init__(self, act: str, given: Mapping[str, Any]) -> None:
        self._act = act
        self._given = given
        self._read: set[str] = set()

    def text(self, name: str, default: Any = _MISSING) -> Any:
        """A text; without a default it must be given."""
        return self._typed(name, str, default, "a text")

    def flag(self, name: str, default: bool) -> bool:
        return bool(self._typed(name, bool, default, "true or false"))

    def number(self, name: str, default: Any = _MISSING) -> Any:
        value = self._typed(name, (int, float), default, "a number")
        if isinstance(value, bool):
            raise self._wrong(name, value, "a number")
        return value

    def mapping(self, name: str, default: Any = _MISSING) -> dict[str, Any]:
        return dict(self._typed(name, dict, default, "an object"))

    def listed(self, name: str, default: Any = _MISSING) -> list[Any]:
        return list(self._typed(name, list, default, "a list"))

    def value(self, name: str, default: Any = None) -> Any:
        """Anything."""
        self._read.add(name)
        return self._given.get(name, default)

    def record_id(self, name: str, default: Any = _MISSING) -> Any:
        """A record id, given in 15 or 18 characters."""
        value = self._typed(name, str, default, "a record id")
        if value is not None and not is_id(value):
            raise self._wrong(name, value, "a record id of 15 or 18 characters")
        return None if value is None else id18(value)

    def rest(self) -> dict[str, Any]:
        """Every argument not read so far."""
        left = {name: one for name, one in self._given.items() if name not in self._read}
        self._read.update(left)
        return left

    def done(self) -> None:
        """Refuse arguments that the act does not know."""
        unknown = sorted(set(self._given) - self._read)
        if unknown:
            known = ", ".join(sorted(self._read))
            raise ActError(f"{self._act} does not know {', '.join(unknown)}. It knows: {known}.")

    def _typed(self, name: str, kind: Any, default: Any, wanted: str) -> Any:
        self._read.add(name)
        value = self._given.get(name, default)
        if value is _MISSING:
            raise ActError(f"{self._act} needs {name!r}: {wanted}.")
        if name in self._given and value is not default and not isinstance(value, kind):
            raise self._wrong(name, value, wanted)
        return value

    def _wrong(self, name: str, value: Any, wanted: str) -> ActError:
        return ActError(f"{self._act}: {name!r} is {wanted}, not {value!r}.")
