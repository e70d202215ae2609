"""Everything a process needs, made once from its settings: nothing is global."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from service.bank import Bank, Banks, load_banks
from service.consents import Consents
from service.deliveries import Deliveries
from service.domain.attempt import Person
from service.domain.job import Work
from service.errors import ConfigError, VivaError
from service.graders import Grader, longest_seconds, sends_to
from service.graders import make as make_grader
from service.grading import Grading
from service.history import History
from service.hooks import Webhooks
from service.jobs import BUILT_IN as ENGINES
from service.jobs import Handler, Handlers, Jobs
from service.jobs.runner import Limits, Runner
from service.listening import Listening
from service.live import Live
from service.metrics import Metrics
from service.outbox import Outbox
from service.plugins import load
from service.practice import Practice
from service.privacy import Privacy
from service.rates import Rates
from service.recordings import Recordings
from service.settings import Settings
from service.spending import Budget, Spending
from service.store.engine import Store
from service.store.migrate import require, upgrade
from service.team.accounts import Accounts
from service.team.assignments import Assignments
from service.team.cohorts import Cohorts
from service.team.names import Names
from service.team.overview import Overviews
from service.team.people import People
from service.team.providers import Provider
from service.team.review import Reviews
from service.team.rosters import Rosters
from service.team.tokens import Tokens
from service.telemetry import tracer as make_tracer
from service.tracing import Tracer
from service.voice import BUILT_IN as TRANSCRIBERS
from service.voice import Transcriber
from service.voice import sends_to as speech_to
from service.voice.hearing import Voice
from service.voice.speech import Speech


@dataclass(frozen=True)
class Services:
    """What requests, workers and commands use."""

    settings: Settings
    store: Store
    banks: Banks
    grading: Grading
    jobs: Jobs
    live: Live
    practice: Practice
    history: History
    reviews: Reviews
    names: Names
    overviews: Overviews
    handlers: Handlers
    deliveries: Deliveries
    webhooks: Webhooks
    accounts: Accounts
    provider: Provider
    tokens: Tokens
    rates: Rates
    spending: Spending
    people: People
    rosters: Rosters
    cohorts: Cohorts
    assignments: Assignments
    privacy: Privacy
    consents: Consents
    voice: Voice
    recordings: Recordings
    listening: Listening
    speech: Speech
    metrics: Metrics
    tracer: Tracer
    clock: Callable[[], datetime]

    def bank_of(self, person: Person) -> Bank:
        """The questions that somebody has."""
        return self.banks.of(person.organisation)


def utc_now() -> datetime:
    return datetime.now(UTC)


def wire(settings: Settings, clock: Callable[[], datetime] = utc_now, banks: Banks | None = None) -> Services:
    """`banks`: those of the settings, where they were read before. Raises BankError, ConfigError, StoreUnavailable."""
    settings.check_prices()
    grader = make_grader(settings)
    _check_lease(settings, grader)
    metrics, live, tracer = Metrics(), Live(), make_tracer(settings.telemetry)
    voice = make_voice(settings, metrics)
    banks = banks or load_banks(settings.bank_dir, settings.packs, anchors=False)
    store = _ready_store(settings, tracer)
    handlers: dict[Work, Handler] = {}  # filled below: who does a job may make others
    jobs = make_jobs(settings, store, live, metrics, clock, handlers, tracer)
    outbox, spending = Outbox(jobs), _spending(settings, store, metrics, clock)
    consents = Consents(store, settings, sends_to(grader), speech_to(voice.transcriber))
    grading = Grading(
        store, banks, grader, consents, spending=spending, metrics=metrics, live=live, outbox=outbox, clock=clock
    )
    deliveries = Deliveries(store=store, settings=settings.webhooks, clock=clock)
    handlers["grade"] = handlers["regrade"] = Handler(run=grading.run, give_up=grading.give_up)
    handlers["deliver"] = Handler(run=deliveries.run, give_up=deliveries.give_up)
    _check_jobs(jobs, store)
    practice = Practice(
        store=store, banks=banks, grading=grading, jobs=jobs, live=live, outbox=outbox, grace=settings.grace_seconds
    )
    accounts = Accounts(store, settings.sign_in)
    people = People(store, settings.sign_in)
    (person, organisation), lease = settings.rates(), settings.lease_seconds
    return Services(
        settings=settings,
        store=store,
        banks=banks,
        grading=grading,
        jobs=jobs,
        live=live,
        practice=practice,
        history=History(practice),
        reviews=Reviews(store=store, grading=grading, jobs=jobs, live=live, outbox=outbox),
        handlers=handlers,
        deliveries=deliveries,
        webhooks=Webhooks(store=store, outbox=outbox, live=live, settings=settings.webhooks),
        names=Names(store),
        overviews=Overviews(store, banks),
        accounts=accounts,
        provider=Provider(accounts),
        tokens=Tokens(store),
        rates=Rates(store, person=person, organisation=organisation),
        spending=spending,
        people=people,
        rosters=Rosters(store, people),
        cohorts=Cohorts(store),
        assignments=Assignments(practice),
        privacy=Privacy(store, jobs),
        consents=consents,
        voice=voice,
        recordings=_recordings(settings, store, live, voice),
        listening=Listening(store, banks, voice, consents, live, clock=clock, lease=lease, tracer=tracer),
        speech=Speech(settings.data_dir / "speech"),
        metrics=metrics,
        tracer=tracer,
        clock=clock,
    )


def _spending(settings: Settings, store: Store, metrics: Metrics, clock: Callable[[], datetime]) -> Spending:
    budget = Budget(settings.budget_unit, settings.budget_person, settings.budget_organisation)
    return Spending(store=store, metrics=metrics, clock=clock, budget=budget, lease=settings.lease_seconds)


def _recordings(settings: Settings, store: Store, live: Live, voice: Voice) -> Recordings:
    queue = settings.voice.queue + voice.transcriber.places
    return Recordings(store=store, live=live, max_bytes=settings.voice.max_bytes, queue=queue)


def _check_jobs(jobs: Jobs, store: Store) -> None:
    """Raises ConfigError where the engine cannot do its work."""
    try:
        jobs.check()
    except VivaError:
        store.close()
        raise


def _ready_store(settings: Settings, tracer: Tracer) -> Store:
    """The database of `settings`, with this release's schema. Raises ConfigError, StoreUnavailable."""
    store = open_store(settings)
    if store.is_sqlite:  # nobody else uses it: no need to ask
        upgrade(store)
    else:
        require(store)
    if tracer.statements:
        store.watch(tracer.statement)
    return store


def open_store(settings: Settings) -> Store:
    """The database of `settings`; its folder is made where it has none. Raises ConfigError."""
    if settings.database_url is None:
        try:
            settings.data_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(f"Cannot make the folder VIVA_DATA_DIR={settings.data_dir}: {error.strerror}.") from error
    return Store(settings.store_url(), busy_seconds=settings.busy_seconds, direct_url=settings.database_direct_url)


def migrate(settings: Settings) -> Store:
    """The database of `settings`, brought to this release's schema, with the tables of its job engine.

    Raises ConfigError, StoreUnavailable.
    """
    store = open_store(settings)
    upgrade(store)
    make_jobs(settings, store, Live(), Metrics(), utc_now, {}).install()
    return store


def make_jobs(
    settings: Settings,
    store: Store,
    live: Live,
    metrics: Metrics,
    clock: Callable[[], datetime],
    handlers: Handlers,
    tracer: Tracer | None = None,
) -> Jobs:
    """The engine that VIVA_JOBS names. Raises ConfigError."""
    limits = Limits(lease=settings.lease_seconds, tries=settings.job_tries, retry=settings.retry_seconds)
    runner = Runner(
        store=store, live=live, metrics=metrics, clock=clock, handlers=handlers, limits=limits, tracer=tracer
    )
    engine: Jobs = load(settings.jobs, ENGINES)(runner)
    return engine


def _check_lease(settings: Settings, grader: Grader) -> None:
    """A job whose lease ends while its grader works is done, and paid for, twice."""
    longest = longest_seconds(grader)
    if longest is not None and settings.lease_seconds <= longest:
        raise ConfigError(
            f"VIVA_LEASE_SECONDS={settings.lease_seconds:g} is too short: a grade may take {longest:g} seconds, "
            "with the wait for a turn."
        )


def make_voice(settings: Settings, metrics: Metrics) -> Voice:
    """Whom VIVA_VOICE__TRANSCRIBER names. Raises ConfigError; that a model is missing is found with a recording."""
    found: Any = load(settings.voice.transcriber, TRANSCRIBERS)
    try:
        transcriber: Transcriber = found.from_settings(settings.voice, models_folder(settings))
    except AttributeError as error:
        raise ConfigError(
            f"{settings.voice.transcriber} is no transcriber ({error}); docs/voice.md says what is."
        ) from error

    def observe(name: str, took: float, seconds: float | None) -> None:
        metrics.transcription_seconds.labels(name, "no" if seconds is None else "yes").observe(took)
        metrics.audio_seconds.labels(name).inc(seconds or 0.0)

    voice = Voice(transcriber, settings.voice, observe)
    metrics.transcriptions_waiting.set_function(lambda: voice.waiting)
    return voice


def models_folder(settings: Settings) -> Path:
    """Where `viva voice install` puts models."""
    return settings.data_dir / "models"
