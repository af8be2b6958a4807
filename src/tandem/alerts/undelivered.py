"""A letter that did not get there."""

from __future__ import annotations

__all__ = ["Undelivered"]


class Undelivered(Exception):
    """*code* says how it failed (a sentence of the page), *detail* what was answered."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
