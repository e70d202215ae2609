"""Who listens to a recording, and the limits of listening."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, field_validator

MB = 1_000_000


class VoiceSettings(BaseModel):
    """`VIVA_VOICE__MODEL` and so on. As it is, it hears with tiny.en on this machine's processor."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, protected_namespaces=())

    transcriber: str = "local"
    """Who listens: `local`, `remote`, or `package.module:Class` for your own."""
    model: str | None = None
    """A model's name (`viva voice list`), or its folder. Default: `base` where it is installed, else `tiny.en`."""
    device: Literal["cpu", "cuda"] = "cpu"
    """`cpu`, or `cuda` where CUDA and cuDNN are installed."""
    compute_type: str = Field(default="int8", pattern=r"^[a-z0-9_]{3,20}$")
    """Arithmetic of the model, as CTranslate2 names it: `int8`, or `float16` on a GPU."""
    workers: int | None = Field(default=None, ge=1, le=256)
    """Recordings heard at once. Default: one for each processor; 8 for `remote`."""
    queue: int = Field(default=16, ge=0, le=10_000)
    """Recordings that may wait for their turn; more are answered 429."""
    max_seconds: float = Field(default=300, ge=1, le=3600)
    """Longest recording in seconds, counted while it is decoded."""
    max_bytes: int = Field(default=25 * MB, ge=1000, le=1000 * MB)
    """Largest recording in bytes, counted while it comes in."""
    keep: bool = False
    """Keep the sound of spoken answers. Default: it is deleted once the answer is graded; the transcript stays."""
    base_url: HttpUrl | None = None
    """For `remote`: where its API begins, such as `https://api.openai.com/v1` or `http://127.0.0.1:8001/v1`."""
    api_key: SecretStr | None = None
    """For `remote`: the key, where the server wants one."""
    hotwords: bool = False
    """For `remote`: send the glossary as `hotwords`, which speaches and vLLM know and OpenAI does not."""
    timeout_seconds: float = Field(default=60, gt=0, le=600)
    """For `remote`: seconds that one recording may take, whatever the server sends meanwhile."""
    max_reply_bytes: int = Field(default=1 * MB, ge=1000)
    """For `remote`: bytes after which a reply is not read on."""

    @property
    def host(self) -> str:
        """The base URL's."""
        return ((self.base_url and self.base_url.host) or "").strip("[]")

    @field_validator("base_url")
    @classmethod
    def _plain(cls, url: HttpUrl | None) -> HttpUrl | None:
        if url and (url.username or url.password or url.query or url.fragment):
            raise ValueError("base_url is a plain address: no user, password, query or fragment")
        return url
