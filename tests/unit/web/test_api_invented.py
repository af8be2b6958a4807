"""
Requests that schemathesis invents from the description: right ones, wrong ones, and ways through several.

Every check it has is on, under one seed. An administrator's token sees all four phases, in some 1,600 requests;
a viewer's the random ones only, in some 140, since that it may change nothing is asked of every operation elsewhere.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterator
from typing import Any

import schemathesis
from schemathesis import engine
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events
from tests.support.api import Program
from tests.support.web import Web

from tandem.store.members import Role

SEED = 20_260
EXAMPLES = 3  # of each sort and operation

# What the description allows may still be refused for what it says, as settings that contradict each other are.
EXPECTED = ["2xx", "403", "404", "409", "422"]
CHECKS = {
    "allow_header_conformance",
    "content_type_conformance",
    "ignored_auth",
    "missing_required_header",
    "negative_data_rejection",
    "not_a_server_error",
    "positive_data_acceptance",
    "response_headers_conformance",
    "response_schema_conformance",
    "status_code_conformance",
    "unsupported_method",
    "use_after_free",
}


def _config(token: str, *, whole: bool) -> SchemathesisConfig:
    switched: dict[str, Any] = {"enabled": whole}
    return SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "headers": {"Authorization": f"Bearer {token}"},
            "continue-on-failure": True,
            # A parameter that is unknown is refused, which OpenAPI has no word for.
            "generation": {
                "max-examples": EXAMPLES,
                "database": "none",
                "allow-extra-parameters": False,
            },
            "phases": {
                "coverage": {**switched, "unexpected-methods": ["PATCH", "TRACE"]},
                "stateful": switched,
            },
            "checks": {
                "enabled": True,
                "positive_data_acceptance": {"expected-statuses": EXPECTED},
            },
        }
    )


def _from_everywhere(app: Any) -> Any:
    """The app as asked from another address each time: wrong tokens are part of the trial."""
    number = itertools.count()

    async def asked(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            kept = [(name, value) for name, value in scope["headers"] if name != b"host"]
            at = next(number)
            client = (f"10.{at >> 16 & 255}.{at >> 8 & 255}.{at & 255}", 4000)
            scope = {**scope, "headers": [*kept, (b"host", b"localhost:8800")], "client": client}
        await app(scope, receive, send)

    return asked


def _played(app: Any, config: SchemathesisConfig) -> Iterator[events.EngineEvent]:
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app, config=config)
    yield from engine.from_schema(schema).execute()


def _outcome(
    app: Any, token: str, *, whole: bool
) -> tuple[list[str], Counter[tuple[str, int]], set[str]]:
    """What failed, how often each method was answered with each status, and which checks were made."""
    failed: list[str] = []
    answers: Counter[tuple[str, int]] = Counter()
    checks: set[str] = set()
    for event in _played(app, _config(token, whole=whole)):
        if isinstance(event, events.NonFatalError | events.FatalError):
            failed.append(str(event))
        if not isinstance(event, events.ScenarioFinished):
            continue
        for each in event.recorder.interactions.values():
            if each.response is not None:
                answers[str(each.request.method), each.response.status_code] += 1
        for nodes in event.recorder.checks.values():
            for node in nodes:
                checks.add(node.name)
                if node.failure_info is not None:
                    found = node.failure_info
                    failed.append(
                        f"{found.failure.title}: {found.failure.message}\n{found.code_sample}"
                    )
    return failed, answers, checks


async def test_whatever_an_administrators_token_sends_the_answer_is_one_that_is_described(
    connected: Web,
) -> None:
    app, token = _from_everywhere(connected.app), Program(connected).secret
    failed, answers, checks = await asyncio.to_thread(_outcome, app, token, whole=True)

    assert failed == []
    assert checks >= CHECKS
    assert sum(answers.values()) > 1_500


async def test_whatever_a_viewers_token_sends_nothing_changes(connected: Web) -> None:
    app, token = _from_everywhere(connected.app), Program(connected, Role.VIEWER).secret
    failed, answers, _ = await asyncio.to_thread(_outcome, app, token, whole=False)

    assert failed == []
    assert {status for method, status in answers if method in ("PUT", "DELETE")} <= {401, 403}
    assert connected.tandem.store.settings(1).version == 0
    assert connected.tandem.store.for_connection(1).runs() == []
