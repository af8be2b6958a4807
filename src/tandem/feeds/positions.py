"""How far each topic of an account was heard, as one text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

__all__ = ["Positions"]

_texts = msgspec.json.Decoder(dict[str, str])


class Positions:
    """Replay ids by topic. They are opaque bytes of Salesforce's own [durability]; written as hexadecimal digits."""

    def __init__(self, known: Mapping[str, bytes]) -> None:
        self._known = dict(known)

    @classmethod
    def read(cls, text: str) -> Positions:
        """
        What ``str`` wrote. Anything else is no position at all: listening begins at the newest, and everything is
        looked at once.
        """
        try:
            return cls(
                {name: bytes.fromhex(told) for name, told in _texts.decode(text or "{}").items()}
            )
        except (msgspec.DecodeError, ValueError):
            return cls({})

    def of(self, topic: str) -> bytes | None:
        return self._known.get(topic) or None

    def moved(self, topic: str, position: bytes | None) -> Positions:
        """With *topic* at *position*; None forgets it."""
        known = {name: told for name, told in self._known.items() if name != topic}
        return Positions({**known, topic: position} if position else known)

    def only(self, topics: Iterable[str]) -> Positions:
        """
        Without other topics: one that is listened to again later must not go on where it was left days ago.
        """
        kept = set(topics)
        return Positions({name: told for name, told in self._known.items() if name in kept})

    def __str__(self) -> str:
        ordered = {name: self._known[name].hex() for name in sorted(self._known)}
        return msgspec.json.encode(ordered).decode("ascii")
