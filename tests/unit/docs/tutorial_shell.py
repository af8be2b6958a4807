"""
A shell just large enough for the commands that docs/tutorial.md asks a newcomer to type.

``tandem`` is called in this process, with its real application and on real sockets; ``sleep`` moves
the simulated CRMs' clock instead of waiting.
"""

from __future__ import annotations

import io
import json
import re
import shlex
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

from rich.console import Console

from tandem.cli import run

__all__ = ["Step", "TutorialShell", "is_complete", "same", "steps"]

WIDTH = 100
_CONTINUED = "\\"
ADDRESS = {"http://127.0.0.1:8801": "hubspot", "http://127.0.0.1:8802": "salesforce"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command of a page with what the page says it prints."""

    command: str
    printed: tuple[str, ...]
    line: int


def steps(page: str) -> list[Step]:
    """The commands in the page's ``console`` blocks, in order."""
    found: list[Step] = []
    is_inside = False
    for number, text in enumerate(page.splitlines(), 1):
        if text.startswith("```"):
            is_inside = text == "```console"
        elif is_inside and text.startswith("$ "):
            found.append(Step(command=text[2:], printed=(), line=number))
        elif is_inside and found:
            found[-1] = _with(found[-1], text)
    return found


def _with(step: Step, text: str) -> Step:
    """*step* with one more line: of the command while it is not complete, else of what it prints."""
    if is_complete(step.command):
        return replace(step, printed=(*step.printed, text))
    return replace(step, command=f"{step.command.removesuffix(_CONTINUED).rstrip()} {text.strip()}")


def is_complete(command: str) -> bool:
    """Whether no quotation and no continued line is open."""
    try:
        shlex.split(command)
    except ValueError:  # an open quotation, or nothing behind the last backslash
        return False
    return True


class TutorialShell:
    """Carries out one command after the other; ``urls`` are where the two CRMs really are."""

    def __init__(self, folder: Path, urls: dict[str, str], tokens: dict[str, str]) -> None:
        self._folder = folder
        self._urls = urls
        self._printed = {"SF": tokens["salesforce"], "HS": tokens["hubspot"]}
        self.variables = {"HOME": str(folder), "PWD": str(folder), "PATH": "", **self._printed}

    def __call__(self, command: str) -> str:
        """What *command* prints, with the addresses and paths as the page has them."""
        words = [self._expanded(word) for word in shlex.split(command)]
        target = None
        if len(words) > 2 and words[-2] == ">":
            words, target = words[:-2], words[-1]
        printed = self._carry_out(words[0], words[1:])
        if target is not None:
            self._path(target).write_text(printed, "utf-8")
            return ""
        return self._as_in_the_page(printed)

    def _carry_out(self, program: str, arguments: Sequence[str]) -> str:
        match program:
            case "tandem":
                return self._tandem(arguments)
            case "curl":
                return self._curl(arguments)
            case "sleep":
                body = json.dumps({"advance_seconds": float(arguments[0])})
                self._curl(["-s", "http://127.0.0.1:8801/_sandbox/clock", "-d", body])
                return ""
            case "export":
                for each in arguments:
                    name, _, value = each.partition("=")
                    self.variables[name] = self._printed.get(name, value)
                return ""
            case "mkdir":
                self._path(arguments[0]).mkdir()
                return ""
            case "cp":
                source, into = (self._path(each) for each in arguments)
                shutil.copy(source, into)
                return ""
        raise AssertionError(f"The tutorial asks for a program this shell does not know: {program}")

    def _tandem(self, arguments: Sequence[str]) -> str:
        console = Console(file=io.StringIO(), width=WIDTH)
        environ = {k: v for k, v in self.variables.items() if k.startswith("TANDEM_")}
        given = [self._real(each) for each in arguments]
        run(given, environ=environ, out=console, err=console, ask=lambda question: True)
        return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]

    def _curl(self, arguments: Sequence[str]) -> str:
        url = next(each for each in arguments if each.startswith("http"))
        body = arguments[arguments.index("-d") + 1] if "-d" in arguments else None
        headers = {"Content-Type": "application/json"}
        if "-H" in arguments:
            name, _, value = arguments[arguments.index("-H") + 1].partition(": ")
            headers[name] = value
        request = Request(self._real(url), data=body.encode() if body else None, headers=headers)
        with build_opener(ProxyHandler({})).open(request) as answer:
            text: str = answer.read().decode()
        for task in re.findall(r"00T\w{15}", text):
            self._printed["TASK"] = task
        return "" if "/dev/null" in arguments else text + "\n"

    def _expanded(self, word: str) -> str:
        word = re.sub(r"^~(?=/|$)|(?<==)~(?=/)", self.variables["HOME"], word)
        return re.sub(r"\$(\w+)", lambda found: self.variables[found.group(1)], word)

    def _path(self, name: str) -> Path:
        return self._folder / name

    def _real(self, text: str) -> str:
        for address, side in ADDRESS.items():
            text = text.replace(address, self._urls[side])
        return text

    def _as_in_the_page(self, text: str) -> str:
        for address, side in ADDRESS.items():
            text = text.replace(self._urls[side], address)
        lines = text.replace(str(self._folder), "~").splitlines()
        return "\n".join(line.rstrip() for line in lines)


_VARYING = (
    (r"\d{4}-\d\d-\d\d(T[\d:.]+Z?)?( [\d:]+ UTC)?", "WHEN"),
    (r"00D\w{12,15}![\w.]+|pat-[\w-]+", "TOKEN"),
    (r"00T\w{15}", "TASK"),
    (r"\bin \d+\.\d s", "in N s"),
    (r"\b\d+ (s|min|h)$", "SPAN"),
    (r"(?<=HubSpot )\d+(?=, Salesforce \d+$)", "N"),
    (r"(?<=, Salesforce )\d+$", "N"),
    (r"[\d,]+ of 15,?000 calls", "N of 15000 calls"),
    (r"^(HubSpot|Salesforce)( +[\d,–]+){4}$", r"\1 CALLS"),
    (r" {2,}", "  "),
    (r"─+", "─"),
)


def _gist(line: str) -> str:
    for pattern, instead in _VARYING:
        line = re.sub(pattern, instead, line)
    return line.rstrip()


def same(page: Sequence[str], printed: str) -> bool:
    """
    Whether *printed* is what the *page* shows. Times, tokens, the ids of tasks and figures of calls may
    differ; ``…`` stands for any lines, and at the end of one for what is left of it.
    """
    wanted = [_gist(line) for line in page]
    while wanted and not wanted[-1]:
        wanted.pop()
    pattern = ""
    for line in wanted:
        if line == "…":
            pattern += r"(?:.*\n)*?"
        else:
            end = r".*\n" if line.endswith("…") else r"\n"
            pattern += re.escape(line.removesuffix("…")) + end
    found = "".join(_gist(line) + "\n" for line in printed.splitlines())
    return re.fullmatch(pattern + r"\n*", found) is not None
