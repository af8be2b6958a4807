"""A working day as docs/a-working-day.md tells it: the vendors' own clients as people, the page's commands typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tandem.sandbox.clock import Clock
from tandem.sandbox.server import SandboxThread
from tests.unit.docs.tutorial_shell import Step, TutorialShell, same, steps

PAGE = Path(__file__).parents[2] / "docs" / "a-working-day.md"
_BLOCK = re.compile(r"^```(console|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ELSEWHERE = ".venv/bin/tandem sandbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What people do: a block of Python, and where it stands."""

    text: str
    line: int


def told() -> list[Step | Work]:
    """The page's commands and what people do, in order."""
    page = PAGE.read_text("utf-8")
    found: list[Step | Work] = []
    for block in _BLOCK.finditer(page):
        line = page.count("\n", 0, block.start(2)) + 1
        if block[1] == "python":
            found.append(Work(text=block[2], line=line))
            continue
        lines = "\n" * (line - 2) + f"```console\n{block[2]}```"
        found += [each for each in steps(lines) if not each.command.startswith(_ELSEWHERE)]
    return found


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxThread]:
    """Empty, on a clock that only the page's ``sleep`` moves; its CA is trusted and no proxy is in the way."""
    with SandboxThread(data="empty", clock=Clock(running=False)) as running:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(running.ca_path))
        for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.lower(), raising=False)
        monkeypatch.setenv("HS", running.tokens["hubspot"])
        monkeypatch.setenv("SF", running.tokens["salesforce"])
        yield running


def test_the_day_goes_as_told(sandbox: SandboxThread, tmp_path: Path) -> None:
    urls = {"hubspot": sandbox.hubspot_url, "salesforce": sandbox.salesforce_url}
    shell = TutorialShell(tmp_path, urls, dict(sandbox.tokens))
    people: dict[str, Any] = {
        "HUBSPOT_URL": sandbox.hubspot_url,
        "SALESFORCE_URL": sandbox.salesforce_url.replace("http:", "https:"),
    }

    typed = 0
    for each in told():
        if isinstance(each, Work):
            exec(compile("\n" * (each.line - 1) + each.text, str(PAGE), "exec"), people)
            ids = {name.upper(): one for name, one in people.items() if isinstance(one, str)}
            shell.variables |= {name: one for name, one in ids.items() if name not in ("HS", "SF")}
            continue
        printed = shell(each.command)
        typed += 1
        assert same(each.printed, printed), (
            f"docs/a-working-day.md, line {each.line}: {each.command}\n\n"
            + "\n".join(each.printed)
            + f"\n\nbut it printed\n\n{printed}"
        )
    assert typed > 25
