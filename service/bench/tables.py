"""Measurements as text for people."""

from collections.abc import Iterator

from service.bench.anchors import WITHOUT_UNDERSTANDING, Half, Report
from service.domain.agreement import LOW, STATISTICS, Estimate


def text(report: Report, worst: int = 0) -> str:
    """The report; `worst` is how many key points to name that are graded worst."""
    lines = [f"Grader {report.grader} against people; in brackets what 95 % of other draws of questions would show."]
    for half in report.halves:
        lines += ["", *_half(half, worst)]
    return "\n".join([*lines, *(f"no grade: {reason}" for reason in report.ungraded)])


def _half(half: Half, worst: int) -> Iterator[str]:
    yield f"{half.name:12}{'answers':>8}" + "".join(f"{name:>24}" for name in STATISTICS)
    for row in half.rows:
        figures = "".join(f"{_estimate(estimate):>24}" for estimate in row.estimates.values())
        yield f"  {row.kind or 'all':10}{row.answers:8}{figures}"
    yield f"  F1 of a key point, on average: {_number(half.mean_f1)} over {len(half.points)} key points"
    mistakes = half.mistakes_found + half.mistakes_missed
    yield f"  mistakes: {half.mistakes_found} of {mistakes} found, {half.mistakes_false} false"
    share = "-" if half.empty_low is None else f"{half.empty_low:.0%}"
    yield f"  {' and '.join(WITHOUT_UNDERSTANDING)}: {share} of {half.empty} below {LOW} points"
    for point in half.points[:worst]:
        rates = f"F1 {point.f1:.2f}, precision {_number(point.precision)}, recall {_number(point.recall)}"
        yield f"    {point.question} {point.point}: {rates}"


def _estimate(estimate: Estimate) -> str:
    if estimate.value is None or estimate.between is None:
        return _number(estimate.value)
    return f"{estimate.value:.2f} [{estimate.between[0]:.2f}, {estimate.between[1]:.2f}]"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
