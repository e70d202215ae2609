"""What `viva bench voice` found, and the bars that it is held to."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from service.bench.voice import Report

RECALL, AFTER_STOP, SHARE = 0.95, 1.5, 1.15


@dataclass(frozen=True)
class Bar:
    """Something that has to hold."""

    says: str
    kept: bool


def bars(report: "Report") -> tuple[Bar, ...]:
    ours, share = report.biased, report.biased.cpu / report.plain.cpu
    return (
        Bar(f"recall of terms {ours.recall:.3f}, at least {RECALL}", ours.recall >= RECALL),
        Bar(f"terms heard that nobody said: {len(ours.inserted)}, none", not ours.inserted),
        Bar(f"stretches heard in silence and noise: {len(report.silence)}, none", not report.silence),
        Bar(
            f"{report.after_stop:.2f} processor seconds after Stop, at most {AFTER_STOP}",
            report.after_stop <= AFTER_STOP,
        ),
        Bar(f"{share:.2f} times the cost of plain faster-whisper, at most {SHARE}", share <= SHARE),
    )


def text(report: "Report") -> str:
    return "\n".join(_lines(report))


def _lines(report: "Report") -> Iterator[str]:
    ours = report.biased
    yield f"Model {report.model}; {len(ours.errors)} recordings, {ours.seconds:.0f} s of sound."
    yield f"{'':24}{'word errors':>12}{'recall':>8}{'inserted':>10}{'CPU-s':>8}{'per s':>8}"
    for result in (report.plain, report.unbiased, report.biased):
        errors = sum(result.errors) / len(result.errors)
        per = result.cpu / result.seconds
        yield (
            f"{result.name:24}{errors:12.3f}{result.recall:8.3f}{len(result.inserted):10}{result.cpu:8.2f}{per:8.3f}"
            + (f"   missed: {', '.join(result.missed)}" if result.missed else "")
        )
    yield (
        f"{report.answer_seconds:.0f} s while they are spoken: {report.after_stop:.2f} CPU-s after Stop, "
        f"{report.in_pieces:.2f} in all, word errors {report.piece_errors:.3f}; "
        f"the whole at the end: {report.whole_file:.2f} CPU-s, word errors {report.whole_errors:.3f}"
    )
    yield f"Four at once: {report.at_once:.2f} CPU-s; one after the other {report.one_by_one:.2f}."
    yield f"Peak memory {report.peak_mb:.0f} MB."
    for bar in bars(report):
        yield f"{'kept  ' if bar.kept else 'MISSED'}  {bar.says}"
