"""What a person asked for, and what goes back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self
from urllib.parse import urlencode

from tandem.sandbox.pages.texts import Words


class NoSuchPage(Exception):
    """There is nothing under this address; the text's name says what was looked for."""

    def __init__(self, text: str = "missing.page") -> None:
        super().__init__(text)
        self.text = text


class Refused(ValueError):
    """What a person filled in cannot be done; the text's name says why."""

    def __init__(self, text: str, /, **values: object) -> None:
        super().__init__(text)
        self.text = text
        self.values = values


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request for a page. `form` is what was filled in, `problem` why it was not done."""

    path: str
    words: Words
    parts: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    problem: str | None = None

    @property
    def do(self) -> str:
        """The act that a form asks for."""
        return self.form.get("do", "")

    def asked(self, name: str, default: str = "") -> str:
        return self.query.get(name, default).strip()

    def given(self, name: str) -> str | None:
        """What was filled in, None where nothing was."""
        return self.form.get(name, "").strip() or None

    def needed(self, name: str, label: str) -> str:
        """What had to be filled in; *label* is the text's name of the field."""
        value = self.given(name)
        if value is None:
            raise Refused("refused.empty", field=self.words(label))
        return value

    def here(self, **changes: str) -> str:
        """This address with other query parameters; an empty one is left out."""
        asked = {**self.query, **changes}
        left = {name: value for name, value in asked.items() if value}
        return f"{self.path}?{urlencode(left)}" if left else self.path

    def troubled(self, problem: str) -> Self:
        return replace(self, problem=problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page to show."""

    template: str
    title: str
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Go:
    """Go on to another page of this CRM, where a sentence says what was done."""

    to: str
    said: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    keep: Mapping[str, str] = field(default_factory=dict)
    """Choices of this visitor to remember, as cookies."""


Answer = Page | Go


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """
    One address: *pattern* is a regular expression for the whole path, *act* answers forms sent there.
    What is `for_browsers` is shown to those who ask for HTML; others get what the vendor's API says.
    """

    pattern: str
    show: Callable[[Visit], Answer]
    act: Callable[[Visit], Go] | None = None
    for_browsers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One entry of the navigation."""

    text: str
    to: str
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One entry of a drop-down list."""

    value: str
    label: str
