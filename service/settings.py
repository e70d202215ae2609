"""All settings: environment variables with the prefix `VIVA_`, or a `.env` file. Read once, by whoever starts Viva."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, DotEnvSettingsSource, EnvSettingsSource, SettingsConfigDict

from service.errors import ConfigError
from service.identity.settings import SignInSettings, is_loopback
from service.llm.settings import LlmSettings
from service.telemetry.settings import TelemetrySettings
from service.voice.settings import VoiceSettings
from service.webhooks.settings import WebhookSettings

ROOT = Path(__file__).resolve().parent.parent
SECRETS = Path("/run/secrets")
"""Where containers find secrets: a file for each, such as `viva_database_url`."""


PERSON_PER_MINUTE, ORGANISATION_PER_MINUTE = 600, 6000
"""Requests, where people sign in and nothing else is set."""


class LimitSettings(BaseModel):
    """How many requests are answered: `VIVA_LIMITS__PERSON_PER_MINUTE` and so on."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    person_per_minute: int | None = Field(default=None, ge=0)
    """Requests that one person may send in a minute; 0: no limit. Default: 600, and no limit for the local user."""
    organisation_per_minute: int | None = Field(default=None, ge=0)
    """The same for a whole organisation. Default: 6000, and no limit for the local user."""


class RetentionSettings(BaseModel):
    """`VIVA_RETENTION__AUDIO_DAYS` and so on: after how many days parts go, before the sessions that they are of."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    audio_days: int | None = Field(default=None, ge=1)
    """Days after which the sound of spoken answers is deleted. Default: as VIVA_VOICE__KEEP says."""
    transcript_days: int | None = Field(default=None, ge=1)
    """Days after which it is forgotten what was heard in it: the answer that was handed in stays."""
    answer_days: int | None = Field(default=None, ge=1)
    """Days after which answers, drafts and quotes go, and what models wrote about them. Verdicts and scores stay."""
    reply_days: int | None = Field(default=None, ge=1)
    """Days after which the raw replies of language models are deleted, which reviewers can see."""


class Settings(BaseSettings):
    """Every field's description is below it; docs/hosting.md lists them."""

    model_config = SettingsConfigDict(
        env_prefix="VIVA_",
        env_nested_delimiter="__",
        env_file=".env",
        extra="ignore",
        use_attribute_docstrings=True,
    )

    host: str = "127.0.0.1"
    """Address to listen on. Without a way to sign in only loopback is accepted."""
    port: int = Field(default=8000, ge=0, le=65535)
    """Port to listen on; 0 takes a free one and prints it."""
    data_dir: Path = Path("data")
    """Folder for the SQLite database."""
    database_url: str | None = None
    """SQLAlchemy URL of the database. Default: `viva.db` in the data folder."""
    database_direct_url: str | None = None
    """The same Postgres without a pooler in between, for connections that have to last. Default: VIVA_DATABASE_URL."""
    bank_dir: Path = ROOT
    """Folder that holds `questions/` and `rubrics/`."""
    packs: dict[str, tuple[Path, ...]] = {}
    """Folders of questions that only one organisation has, as JSON: `{"acme": ["/srv/acme-questions"]}`."""
    grader: str = "offline"
    """By name: `offline`, `semantic`, `keyword`, `llm`, `panel`, `cascade`, or your own `package.module:Class`."""
    llm: LlmSettings | None = None
    """The language model that the grader `llm` asks, as `VIVA_LLM__BASE_URL` and so on: see below. Default: none."""
    models: dict[str, LlmSettings] = {}
    """Further language models by names of your own, for a panel or a cascade: JSON with the fields of VIVA_LLM each."""
    panel: tuple[str, ...] = ()
    """Members of the grader `panel`, as a JSON list of models' names and graders. Default: none."""
    cascade: tuple[str, ...] = ()
    """Levels of the grader `cascade`, the cheapest first: a JSON list of the same. Default: none."""
    own_hosts: tuple[str, ...] = ()
    """Hosts and networks that are yours, as a JSON list: models there are not elsewhere, and need nobody's consent."""
    budget_person: float | None = Field(default=None, ge=0)
    """What language models may cost a person on one day (UTC), in VIVA_BUDGET_UNIT. Default: no limit."""
    budget_organisation: float | None = Field(default=None, ge=0)
    """The same for a whole organisation. Default: no limit."""
    budget_unit: Literal["tokens", "price"] = "tokens"
    """`tokens`, sent and received, or `price`, in the currency of the prices, which every model then has to have."""
    voice: VoiceSettings = VoiceSettings()
    """Who listens to spoken answers, as `VIVA_VOICE__MODEL` and so on: see below. Default: this machine."""
    sign_in: SignInSettings = SignInSettings()
    """How people sign in, as `VIVA_SIGN_IN__PASSWORD` and so on: see below. Default: one local user, on loopback."""
    limits: LimitSettings = LimitSettings()
    """How many requests are answered in a minute, as `VIVA_LIMITS__PERSON_PER_MINUTE` and so on: see below."""
    webhooks: WebhookSettings = WebhookSettings()
    """Limits of what is told to whom, as `VIVA_WEBHOOKS__ALLOW_PRIVATE` and so on: see below."""
    grace_seconds: float = Field(default=10, ge=0, le=300)
    """Seconds after a strict deadline in which an answer still counts, for slow networks."""
    busy_seconds: float = Field(default=10, gt=0, le=60)
    """Seconds that a write waits for another before it answers 503."""
    jobs: str = "embedded"
    """How grading is handed on: `embedded`, in this process, or `procrastinate`, by `viva worker` on Postgres."""
    job_concurrency: int = Field(default=8, ge=0, le=500)
    """Jobs that one process does at once; 0 leaves them to others."""
    job_tries: int = Field(default=40, ge=1, le=1000)
    """Tries before a job is given up: 40 are about five hours of an unreachable grader."""
    retry_seconds: float = Field(default=2, gt=0, le=600)
    """Seconds until a job that failed is tried again; twice as many each time, at most 600, or what the grader asks."""
    lease_seconds: float = Field(default=120, ge=1, le=3600)
    """Seconds after which a job counts as lost, where nothing was heard of its worker: longer than any grade takes."""
    keep_days: int | None = Field(default=None, ge=1)
    """Days after which sessions, answers and grades are deleted. Default: they are kept."""
    retention: RetentionSettings = RetentionSettings()
    """After which days parts of them go, as `VIVA_RETENTION__AUDIO_DAYS` and so on: see below. Default: with them."""
    telemetry: TelemetrySettings = TelemetrySettings()
    """Traces for OpenTelemetry, as `VIVA_TELEMETRY__ENDPOINT` and so on: see below. Default: none."""
    drain_seconds: float = Field(default=1, ge=0, le=60)
    """Seconds between SIGTERM, when `/readyz` begins to fail, and the end of accepting requests."""
    log_level: str = Field(default="info", pattern="^(debug|info|warning|error)$")
    """Least level that is logged; `debug` also shows the messages of foreign exceptions, which may quote an answer."""
    log_format: Literal["text", "json"] = "text"
    """`text` to read, or `json`: one object for each line."""

    def store_url(self) -> str:
        """The database's URL."""
        if self.database_url:
            return self.database_url
        return sqlite_url(self.data_dir / "viva.db")

    def rates(self) -> tuple[int, int]:
        """Requests in a minute of a person, and of an organisation; 0: no limit."""
        standard = (PERSON_PER_MINUTE, ORGANISATION_PER_MINUTE) if self.sign_in.configured else (0, 0)
        wanted = self.limits.person_per_minute, self.limits.organisation_per_minute
        person, organisation = (given if wish is None else wish for wish, given in zip(wanted, standard, strict=True))
        return person, organisation

    def check_host(self) -> None:
        """Raises ConfigError for an address that others can reach where nobody would have to sign in."""
        if not self.sign_in.configured and not is_loopback(self.host):
            raise ConfigError(
                f"VIVA_HOST={self.host} can be reached by others, and nobody would have to sign in. Use 127.0.0.1, ::1 "
                "or localhost, or set a way to sign in (VIVA_SIGN_IN__..., docs/hosting.md)."
            )

    def check_prices(self) -> None:
        """Raises ConfigError where a budget is in money and a model has no price."""
        if self.budget_unit == "tokens" or self.budget_person is self.budget_organisation is None:
            return
        known = {"VIVA_LLM": self.llm} | {f"VIVA_MODELS__{name}": model for name, model in self.models.items()}
        for name, model in known.items():
            if model and (model.price_in is None or model.price_out is None):
                raise ConfigError(f"VIVA_BUDGET_UNIT=price needs price_in and price_out of {name}.")


def sqlite_url(path: Path) -> str:
    """The URL of the SQLite database in this file."""
    escaped = str(path.absolute()).replace("%", "%25").replace("?", "%3F")  # both mean something in a URL
    return f"sqlite:///{escaped}"


def read_settings() -> Settings:
    """The settings of this process. Raises ConfigError with the name and the fault of each that cannot be."""
    try:
        return Settings(_secrets_dir=SECRETS if SECRETS.is_dir() else None)
    except ValidationError as error:
        wrong = [f"VIVA_{'__'.join(str(part) for part in e['loc']).upper()}: {e['msg']}" for e in error.errors()]
        raise ConfigError("; ".join(wrong)) from error


def unknown_variables() -> list[str]:
    """Variables of the environment and of `.env` that begin with `VIVA_` and set nothing, such as a misspelt one."""
    prefix = "viva_"
    given = {*EnvSettingsSource(Settings).env_vars, *DotEnvSettingsSource(Settings).env_vars}
    names = {name.lower() for name in given if name.lower().startswith(prefix)}
    unknown = [n for n in names if n.removeprefix(prefix).partition("__")[0] not in Settings.model_fields]
    return sorted(name.upper() for name in unknown)
