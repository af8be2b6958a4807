"""Priorities of both CRMs: HubSpot has four words, a Salesforce org its own list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tandem.model import Org

__all__ = ["hubspot_priority", "salesforce_priority"]

_NONE = "NONE"
_USUAL = {"HIGH": "High", "MEDIUM": "Normal", "LOW": "Low"}
_WORDS = (_NONE, "LOW", "MEDIUM", "HIGH")
"""HubSpot's own list, for an account whose property could not be read (reference 1.3)."""


def salesforce_priority(word: str | None, org: Org, mapped: Mapping[str, str]) -> str | None:
    """
    HubSpot's priority in the org's words: by the admin's map, the usual word, or the org's value of the same name.

    The org's default for none, and for one the org cannot express; None only where the org has no list.
    """
    word = word or _NONE
    for value in (mapped.get(word), _USUAL.get(word)):
        if value is not None and value in org.priorities:
            return value
    for value in org.priorities:
        if value.casefold() == word.casefold():
            return value
    if word == "HIGH" and org.high_priorities:
        return org.high_priorities[0]
    if org.default_priority:
        return org.default_priority
    return "Normal" if "Normal" in org.priorities else next(iter(org.priorities), None)


def hubspot_priority(
    priority: str | None,
    org: Org,
    words: Sequence[str],
    mapped: Mapping[str, str],
    *,
    present: str | None = None,
) -> str | None:
    """
    The HubSpot priority of a Salesforce task: ``salesforce_priority`` read backwards.

    *present*, what HubSpot says now, stays wherever it already means *priority*. A priority that no word means
    is high if the org counts it among the high ones, else none. Of *words*, the account's own list; None where
    even that does not have it.
    """
    words = words or _WORDS
    known = {word: salesforce_priority(word, org, mapped) for word in words}
    meaning = [word for word in words if priority and known[word] == priority]
    if (present or _NONE) in meaning:
        return present or _NONE
    if meaning:
        return min(meaning, key=lambda word: _nearness(word, priority, mapped))
    word = "HIGH" if priority in org.high_priorities else _NONE
    return word if word in words else None


def _nearness(word: str, priority: str | None, mapped: Mapping[str, str]) -> int:
    """How directly *word* means *priority*: by the usual word, the admin's map, its name, or for want of another."""
    if _USUAL.get(word) == priority:
        return 0
    if mapped.get(word) == priority:
        return 1
    return 2 if word.casefold() == (priority or "").casefold() else 3
