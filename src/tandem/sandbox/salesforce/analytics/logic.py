"""Filter logic: `(1 OR 4) AND 2`, with or without spaces ([rep-filter] sends `(1OR4)AND2AND3`)."""

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

from tandem.sandbox.salesforce.analytics.refusals import bad_request

Test: TypeAlias = Callable[[Sequence[bool]], bool]

_TOKEN = re.compile(r"\s*(\d+|AND|OR|NOT|\(|\))", re.IGNORECASE)


class Logic:
    """Which combinations of conditions pass. `text` is the platform's spelling, `numbers` what it uses."""

    __slots__ = ("_test", "has_or", "numbers", "text")

    def __init__(self, text: str, count: int) -> None:
        tokens = _tokens(text)
        self.text = " ".join(tokens).replace("( ", "(").replace(" )", ")")
        self.numbers = frozenset(int(one) for one in tokens if one.isdigit())
        self.has_or = "OR" in tokens
        reader = _Reader(tokens)
        self._test = reader.whole()
        for number in sorted(self.numbers):
            if not 1 <= number <= count:
                raise bad_request(f"The filter logic references an undefined filter: {number}.")
        if len(self.numbers) < count:
            raise bad_request(
                "Some filter conditions are defined but not referenced in your filter logic."
            )

    def passes(self, results: Sequence[bool]) -> bool:
        """Whether a row passes whose conditions came out so."""
        return self._test(results)


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    stripped = text.strip()
    while at < len(stripped):
        matched = _TOKEN.match(stripped, at)
        if matched is None:
            raise _imprecise()
        found.append(matched[1].upper())
        at = matched.end()
    return found


def _imprecise() -> Exception:
    return bad_request("Your filter logic is imprecise or incorrect.")


class _Reader:
    """Reads a formula. AND and OR may not be mixed without parentheses, as in the filter editor."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0

    def whole(self) -> Test:
        found = self._terms()
        if self._at < len(self._tokens):
            raise _imprecise()
        return found

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _terms(self) -> Test:
        parts = [self._term()]
        word = self._peek()
        while self._peek() in ("AND", "OR"):
            if self._peek() != word:
                raise _imprecise()
            self._at += 1
            parts.append(self._term())
        if len(parts) == 1:
            return parts[0]
        combine = all if word == "AND" else any
        return lambda results: combine(part(results) for part in parts)

    def _term(self) -> Test:
        word = self._peek()
        self._at += 1
        if word == "NOT":
            inner = self._term()
            return lambda results: not inner(results)
        if word == "(":
            inner = self._terms()
            if self._peek() != ")":
                raise _imprecise()
            self._at += 1
            return inner
        if not word.isdigit():
            raise _imprecise()
        index = int(word) - 1
        return lambda results: results[index]
