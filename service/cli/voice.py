"""`viva voice`: which models are here, how to get another, and whether hearing works."""

import time
from pathlib import Path
from typing import Annotated

import typer

from service.bank import load_bank
from service.cli.plain import plain_errors
from service.errors import VoiceUnavailable
from service.metrics import Metrics
from service.settings import read_settings
from service.voice import Hints
from service.voice.hearing import hints_for
from service.voice.install import install as fetch
from service.voice.models import BETTER, find, listing
from service.wiring import make_voice, models_folder

app = typer.Typer(help="Speech recognition.", no_args_is_help=True)


@app.command("list")
def list_models() -> None:
    """The models on this machine; the one that is used has a star."""
    with plain_errors():
        settings = read_settings()
        try:
            used = find(settings.voice.model, models_folder(settings)).folder
        except VoiceUnavailable as error:
            used = None
            typer.echo(str(error), err=True)
        here = listing(models_folder(settings))
    for model in here:
        megabytes = (model.folder / "model.bin").stat().st_size / 1e6
        star = "*" if model.folder == used else " "
        typer.echo(f"{star} {model.name:16} {model.origin:10} {megabytes:7.0f} MB  {model.folder}")
    if BETTER not in {model.name for model in here}:
        typer.echo(f"  {BETTER:16} not here: viva voice install {BETTER} (145 MB, slower, hears people better)")


@app.command()
def install(name: Annotated[str, typer.Argument(help=f"{BETTER}, or any name of faster-whisper's.")] = BETTER) -> None:
    """Fetch a model. Nothing else in Viva downloads anything."""
    with plain_errors():
        model = fetch(name, models_folder(read_settings()))
    typer.echo(f"{model.name} is in {model.folder}.")


@app.command("test")
def try_out(
    file: Annotated[Path, typer.Argument(help="A recording.", exists=True, dir_okay=False)],
    question: Annotated[str | None, typer.Option(help="Id of the question that it answers.")] = None,
) -> None:
    """Hear a recording as the server would, and say what was heard and what it took."""
    from service.voice.pipeline import transcribe  # heavy: not for the other commands

    with plain_errors():
        settings = read_settings()
        transcriber = make_voice(settings, Metrics()).transcriber
        hints = hints_for(load_bank(settings.bank_dir).item(question).question) if question else Hints()
        started, busy = time.perf_counter(), time.process_time()
        found = transcribe(transcriber, file, hints, settings.voice.max_seconds)
    took, used = time.perf_counter() - started, time.process_time() - busy
    typer.echo(found.text or "Nobody speaks.")
    for doubt in found.doubts:
        typer.echo(f"  doubtful: {doubt.quote} ({doubt.probability:.2f}) {' or '.join(doubt.suggestions)}")
    said = found.delivery
    typer.echo(
        f"{found.model}: {found.seconds:.1f} s of sound, {said.speech_seconds:.1f} s of speech, "
        f"{took:.1f} s to hear it, {used:.1f} of the processor, loading the model included"
    )
