"""One Node process that runs the scenarios in `node/*.cjs` with the vendors' packages."""

import json
import os
import select
import subprocess
from types import TracebackType
from typing import Any, Self

from tests.clients.prepare import HERE, NODE, node_modules

_PATIENCE_SECONDS = 60
_PROXIES = frozenset({"http_proxy", "https_proxy", "all_proxy"})


class NodeError(Exception):
    """What a client threw: its `message`, and of its other members those that are not functions."""

    def __init__(self, members: dict[str, Any]) -> None:
        super().__init__(members.get("message"))
        self.members = members


class Node:
    """
    Calls scenarios by the name of their file and their own.

    with Node() as node:
        node.call("hubspot", "records", url=…, token=…)
    """

    def __enter__(self) -> Self:
        environment = {
            name: value for name, value in os.environ.items() if name.lower() not in _PROXIES
        }
        environment["NODE_PATH"] = str(node_modules())
        self._process = subprocess.Popen(
            [str(NODE), str(HERE / "node" / "run.cjs")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            text=True,
            encoding="utf-8",
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._process as process:
            process.kill()

    def call(self, module: str, scenario: str, **given: Any) -> Any:
        """What the scenario returns; NodeError for what it throws."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {"module": module, "scenario": scenario, "given": given}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        ready, _, _ = select.select([self._process.stdout], [], [], _PATIENCE_SECONDS)
        assert ready, f"{module}.{scenario} did not end within {_PATIENCE_SECONDS} s"
        answer = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise NodeError(answer["error"])
        return answer["result"]
