"""Settings of telemetry."""

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr


class TelemetrySettings(BaseModel):
    """Off until an endpoint is set."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    endpoint: HttpUrl | None = None
    """Where traces are sent over OTLP/HTTP, such as `http://127.0.0.1:4318`. Default: nowhere."""
    headers: dict[str, SecretStr] = {}
    """Headers that the receiver wants, as JSON, such as a key."""
    share: float = Field(default=1.0, ge=0, le=1)
    """Share of the traces that are sent: 0.1 is a tenth."""
    statements: bool = False
    """Also a span for each statement of the database: its text, without values."""
