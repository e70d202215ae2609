"""OpenTelemetry. What leaves is cleaned once more on its way out, whatever a library put into it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from importlib.metadata import version

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from service.telemetry.settings import TelemetrySettings
from service.tracing import Attributes, Kind, Span, Tracer, origin

KINDS = {"request": trace.SpanKind.SERVER, "job": trace.SpanKind.CONSUMER}
ALLOWED = frozenset({"http.request.method", "http.route", "http.response.status_code", "db.statement"})
OURS = "viva."
_PARENT = TraceContextTextMapPropagator()


class Otlp(Tracer):
    """Sends spans to `settings.endpoint`, from a thread of its own."""

    def __init__(self, settings: TelemetrySettings) -> None:
        self.statements = settings.statements
        named = {"service.name": "viva", "service.version": version("viva")}
        self._provider = TracerProvider(
            resource=Resource(named), sampler=ParentBased(TraceIdRatioBased(settings.share)), shutdown_on_exit=False
        )
        headers = {name: value.get_secret_value() for name, value in settings.headers.items()}
        exporter = OTLPSpanExporter(f"{str(settings.endpoint).rstrip('/')}/v1/traces", headers=headers)
        self._provider.add_span_processor(BatchSpanProcessor(Clean(exporter)))
        self._tracer = self._provider.get_tracer("viva")

    def span(self, kind: Kind, name: str, of: str | None = None) -> AbstractContextManager[Span]:
        return self._span(kind, name, of)

    @contextmanager
    def _span(self, kind: Kind, name: str, of: str | None) -> Iterator[Span]:
        parent = _PARENT.extract({"traceparent": of}) if of else None
        with self._tracer.start_as_current_span(
            name, context=parent, kind=KINDS[kind], record_exception=False, set_status_on_exception=False
        ) as span:
            carried: dict[str, str] = {}
            _PARENT.inject(carried)
            token = origin.set(carried.get("traceparent"))
            try:
                yield _Described(span)
            finally:
                origin.reset(token)

    def statement(self, text: str) -> Callable[[], None]:
        verb = text.partition(" ")[0]
        return self._tracer.start_span(verb, kind=trace.SpanKind.CLIENT, attributes={"db.statement": text}).end

    def close(self) -> None:
        self._provider.shutdown()


class _Described(Span):
    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def describe(self, name: str, attributes: Attributes, *, failed: bool = False) -> None:
        self._span.update_name(name)
        self._span.set_attributes(attributes)
        if failed:
            self._span.set_status(trace.StatusCode.ERROR)


class Clean(SpanExporter):
    """Passes on what may leave: attributes that are known, no events, and of an error that it was one.

    Messages of exceptions may quote what somebody wrote.
    """

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._inner.export([_cleaned(span) for span in spans])

    def shutdown(self) -> None:
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._inner.force_flush(timeout_millis)


def _cleaned(span: ReadableSpan) -> ReadableSpan:
    attributes = span.attributes or {}
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes={name: value for name, value in attributes.items() if name in ALLOWED or name.startswith(OURS)},
        links=span.links,
        kind=span.kind,
        status=trace.Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
