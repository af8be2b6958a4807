"""Running a Singer tap as a process of its own: discovery, then a sync of everything it found."""

import json
import os
import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tandem.sandbox.server import SandboxThread
from tests.clients.prepare import HERE, singer_tap

_PROXIES = frozenset({"http_proxy", "https_proxy", "all_proxy", "no_proxy"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """What a tap wrote on its two outputs."""

    messages: tuple[dict[str, Any], ...]
    log: str

    @property
    def state(self) -> dict[str, Any]:
        """Where the next sync begins."""
        return [each["value"] for each in self.messages if each["type"] == "STATE"][-1]

    def records(self, stream: str) -> list[dict[str, Any]]:
        return [
            each["record"]
            for each in self.messages
            if each["type"] == "RECORD" and each["stream"] == stream
        ]

    def counts(self) -> dict[str, int]:
        """The records of each stream that has any."""
        return dict(Counter(each["stream"] for each in self.messages if each["type"] == "RECORD"))


class Tap:
    """
    One tap with its configuration, led to the sandbox by CONNECT.

    The vendor's hosts are hard-coded in it. *trusts_certifi* is for a tap that lets no setting name
    the authorities it trusts.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        sandbox: SandboxThread,
        config: Mapping[str, Any],
        *,
        trusts_certifi: bool = False,
    ) -> None:
        self._program = singer_tap(name)
        self._folder = folder
        self._config = self._written("config", config)
        self._environment = {
            name: value for name, value in os.environ.items() if name.lower() not in _PROXIES
        }
        self._environment |= {
            "HTTPS_PROXY": sandbox.hubspot_url,
            "NO_PROXY": "127.0.0.1",
            "REQUESTS_CA_BUNDLE": str(sandbox.ca_path),
            "PYTHONPATH": str(HERE / "trust") if trusts_certifi else "",
        }

    def discover(self) -> dict[str, Any]:
        """The catalog."""
        output, _ = self._run("--config", self._config, "--discover")
        return json.loads(output)

    def sync(
        self,
        catalog: Mapping[str, Any],
        streams: Iterable[str] | None = None,
        state: Mapping[str, Any] | None = None,
    ) -> Synced:
        """Everything of the named streams, or of all of them."""
        wanted = None if streams is None else set(streams)
        for stream in catalog["streams"]:
            is_wanted = wanted is None or stream["tap_stream_id"] in wanted
            for each in stream["metadata"]:
                if each["metadata"].get("inclusion") != "unsupported":
                    each["metadata"]["selected"] = is_wanted
        options = ["--config", self._config, "--properties", self._written("catalog", catalog)]
        if state is not None:
            options += ["--state", self._written("state", state)]
        output, log = self._run(*options)
        return Synced(messages=tuple(map(json.loads, output.splitlines())), log=log)

    def _run(self, *options: str) -> tuple[str, str]:
        ended = subprocess.run(
            [str(self._program), *options],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr[-4000:]
        return ended.stdout, ended.stderr

    def _written(self, name: str, content: Mapping[str, Any]) -> str:
        path = self._folder / f"{name}.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        return str(path)
