"""Settings of webhooks."""

from pydantic import BaseModel, ConfigDict, Field


class WebhookSettings(BaseModel):
    """Limits of what admins may set up."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    allow_private: bool = False
    """Also send to addresses of this machine and of private networks, and by plain http."""
    timeout_seconds: float = Field(default=10, gt=0, le=30)
    """Seconds that a receiver may take for its answer."""
    keep_days: int = Field(default=30, ge=1)
    """Days after which deliveries are taken out of the log."""
