"""Checks of the settings and of what they name. What they raise, a VivaError, counts as `fail`."""

import asyncio
import errno
import http.client
import json
import shutil
import socket
import tempfile
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from service.bank import load_banks
from service.errors import GraderUnavailable, VoiceUnavailable
from service.graders import make
from service.live import Live
from service.llm.requests import Mode
from service.llm.settings import LlmSettings
from service.metrics import Metrics
from service.operations.finding import Finding, fail, ok, warning
from service.settings import Settings, unknown_variables
from service.store.engine import Store
from service.store.files import database_file
from service.voice.local import LocalTranscriber
from service.voice.models import verify
from service.wiring import make_jobs, make_voice, utc_now

MB = 1_000_000
LITTLE, TOO_LITTLE = 500 * MB, 20 * MB
ANSWER_SECONDS = 3
CANARY_SECONDS = 20
HELD: Mapping[Mode, str] = {
    "json_schema": "and its server holds it to a schema",
    "json_object": "and its server holds it to JSON",
    "prompt": "and is held to a form by words alone",
}


def variables(settings: Settings) -> Finding:
    """Those of the values were looked at when the settings were read."""
    settings.check_host()
    settings.check_prices()
    known = [f"VIVA_{name.upper()}" for name in Settings.model_fields]
    if not (unknown := unknown_variables()):
        return ok("All are valid.")
    meant = {name: get_close_matches(name, known, n=1) for name in unknown}
    guesses = [f"{name} (did you mean {close[0]}?)" if close else name for name, close in meant.items()]
    return warning(f"These set nothing: {', '.join(guesses)}.", "Correct or remove them; docs/hosting.md has the list.")


def data_folder(settings: Settings) -> Finding:
    """Where the database is, or will be."""
    store = Store(settings.store_url())
    if not store.is_sqlite:
        return ok("The database is elsewhere.")
    folder = database_file(store).parent
    place = next(parent for parent in (folder, *folder.parents) if parent.exists())
    try:
        with tempfile.TemporaryFile(dir=place):
            free = shutil.disk_usage(place).free
    except OSError as error:
        return fail(f"{place} cannot be written to ({error.strerror}).", "Change its owner, or set VIVA_DATA_DIR.")
    says = f"{folder} has {free / MB:,.0f} MB free."
    if free < LITTLE:
        little = fail if free < TOO_LITTLE else warning
        return little(says, "Make room: answers cannot be saved on a full disk.")
    return ok(says if place == folder else f"{says} It is made at the first start.")


def bank(settings: Settings) -> Finding:
    banks = load_banks(settings.bank_dir, settings.packs)
    shared = banks.shared
    own = "".join(f" {name} has {len(bank.items) - len(shared.items)} of its own." for name, bank in banks.own.items())
    return ok(f"{len(shared.items)} questions in {len(shared.topics)} topics, digest {shared.digest[:12]}.{own}")


def grader(settings: Settings) -> Finding:
    try:
        made = make(settings)
        identity = made.identity
    except (AttributeError, TypeError) as error:
        return fail(
            f"{settings.grader} is no grader ({error}).", "Set VIVA_GRADER; docs/grading.md says what a grader is."
        )
    return ok(f"{identity.name} {identity.version}.")


def models(settings: Settings) -> Finding:
    """Whether the language models that are configured answer."""
    configured = [model for model in (settings.llm, *settings.models.values()) if model]
    if not configured:
        return ok("None is configured.")
    answers, faults = asyncio.run(_asked(configured))
    if not faults:
        return ok(" ".join(answers))
    return warning(" ".join(answers + faults), "Answers keep a provisional grade until it is back: is it running?")


async def _asked(configured: Sequence[LlmSettings]) -> tuple[list[str], list[str]]:
    """What can be said of the models that answer, and of those that do not."""
    from service.llm.endpoint import Endpoint  # its client takes a second to load, which no other command needs

    answers, faults = [], []
    for model in configured:
        endpoint = Endpoint(model.model_copy(update={"timeout_seconds": min(model.timeout_seconds, CANARY_SECONDS)}))
        try:
            answers.append(f"{model.model} at {model.host} answers, {HELD[(await endpoint.check()).mode]}.")
        except GraderUnavailable as error:
            faults.append(f"{model.model} at {model.host}: {error}")
        finally:
            await endpoint.aclose()
    return answers, faults


def voice(settings: Settings) -> Finding:
    """Whether there is somebody to listen; a microphone is the browser's business, which has a rule of its own."""
    transcriber = make_voice(settings, Metrics()).transcriber
    try:
        model = transcriber.model
        if isinstance(transcriber, LocalTranscriber):
            verify(transcriber.found)
    except VoiceUnavailable as error:
        return warning(str(error), "Until then answers are typed.")
    return ok(f"{transcriber.name}, {model}. Browsers give a microphone to https and to localhost only.")


def jobs(settings: Settings) -> Finding:
    """Whether the engine can work with the database."""
    store = Store(settings.store_url(), direct_url=settings.database_direct_url)
    try:
        make_jobs(settings, store, Live(), Metrics(), utc_now, {}).check()
    finally:
        store.close()
    if settings.jobs == "procrastinate":
        return ok("procrastinate; viva worker does them.")
    if not settings.job_concurrency:
        return warning(f"{settings.jobs}, but this process does none.", "Run viva worker, or set VIVA_JOB_CONCURRENCY.")
    return ok(f"{settings.jobs}, up to {settings.job_concurrency} at once.")


def port(settings: Settings) -> Finding:
    """Free to listen on, or in use by Viva itself."""
    host, number = settings.host, settings.port
    if number == 0:
        return ok("A free one is taken at each start.")
    try:
        with socket.create_server((host, number), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            return ok(f"{number} is free.")
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            return fail(f"Cannot listen on {host}:{number} ({error.strerror}).", "Set VIVA_PORT to another port.")
    if _viva_answers(host, number):
        return ok(f"A Viva server answers at {host}:{number}.")
    return fail(f"Another program listens on {host}:{number}.", "Stop it, or set VIVA_PORT to another port.")


def _viva_answers(host: str, number: int) -> bool:
    connection = http.client.HTTPConnection(host, number, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/healthz")
        response = connection.getresponse()
        return response.status == http.HTTPStatus.OK and json.loads(response.read()) == {"status": "ok"}
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        connection.close()
