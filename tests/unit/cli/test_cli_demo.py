"""``tandem demo`` and the sandbox's ports, with the real application and both simulated CRMs."""

import io
import json
import socket
from pathlib import Path

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


def test_the_demonstration_as_json_is_one_report() -> None:
    code, out, _ = demo("--json")
    report = json.loads(out)

    assert code == 0
    assert report["adds_up"]
    assert len(report["kinds"]) == 14
    assert sum(tally["outcomes"].get("created", 0) for tally in report["kinds"].values()) > 400


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
