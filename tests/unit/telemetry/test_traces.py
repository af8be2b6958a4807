"""Spans of runs, stages and calls, as the SDK's own exporter in memory gets them."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from structlog.contextvars import get_contextvars
from tests.support.installation import START, installation

from tandem.errors import SettingsError
from tandem.model import Kind, Side
from tandem.observing import CallSeen, Outcome, RunSeen, watched_by
from tandem.telemetry.traces import Traces, are_wanted, open_traces


@pytest.fixture
def kept() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def traces(kept: InMemorySpanExporter) -> Traces:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(kept))
    return Traces(provider)


def _below(spans: tuple[ReadableSpan, ...], top: ReadableSpan) -> list[str]:
    return [
        each.name
        for each in spans
        if each.parent is not None and each.parent.span_id == top.context.span_id
    ]


async def test_a_run_is_a_span_with_its_stages_and_calls_below(
    tmp_path: Path, traces: Traces, kept: InMemorySpanExporter
) -> None:
    async with installation(tmp_path, data="sample") as here:
        await here.connect()
        await here.switch_on([Kind.CALL], since=START - timedelta(days=30))
        with watched_by(traces):
            report = await here.sync()
    spans = kept.get_finished_spans()
    (run,) = [each for each in spans if each.name == "run"]

    assert run.attributes is not None
    assert (run.attributes["tandem.state"], run.attributes["tandem.run"]) == ("done", report.run_id)
    assert {"recover", "read", "plan", "announce", "write", "settle"} <= set(_below(spans, run))
    write = next(each for each in spans if each.name == "write")
    assert any(name.startswith("salesforce ") for name in _below(spans, write))
    assert len({each.context.trace_id for each in spans}) == 1
    told = " ".join(each.to_json() for each in spans)
    assert "@" not in told
    assert "http://" not in told
    assert "?" not in told


def test_what_failed_says_so_without_words(traces: Traces, kept: InMemorySpanExporter) -> None:
    seen = RunSeen(connection_id=1, connection="main", cause="schedule", is_dry=False)
    call = CallSeen(side=Side.HUBSPOT, operation="search calls", method="POST")

    def work() -> None:
        with traces.run(seen):
            with traces.call(call):
                call.status, call.outcome = 503, Outcome.FAILED
            traces.store_trouble()
            raise KeyError("ann@example.com")

    with pytest.raises(KeyError):
        work()
    spans = {each.name: each for each in kept.get_finished_spans()}

    assert spans["hubspot search calls"].status.status_code is StatusCode.ERROR
    assert dict(spans["hubspot search calls"].attributes or {}) == {
        "tandem.crm": "hubspot",
        "tandem.outcome": "failed",
        "http.request.method": "POST",
        "http.response.status_code": 503,
        "error.type": "503",
    }
    assert (spans["run"].attributes or {})["error.type"] == "KeyError"
    assert [each.name for each in spans["run"].events] == ["database trouble"]
    assert "ann@" not in spans["run"].to_json()


def test_the_log_is_told_the_trace(traces: Traces) -> None:
    seen = RunSeen(connection_id=1, connection="main", cause="schedule", is_dry=False)
    with traces.run(seen):
        trace = get_contextvars()["trace"]

    assert len(trace) == 32
    assert "trace" not in get_contextvars()


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({}, False),
        ({"OTEL_SERVICE_NAME": "tandem"}, False),
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c"}, False),
        ({"OTEL_TRACES_EXPORTER": "console"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:4318/v1/traces"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c", "OTEL_SDK_DISABLED": "TRUE"}, False),
    ],
)
def test_the_standard_variables_decide(environ: dict[str, str], wanted: bool) -> None:
    assert are_wanted(environ) is wanted


def test_an_exporter_that_is_not_here_is_told() -> None:
    with pytest.raises(SettingsError, match="must be one of otlp, console, none, not zipkin"):
        open_traces({"OTEL_TRACES_EXPORTER": "zipkin"}, "1")
    with pytest.raises(SettingsError, match="must be http/protobuf, not grpc"):
        open_traces({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "1")


def test_both_exporters_open_and_close() -> None:
    open_traces({"OTEL_TRACES_EXPORTER": "console"}, "1").close()
    open_traces({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}, "1").close()


def test_without_the_extra_a_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.resources", None)
    with pytest.raises(SettingsError, match=r"pip install 'tandem-sync\[traces\]'"):
        open_traces({"OTEL_TRACES_EXPORTER": "otlp"}, "1")


def test_nothing_is_loaded_while_nobody_wants_traces() -> None:
    asked = (
        "import sys, tandem.bootstrap, tandem.cli.serve, tandem.telemetry.traces;"
        "print(any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    answer = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True)

    assert answer.stdout == b"False\n"
