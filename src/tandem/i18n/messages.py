"""
Looking a sentence up in a language.

The catalogue holds both languages of a sentence side by side, as a pair: one without the other
cannot be written down, and a reviewer sees both at once. gettext was left aside because its files
are compiled, fall back to English without a word, and separate a translation from its original.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any

from tandem.i18n.retelling import retold
from tandem.i18n.texts import TEXTS

__all__ = ["LANGUAGES", "Messages", "language_of"]

LANGUAGES = ("en", "ja")


def language_of(environ: Mapping[str, str]) -> str:
    """The language of ``TANDEM_LANGUAGE``, else of the locale variables in POSIX order; English if neither fits."""
    chosen = environ.get("TANDEM_LANGUAGE", "").strip().lower()
    if chosen in LANGUAGES:
        return chosen
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        locale = environ.get(variable, "")
        if locale:
            return "ja" if locale.lower().startswith("ja") else "en"
    return "en"


class Messages:
    """
    The sentences of one language: ``messages("run.done", run=7)``.

    An unknown key or a missing value is a bug and raises; an error among the values is told in this
    language; a number may choose its words in the
    text: ``{count} {count:activity|activities}``.
    """

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"The languages are {', '.join(LANGUAGES)}, not {language!r}.")
        self.language = language
        self._index = LANGUAGES.index(language)

    def __call__(self, key: str, /, **values: object) -> str:
        text = TEXTS[key][self._index]
        if not values:
            return text
        said = {
            name: self.told(value) if isinstance(value, BaseException) else value
            for name, value in values.items()
        }
        return _FORMATTER.vformat(text, (), said)

    def __contains__(self, key: str) -> bool:
        return key in TEXTS

    def either(self, key: str, otherwise: str, /, **values: object) -> str:
        """The sentence of *key*, or *otherwise*: for codes that come from outside, such as a CRM's."""
        return self(key, **values) if key in TEXTS else otherwise

    def told(self, said: object) -> str:
        """What an error, or a run that kept its sentence, says: in this language where it is ours to say."""
        return retold(str(said), self.language)

    def joined(self, words: list[str] | tuple[str, ...]) -> str:
        """An enumeration as the language writes it."""
        return ("、" if self.language == "ja" else ", ").join(words)


class _Formatter(string.Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        if "|" in format_spec:
            one, many = format_spec.split("|")
            return one if str(value) == "1" else many
        return str(format(value, format_spec))


_FORMATTER = _Formatter()
