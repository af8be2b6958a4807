"""``tandem demo`` and the sandbox's ports, with the real application and both simulated CRMs."""

import io
import json
import socket
from pathlib import Path

import pytest
from rich.console import Console

from tandem.cli import run
from tandem.cli.sandbox import free_port


def demo(*arguments: str) -> tuple[int, str, str]:
    out, err = (Console(file=io.StringIO(), width=120) for _ in range(2))
    code = run(["demo", "--once", *arguments], environ={}, out=out, err=err)
    return code, out.file.getvalue(), err.file.getvalue()  # type: ignore[attr-defined]


def test_the_demonstration_syncs_the_sample_year_and_every_count_adds_up() -> None:
    code, out, _ = demo("--language", "ja")

    assert code == 0
    assert "件数はすべて合っています" in out
    assert "フォーム送信" in out
    assert "http://127.0.0.1:" in out


def test_the_demonstration_as_json_is_two_reports_that_add_up() -> None:
    code, out, _ = demo("--json")
    first, second = json.loads(out)

    assert code == 0
    assert first["adds_up"]
    assert second["adds_up"]
    assert len(first["kinds"]) == 14
    assert first["written"]["salesforce"]["created"] > 400
    assert "hubspot" not in first["written"]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_tasks_of_salesforce_and_edits_of_both_sides_cross_over(language: str) -> None:
    _, out, _ = demo("--json", "--language", language)
    [task] = json.loads(out)[1]["kinds"].values()
    written = json.loads(out)[1]["written"]

    assert written["hubspot"]["created"] == task["outcomes"]["created"] > 5
    assert written["hubspot"]["updated"] > 3
    assert written["salesforce"]["updated"] > 3
    assert task["outcomes"]["waiting"] == task["outcomes"]["skipped"] == 1


def test_the_summary_tells_both_directions() -> None:
    _, out, _ = demo("--language", "ja")

    assert out.count("件数はすべて合っています") == 2
    assert "HubSpot → Salesforce" in out
    assert "Salesforce → HubSpot" in out


def test_a_taken_port_is_left_for_the_next_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert free_port(port) > port


def test_a_taken_port_of_the_sandbox_is_wrong_usage(tmp_path: Path) -> None:
    err = Console(file=io.StringIO(), width=200)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code = run(["sandbox", "--data", "empty", "--hubspot-port", port], environ={}, err=err)

    assert code == 2
    assert "0 takes a free one" in err.file.getvalue()  # type: ignore[attr-defined]
