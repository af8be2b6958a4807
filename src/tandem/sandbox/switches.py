"""Behaviour of the CRMs that their documents leave open, or that a test wants otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class SwitchError(ValueError):
    """A switch does not exist or does not take that value; the message says which do."""


@dataclass(slots=True, kw_only=True)
class _Switch:
    value: Any
    default: Any
    choices: tuple[Any, ...] | None
    about: str


class Switches:
    """
    Named choices with a default each, declared by the vendor that obeys them.

    Without `choices` a switch takes any value of its default's type; whole numbers may be given for
    fractions, and a number may not be negative.
    """

    __slots__ = ("_switches",)

    def __init__(self) -> None:
        self._switches: dict[str, _Switch] = {}

    def declare(
        self, name: str, default: Any, about: str, choices: tuple[Any, ...] | None = None
    ) -> None:
        """Add a switch. Declaring it again changes nothing, so that a state may be made anew."""
        if name not in self._switches:
            self._switches[name] = _Switch(
                value=default, default=default, choices=choices, about=about
            )

    def __getitem__(self, name: str) -> Any:
        return self._switches[name].value

    def set(self, values: Mapping[str, Any]) -> None:
        """Set several switches, all or none of them."""
        for name, value in values.items():
            self._check(name, value)
        for name, value in values.items():
            self._switches[name].value = value

    def restore(self) -> None:
        """Put every switch back to its default."""
        for switch in self._switches.values():
            switch.value = switch.default

    def listing(self) -> dict[str, Any]:
        """Every switch with its value, as JSON."""
        return {name: switch.value for name, switch in sorted(self._switches.items())}

    def descriptions(self) -> dict[str, dict[str, Any]]:
        """Every switch with value, default, choices and what it means."""
        return {
            name: {
                "value": switch.value,
                "default": switch.default,
                "choices": list(switch.choices) if switch.choices is not None else None,
                "about": switch.about,
            }
            for name, switch in sorted(self._switches.items())
        }

    def _check(self, name: str, value: Any) -> None:
        switch = self._switches.get(name)
        if switch is None:
            known = ", ".join(sorted(self._switches))
            raise SwitchError(f"There is no switch {name!r}. Known: {known}.")
        if switch.choices is not None:
            if not any(value == one and type(value) is type(one) for one in switch.choices):
                shown = ", ".join(repr(one) for one in switch.choices)
                raise SwitchError(f"Switch {name!r} takes {shown}, not {value!r}.")
        elif not _is_like(value, switch.default):
            kind = type(switch.default).__name__
            raise SwitchError(
                f"Switch {name!r} takes a {kind} like {switch.default!r}, not {value!r}."
            )


def _is_like(value: Any, default: Any) -> bool:
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(value, bool) and isinstance(default, bool)
    if isinstance(default, int | float):
        kinds = (int, float) if isinstance(default, float) else (int,)
        return isinstance(value, kinds) and value >= 0
    return isinstance(value, type(default))
