"""Traces by OpenTelemetry, sent over OTLP/HTTP. Its packages are an extra, and loaded only where an endpoint is set."""

from service.errors import ConfigError
from service.telemetry.settings import TelemetrySettings
from service.tracing import Tracer


def tracer(settings: TelemetrySettings) -> Tracer:
    """Raises ConfigError where the packages are missing."""
    if settings.endpoint is None:
        return Tracer()
    try:
        from service.telemetry.otlp import Otlp
    except ImportError as error:
        raise ConfigError("VIVA_TELEMETRY__ENDPOINT needs the extra: pip install 'viva[telemetry]'.") from error
    return Otlp(settings)
