"""Which language model is asked, and the limits of asking. Off until it is configured."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, StringConstraints, model_validator

LOGPROB_BYTES = 400
"""What a token takes in a reply that has log-probabilities."""


class LlmSettings(BaseModel):
    """One endpoint that speaks as OpenAI's does: `VIVA_LLM__BASE_URL` and so on."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, protected_namespaces=())

    base_url: HttpUrl
    """Where the API begins, such as `https://api.openai.com/v1` or `http://127.0.0.1:11434/v1`."""
    model: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    """The model's name, as the server knows it."""
    api_key: SecretStr | None = None
    """The key, where the server wants one. Or a file `/run/secrets/viva_llm` with `{"api_key": "..."}`."""
    api: Literal["chat", "responses"] = "chat"
    """`chat`: Chat Completions, which every such server has. `responses`: OpenAI's newer one."""
    timeout_seconds: float = Field(default=60, gt=0, le=600)
    """Seconds that one grade may take, its retry included, whatever the server sends meanwhile."""
    max_tokens: int = Field(default=2000, ge=100, le=100_000)
    """Tokens that a reply may have. Cut off before it has all verdicts, it is asked for again, with twice as many."""
    max_reply_bytes: int = Field(default=2_000_000, ge=1000)
    """Bytes after which a reply is not read on."""
    concurrency: int = Field(default=8, ge=1, le=500)
    """Calls that one process makes at once."""
    allowed_hosts: tuple[str, ...] = ()
    """Hosts that may be asked, as a JSON list. Default: the one in the base URL."""
    stream: bool = True
    """Whether replies of Chat Completions are read as they are written, so that verdicts are seen as they come."""
    seed: int | None = 1
    """Sent where the server takes one, so that the same answer gets the same reply."""
    logprobs: bool = True
    """Ask for log-probabilities where the server gives them: who is unsure of a verdict is trusted less with it."""
    ask_mistakes: bool = True
    """Ask about each mistake by itself where the server gives log-probabilities: finds more, a short call for each."""
    price_in: float | None = Field(default=None, ge=0)
    """Price of a million tokens sent, in the currency that you count in."""
    price_out: float | None = Field(default=None, ge=0)
    """Price of a million tokens received."""
    price_date: date | None = None
    """When these prices were looked up."""

    @model_validator(mode="after")
    def _where(self) -> Self:
        url = self.base_url
        if url.username or url.password or url.query or url.fragment:
            raise ValueError("base_url is a plain address: no user, password, query or fragment")
        if self.allowed_hosts and self.host not in self.allowed_hosts:
            raise ValueError(f"base_url's host {self.host} is not one of allowed_hosts")
        return self

    @property
    def wants_logprobs(self) -> bool:
        """Not where they would make a long reply too large."""
        return self.logprobs and 2 * self.max_tokens * LOGPROB_BYTES <= self.max_reply_bytes

    @property
    def host(self) -> str:
        return (self.base_url.host or "").strip("[]")

    @property
    def hosts(self) -> frozenset[str]:
        """Every host that may be asked."""
        return frozenset(self.allowed_hosts or (self.host,))

    def price(self, tokens_in: int | None, tokens_out: int | None) -> float | None:
        """What a call cost; None where a price or a count is not known."""
        if None in (self.price_in, self.price_out, tokens_in, tokens_out):
            return None
        return ((self.price_in or 0) * (tokens_in or 0) + (self.price_out or 0) * (tokens_out or 0)) / 1_000_000
