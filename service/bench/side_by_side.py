"""What graders were measured at, as Markdown: a row for each figure, a column for each grader."""

from collections.abc import Callable, Iterator, Sequence

from service.bench.compared import Agreement, Measured
from service.bench.report import table
from service.domain.agreement import EVERY, LOW, Estimate

NAMES = {
    "accuracy": "accuracy of a key point",
    "point kappa": "kappa of a key point",
    "precision": 'precision of "met"',
    "recall": 'recall of "met"',
    "f1": 'F1 of "met"',
    "kappa": "kappa of the band (quadratic)",
    "bias": "bias, points of 100",
    "error": "mean absolute error",
}
Row = tuple[str, ...]


def text(found: Sequence[Measured]) -> str:
    """Everything; in brackets what 95 % of other draws of questions would show."""
    return "\n\n".join(f"## {title}\n\n{body}" for title, body in parts(found))


def parts(found: Sequence[Measured]) -> Iterator[tuple[str, str]]:
    """Titles, and the tables below them."""
    for section in dict.fromkeys(name for measured in found for name in measured.sections):
        yield section, _table(section, found, _agreements([m.sections.get(section) for m in found]))
        if kinds := list(_kinds([m.sections.get(section) for m in found])):
            yield f"{section}: mean score by kind", _table("kind (answers; people's score)", found, kinds)
    for section in dict.fromkeys(name for measured in found for name in measured.gains):
        yield section, _table(f"{section}, points of 100", found, _gains(found, section))
    if any(m.drift and (m.drift.guards or m.drift.doubts) for m in found):
        yield "what guards do to honest answers", _table("of all key points; of all answers", found, _drift(found))
    yield "asked again, and what it took", _table("all grades", found, _rest(found))


def _table(first: str, found: Sequence[Measured], rows: Iterator[Row] | Sequence[Row]) -> str:
    return table((first, *(m.grader for m in found)), list(rows))


def _agreements(found: Sequence[Agreement | None]) -> Iterator[Row]:
    yield _row("answers", found, lambda a: str(a.answers))
    for name in EVERY:
        yield _row(NAMES[name], found, lambda a, name=name: estimate(a.estimates[name]))  # type: ignore[misc]
    if any(a and a.mistakes for a in found):
        yield _row(
            "mistakes found", found, lambda a: f"{a.mistakes[0]} of {sum(a.mistakes[:2])}" if a.mistakes else "–"
        )
        yield _row("false mistakes", found, lambda a: str(a.mistakes[2]) if a.mistakes else "–")
    for kind in dict.fromkeys(kind for a in found if a for kind in a.gamed):
        yield _row(f"{kind}: {LOW} points or more", found, lambda a, kind=kind: _of(a.gamed.get(kind)))  # type: ignore[misc]


def _kinds(found: Sequence[Agreement | None]) -> Iterator[Row]:
    for kind in dict.fromkeys(kind for a in found if a for kind in a.kinds):
        answers, people, _ = next(a.kinds[kind] for a in found if a and kind in a.kinds)
        yield (
            f"{kind} ({answers}; {people:.0f})",
            *(f"{a.kinds[kind][2]:.0f}" if a and kind in a.kinds else "–" for a in found),
        )


def _gains(found: Sequence[Measured], section: str) -> Iterator[Row]:
    some = [m.gains.get(section) for m in found]
    what = "gain" if section == "attacks" else "loss"
    yield ("measured", *(str(g.measured) if g else "–" for g in some))
    yield (f"with a {what} beyond what is allowed", *(str(len(g.beyond)) if g else "–" for g in some))
    yield (f"mean {what}", *(f"{g.mean:+.1f}" if g else "–" for g in some))
    yield (f"greatest {what}", *(f"{g.worst:+.1f}" if g else "–" for g in some))
    yield ("which", *((", ".join(g.beyond) or "none") if g else "–" for g in some))


def _drift(found: Sequence[Measured]) -> Iterator[Row]:
    some = [m.drift for m in found]
    yield ("honest answers, key points", *(f"{d.answers}, {d.labels}" if d else "–" for d in some))
    for why in dict.fromkeys(why for d in some if d for why in d.guards):
        cells = []
        for d in some:
            guard = d.guards.get(why) if d else None
            share = f"{guard.changed / d.labels:.1%}" if guard and d else ""
            cells.append(f"{share}: {guard.harmed} harmed, {guard.mended} mended" if guard else "0")
        yield (f"label changed, {why}", *cells)
    for why in dict.fromkeys(why for d in some if d for why in d.doubts):
        yield (f"doubt, {why}", *(f"{d.doubts.get(why, 0) / d.answers:.0%}" if d else "–" for d in some))


def _rest(found: Sequence[Measured]) -> Iterator[Row]:
    again, cost = [m.repeated for m in found], [m.cost for m in found]
    if any(again):
        yield ("asked again", *(f"{r.answers} answers, {r.runs} times" if r else "no" for r in again))
        yield ("the same label each time", *(f"{r.same:.1%}" if r else "–" for r in again))
        yield ("scores apart, on average", *(f"{r.spread:.1f}" if r else "–" for r in again))
    yield ("grades", *(str(c.grades) if c else "–" for c in cost))
    yield ("without a grade", *(str(sum(c.ungraded.values())) if c else "–" for c in cost))
    for why in dict.fromkeys(why for c in cost if c for why in c.ungraded):
        yield (f"... {why}", *(str(c.ungraded.get(why, 0)) if c else "–" for c in cost))
    yield ("seconds, p50 and p95", *(f"{c.median:.3g}, {c.p95:.3g}" if c else "–" for c in cost))
    if any(c and c.prompt_tokens for c in cost):
        sent = [(c.prompt_tokens, c.cached_tokens) if c else (0, 0) for c in cost]
        yield ("tokens sent (of these cached)", *(f"{all_:,.0f} ({cached:,.0f})" for all_, cached in sent))
        yield ("tokens received", *(f"{c.completion_tokens:,.0f}" if c else "–" for c in cost))
    if any(c and c.price is not None for c in cost):
        yield ("price of all", *(f"{c.price:.4f}" if c and c.price is not None else "–" for c in cost))


def _row(name: str, found: Sequence[Agreement | None], cell: Callable[[Agreement], str]) -> Row:
    return (name, *(cell(a) if a else "–" for a in found))


def _of(counts: tuple[int, int] | None) -> str:
    return f"{counts[1]} of {counts[0]}" if counts else "–"


def estimate(e: Estimate) -> str:
    if e.value is None:
        return "–"
    return f"{e.value:.2f} [{e.between[0]:.2f}, {e.between[1]:.2f}]" if e.between else f"{e.value:.2f}"
