"""
Trouble on demand: rules that make a CRM misbehave, each armed for a number of times.

A rule either strikes a request (`FaultKind`) or has a name that one vendor's state declares and asks
for at the right moment, such as "this record is locked now".
"""

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any


class ConnectionDropped(Exception):
    """The connection broke and no answer will come; the socket server turns it into a TCP reset."""


class FaultError(ValueError):
    """A fault rule cannot be armed; the message says what is wrong with it."""


class FaultKind(enum.StrEnum):
    """How a request can be struck, whichever CRM it goes to."""

    STATUS = "status"
    """The given status is answered instead of doing the work."""
    STATUS_AFTER = "status_after"
    """The work is done, then the given status is answered."""
    DROP_BEFORE = "drop_before"
    """The connection is reset before the work."""
    DROP_AFTER = "drop_after"
    """The work is done, the answer is lost: the connection is reset."""
    SLOW = "slow"
    """The work begins after that many seconds."""
    TIMEOUT_AFTER = "timeout_after"
    """The work is done, and the answer never comes (the connection is reset after 120 s)."""


@dataclass(slots=True, kw_only=True)
class FaultRule:
    """One armed rule: which requests or moments it strikes, how, and how often it has struck."""

    kind: str
    method: str = "*"
    path: str = "*"
    times: int = 1
    skip: int = 0
    status: int = 500
    body: Any = None
    headers: Mapping[str, str]
    seconds: float = 0.0
    arguments: Mapping[str, Any]
    fired: int = 0

    @property
    def is_spent(self) -> bool:
        return 0 <= self.times <= self.fired

    def argument(self, name: str, default: Any = None) -> Any:
        """An argument of a named fault, as it stood in the rule that armed it."""
        return self.arguments.get(name, default)

    def strike(self) -> bool:
        """Count one matching moment; true if the rule strikes this one."""
        if self.is_spent:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.fired += 1
        return True

    def to_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {"kind": self.kind}
        if self.kind in _REQUEST_KINDS:
            shown |= {"method": self.method, "path": self.path}
        if self.kind in (FaultKind.STATUS, FaultKind.STATUS_AFTER):
            shown |= {"status": self.status, "body": self.body, "headers": dict(self.headers)}
        if self.kind == FaultKind.SLOW:
            shown["seconds"] = self.seconds
        return shown | {
            **self.arguments,
            "times": self.times,
            "skip": self.skip,
            "fired": self.fired,
            "spent": self.is_spent,
        }


_REQUEST_KINDS = frozenset(kind.value for kind in FaultKind)
_REQUEST_KEYS = frozenset(
    {"kind", "method", "path", "times", "skip", "status", "body", "headers", "seconds"}
)
_COUNT_KEYS = frozenset({"kind", "times", "skip"})


class Faults:
    """The fault rules of one side, in the order in which they were armed."""

    __slots__ = ("_declared", "_rules")

    def __init__(self) -> None:
        self._declared: dict[str, tuple[str, frozenset[str]]] = {}
        self._rules: list[FaultRule] = []

    def declare(self, name: str, about: str, arguments: Iterable[str] = ()) -> None:
        """Make *name* a kind that may be armed; the state asks for it with `take_named`."""
        self._declared[name] = (about, frozenset(arguments))

    @property
    def kinds(self) -> dict[str, str]:
        """Every kind that may be armed on this side, with what it does."""
        named = {name: about for name, (about, _) in self._declared.items()}
        return _ABOUT | named

    def arm(self, rules: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> list[FaultRule]:
        """
        Arm one rule or several, all or none of them.

        A rule is a mapping with `kind`, for request kinds also `method` and `path` (shell patterns),
        `status`, `body`, `headers`, `seconds`; for all kinds `times` (1; -1 for ever) and `skip` (0).
        A rule `{"clear": true}` removes those armed before it.
        """
        listed = [rules] if isinstance(rules, Mapping) else list(rules)
        survivors, armed = list(self._rules), list[FaultRule]()
        for rule in listed:
            if not isinstance(rule, Mapping):
                raise FaultError("A fault rule is a JSON object with at least a kind.")
            if "clear" in rule:
                survivors.clear()
                armed.clear()
                continue
            armed.append(self._parse(rule))
        self._rules = survivors + armed
        return armed

    @property
    def are_armed(self) -> bool:
        """Whether any rule may still strike."""
        return any(not rule.is_spent for rule in self._rules)

    def clear(self) -> None:
        """Disarm everything."""
        self._rules.clear()

    def take(self, method: str, path: str) -> FaultRule | None:
        """The first rule that strikes this request, counted as fired; None if none does."""
        for rule in self._rules:
            if (
                rule.kind in _REQUEST_KINDS
                and fnmatchcase(method.upper(), rule.method.upper())
                and fnmatchcase(path, rule.path)
                and rule.strike()
            ):
                return rule
        return None

    def take_named(self, name: str, **moment: Any) -> FaultRule | None:
        """
        The first rule of a named kind that strikes at this moment, counted as fired.

        *moment* tells what the state is doing (`id="00T…", object="Task"`). A rule's argument of the
        same name must match it, as a shell pattern; arguments that *moment* lacks do not filter.
        """
        if not self._rules:
            return None
        for rule in self._rules:
            if rule.kind == name and _fits(rule.arguments, moment) and rule.strike():
                return rule
        return None

    def listing(self) -> list[dict[str, Any]]:
        """The armed rules with how often each has fired, as JSON."""
        return [rule.to_json() for rule in self._rules]

    def _parse(self, rule: Mapping[str, Any]) -> FaultRule:
        kind = rule.get("kind")
        if kind in _REQUEST_KINDS:
            self._refuse_unknown(rule, _REQUEST_KEYS)
        elif isinstance(kind, str) and kind in self._declared:
            self._refuse_unknown(rule, _COUNT_KEYS | self._declared[kind][1])
        else:
            raise FaultError(f"Unknown fault kind {kind!r}. Known here: {', '.join(self.kinds)}.")
        parsed = FaultRule(
            kind=str(kind),
            method=_typed(rule, "method", str, "*"),
            path=_typed(rule, "path", str, "*"),
            times=_typed(rule, "times", int, 1),
            skip=_typed(rule, "skip", int, 0),
            status=_typed(rule, "status", int, 500) if kind in _REQUEST_KINDS else 500,
            body=rule.get("body"),
            headers=_typed(rule, "headers", dict, {}) if kind in _REQUEST_KINDS else {},
            seconds=float(_typed(rule, "seconds", (int, float), 0.0)),
            arguments={}
            if kind in _REQUEST_KINDS
            else {key: value for key, value in rule.items() if key not in _COUNT_KEYS},
        )
        if not 100 <= parsed.status <= 599:
            raise FaultError(f"{parsed.status} is no HTTP status.")
        return parsed

    @staticmethod
    def _refuse_unknown(rule: Mapping[str, Any], known: frozenset[str]) -> None:
        unknown = sorted(set(rule) - known)
        if unknown:
            raise FaultError(
                f"Fault {rule['kind']!r} does not know {', '.join(unknown)}. "
                f"It knows: {', '.join(sorted(known))}."
            )


def _typed(rule: Mapping[str, Any], key: str, kind: Any, default: Any) -> Any:
    value = rule.get(key, default)
    if isinstance(value, bool) or not isinstance(value, kind):
        raise FaultError(f"A fault rule's {key!r} cannot be {value!r}.")
    return value


def _fits(arguments: Mapping[str, Any], moment: Mapping[str, Any]) -> bool:
    return all(
        key not in moment or fnmatchcase(str(moment[key]), str(wanted))
        for key, wanted in arguments.items()
    )


_ABOUT = {
    FaultKind.STATUS.value: "answer status (with body, headers) instead of doing the work",
    FaultKind.STATUS_AFTER.value: "do the work, then answer status (with body, headers)",
    FaultKind.DROP_BEFORE.value: "reset the connection before the work",
    FaultKind.DROP_AFTER.value: "do the work, lose the answer: reset the connection",
    FaultKind.SLOW.value: "begin after so many seconds",
    FaultKind.TIMEOUT_AFTER.value: "do the work, never answer; reset after 120 s",
}
