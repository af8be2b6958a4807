"""
Every text of the pages, in English and Japanese side by side: an entry cannot hold one without the other.
"""

from collections.abc import Mapping

from tandem.sandbox.pages.texts import common, hubspot, salesforce

LANGUAGES = ("en", "ja")
TEXTS: Mapping[str, tuple[str, str]] = {**common.TEXTS, **hubspot.TEXTS, **salesforce.TEXTS}


class Words:
    """The texts in one language. An unknown name is a KeyError: a page with a hole in it is a bug."""

    __slots__ = ("_at", "language")

    def __init__(self, language: str) -> None:
        self.language = language
        self._at = LANGUAGES.index(language)

    def __call__(self, name: str, /, **values: object) -> str:
        text = TEXTS[name][self._at]
        return text.format(**values) if values else text

    def named(self, group: str, value: str) -> str:
        """The word for a vendor's value, or the value itself where there is none."""
        found = TEXTS.get(f"{group}.{value}")
        return value if found is None else found[self._at]

    def named_or(self, group: str, value: str, otherwise: str) -> str:
        """The word for a vendor's value, or the vendor's own word where there is none."""
        found = TEXTS.get(f"{group}.{value}")
        return otherwise if found is None else found[self._at]
