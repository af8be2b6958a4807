"""A person at a browser, as far as signing in needs one: opens a page, presses a button, is sent on."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import requests

from tests.support.processes import Program

__all__ = ["address_in", "asked_for", "decide", "go"]


class _Form(HTMLParser):
    """The fields of the one form of a page; a choice has the value that is selected."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.buttons: list[str] = []
        self._choice = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "input":
            self.fields[given["name"]] = given.get("value", "")
        elif tag == "button":
            self.buttons.append(given["value"])
        elif tag == "select":
            self._choice = given["name"]
        elif tag == "option" and "selected" in given:
            self.fields[self._choice] = given["value"]


def address_in(program: Program) -> str:
    """The address that *program* asks a person to visit."""
    found = program.waits_for(
        lambda: re.search(r"(https?://\S+/authorize\?\S+)\s", program.said), "an address to visit"
    )
    return found[1]


def asked_for(address: str) -> dict[str, str]:
    """What an address says behind its question mark."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def decide(address: str, decision: str, ca_file: str) -> str:
    """Open the page at *address*, press the button *decision*; where the browser is sent then."""
    with requests.Session() as session:
        session.trust_env = False
        session.verify = ca_file
        page = session.get(address, timeout=30)
        assert page.status_code == 200, page.text
        form = _Form(page.text)
        assert decision in form.buttons
        answer = session.post(
            address, data={**form.fields, "decision": decision}, timeout=30, allow_redirects=False
        )
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]


def go(address: str) -> requests.Response:
    """Follow the redirect back to the program that waits for it."""
    with requests.Session() as session:
        session.trust_env = False
        return session.get(address, timeout=30)
