"""What Viva is about, as pure values: pydantic and the standard library only; the clock is passed in."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """An immutable value whose fields are all known: an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
