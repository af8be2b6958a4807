"""
OpenTelemetry traces of runs: a span each, its stages and its calls below.

The variables that OpenTelemetry defines decide whether there are traces and where they go
(https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/). Its libraries are the extra
``traces`` and loaded by `open_traces` alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from structlog.contextvars import bound_contextvars

from tandem.errors import SettingsError
from tandem.observing import CallSeen, RunSeen, Stage

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span

__all__ = ["Traces", "are_wanted", "open_traces"]

_EXPORTER = "OTEL_TRACES_EXPORTER"
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_HTTP = "http/protobuf"


def are_wanted(environ: Mapping[str, str]) -> bool:
    """Whether the environment names an exporter or where it sends to, and does not switch all off."""
    if environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    exporter = environ.get(_EXPORTER, "").strip()
    if exporter:
        return exporter != "none"
    return any(environ.get(name, "").strip() for name in _ENDPOINTS)


def open_traces(environ: Mapping[str, str], version: str) -> Traces:
    """Traces to the exporter that *environ* names; SettingsError where that is none we have."""
    try:
        from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise SettingsError(
            "The environment asks for traces (OTEL_…), and OpenTelemetry is not installed. Install it: "
            "pip install 'tandem-sync[traces]', or set OTEL_SDK_DISABLED=true."
        ) from error
    own = {SERVICE_NAME: "tandem", SERVICE_VERSION: version}
    if environ.get("OTEL_SERVICE_NAME", "").strip():
        del own[SERVICE_NAME]
    provider = TracerProvider(resource=Resource.create(own), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(_exporter(environ)))
    return Traces(provider)


def _exporter(environ: Mapping[str, str]) -> SpanExporter:
    name = environ.get(_EXPORTER, "").strip() or "otlp"
    protocol = next((environ[each] for each in _PROTOCOLS if environ.get(each, "").strip()), _HTTP)
    if name == "console":
        from opentelemetry.sdk.trace.export import ConsoleSpanExporter

        return ConsoleSpanExporter()
    if name != "otlp":
        raise SettingsError(f"{_EXPORTER} must be one of otlp, console, none, not {name}.")
    if protocol != _HTTP:
        raise SettingsError(
            f"{_PROTOCOLS[1]} must be {_HTTP}, not {protocol}: collectors take that on port 4318."
        )
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter()


class Traces:
    """
    An observer that makes spans; `close` sends what is left.

    A span says what was done and how it ended, never what was said: no address, no body, no error's words.
    """

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("tandem")

    def close(self) -> None:
        self._provider.shutdown()

    def run(self, seen: RunSeen) -> AbstractContextManager[None]:
        return self._run(seen)

    def stage(self, stage: Stage) -> AbstractContextManager[object]:
        return self._span(stage.value)

    def call(self, seen: CallSeen) -> AbstractContextManager[None]:
        return self._call(seen)

    def store_trouble(self) -> None:
        """An event of the span that is under way."""
        from opentelemetry.trace import get_current_span

        get_current_span().add_event("database trouble")

    @contextmanager
    def _run(self, seen: RunSeen) -> Iterator[None]:
        from opentelemetry.trace import format_trace_id

        with self._span("run") as span:
            span.set_attributes(
                {
                    "tandem.connection": seen.connection,
                    "tandem.cause": seen.cause,
                    "tandem.dry_run": seen.is_dry,
                }
            )
            trace = format_trace_id(span.get_span_context().trace_id)
            with bound_contextvars(trace=trace):
                yield
            span.set_attributes({"tandem.state": seen.state, "tandem.reason": seen.reason})
            if seen.run_id is not None:
                span.set_attribute("tandem.run", seen.run_id)
            for (kind, outcome), count in seen.activities.items():
                span.set_attribute(f"tandem.activities.{kind.value}.{outcome}", count)
            if seen.state == "failed":
                _failed(span, seen.reason)

    @contextmanager
    def _call(self, seen: CallSeen) -> Iterator[None]:
        from opentelemetry.trace import SpanKind

        with self._span(f"{seen.side.value} {seen.operation}", SpanKind.CLIENT) as span:
            span.set_attributes({"tandem.crm": seen.side.value, "http.request.method": seen.method})
            try:
                yield
            finally:
                span.set_attribute("tandem.outcome", seen.outcome.value)
                if seen.status is not None:
                    span.set_attribute("http.response.status_code", seen.status)
                    if seen.status >= 400:
                        _failed(span, str(seen.status))

    @contextmanager
    def _span(self, name: str, kind: object = None) -> Iterator[Span]:
        from opentelemetry.trace import SpanKind

        with self._tracer.start_as_current_span(
            name,
            kind=kind if isinstance(kind, SpanKind) else SpanKind.INTERNAL,
            # Its words could hold a value of a record.
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield span
            except BaseException as error:
                _failed(span, type(error).__name__)
                raise


def _failed(span: Span, kind: str) -> None:
    from opentelemetry.trace import StatusCode

    span.set_attribute("error.type", kind)
    span.set_status(StatusCode.ERROR)
