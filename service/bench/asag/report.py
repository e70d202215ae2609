"""The figures as text, and as one HTML file with plots as SVG in it that loads nothing and runs no script."""

import sys
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt

from service.bench.asag.figures import MAP, Correlated, Figures, SetFigures
from service.bench.asag.run import Graded
from service.errors import ConfigError

COLOURS = ("#3b5bdb", "#e8590c", "#868e96")
_NAMES = {"grader": "grader", "stems": "stem recall", "length": "length"}
_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; color: #222 }}
table {{ border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto }}
td, th {{ padding: .2rem .8rem; border-bottom: 1px solid #ddd; text-align: right }}
td:first-child, th:first-child {{ text-align: left }}
svg {{ max-width: 100%; height: auto }}
</style></head><body><h1>{title}</h1>
"""


def text(found: Figures) -> str:
    """Markdown tables."""
    lines = [
        f"Grader {found.grader}. Pearson's r pooled / within questions; in brackets what 95 % of other draws of "
        f"questions would show. Score = {MAP[0]:g} + {MAP[1]:g} x credit, cut to 0 to 1.",
        "",
        *_table(
            ("set", "answers", "questions", "grader", "stem recall", "length", "words", "CPU ms"), _agreement(found)
        ),
        "",
        *_table(("the grader less", "pooled", "within questions"), _beyond(found)),
        "",
        *_table(("set", "RMSE", "kappa", "correct against contradictory", "above full marks"), _rest(found)),
    ]
    criteria = [(s.name, *(f"{v:.2f}" for v in s.criterion)) for s in found.sets if s.criterion]
    if criteria:
        lines += ["", *_table(("key points", "AUC", "kappa", "accuracy"), criteria)]
    ungraded = sum(s.ungraded for s in found.sets)
    return "\n".join([*lines, f"\n{ungraded} answers without a grade." if ungraded else ""])


def _agreement(found: Figures) -> Iterator[Sequence[str]]:
    for s in found.sets:
        correlated = (s.grader, s.rivals.get("stems"), s.rivals.get("length"))
        cells = [f"{c.pooled:.2f} / {c.within:.2f}" if c else "–" for c in correlated]
        yield (s.name, str(s.answers), str(s.questions), *cells, f"{s.words:.0f}", f"{s.milliseconds:.0f}")
    if found.pooled:
        means = [f"{found.pooled[n]:.2f} / {found.within[n]:.2f}" for n in _NAMES]
        yield ("mean of sets", "", "", *means, "", "")


def _beyond(found: Figures) -> Iterator[Sequence[str]]:
    for name, c in found.beyond.items():
        yield (_NAMES[name], _interval(c.pooled, c.pooled_between), _interval(c.within, c.within_between))


def _interval(value: float, between: tuple[float, float]) -> str:
    return f"{value:+.2f} [{between[0]:+.2f}, {between[1]:+.2f}]"


def _rest(found: Figures) -> Iterator[Sequence[str]]:
    for s in found.sets:
        if s.rmse is not None:
            fooled = ", ".join(f"{name} {above / asked:.0%}" for name, (above, asked) in s.fooled.items())
            yield (s.name, _number(s.rmse), _number(s.kappa), _number(s.contradictory), fooled or "–")


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _table(head: Sequence[str], rows: Iterator[Sequence[str]] | list[tuple[str, ...]]) -> Iterator[str]:
    marks = ["---"] + ["---:"] * (len(head) - 1)
    return (f"| {' | '.join(cells)} |" for cells in (head, marks, *rows))


def page(found: Figures, graded: Sequence[Graded]) -> str:
    """Raises ConfigError where pygal is not installed."""
    scored = [s for s in found.sets if s.grader]
    body = [_HEAD.format(title=escape(f"{found.grader} on graded sets"))]
    body.append(MarkdownIt("js-default").render(text(found)))
    for title, attribute in (("All answers of a set", "pooled"), ("Within questions", "within")):
        body += [f"<h2>{title}: correlation with people</h2>", _correlations(scored, attribute)]
    attacks = [s for s in scored if s.fooled]
    if attacks:
        body += ["<h2>Answers without understanding, above the median answer with full marks</h2>", _attacks(attacks)]
    body += ["<h2>Credit by people's score</h2>", _spread([g for g in graded if not g.points])]
    body.append("<h2>Farthest from people</h2>")
    for w in found.worst:
        body.append(
            f"<h3>{escape(w.set)}: people {w.people:.2f}, grader {w.grader:.2f}</h3><p><b>{escape(w.question)}</b></p>"
            f"<p>Reference: {escape(w.reference)}</p><p>Answer: {escape(w.answer)}</p><p>Seen: {escape(w.shown)}</p>"
        )
    return "\n".join([*body, "</body></html>\n"])


def _correlations(sets: Sequence[SetFigures], attribute: str) -> str:
    chart = _chart("Bar", range=(0, 1))
    chart.x_labels = [s.name for s in sets]
    for name, label in _NAMES.items():
        chart.add(label, [_bar(s.grader if name == "grader" else s.rivals[name], attribute) for s in sets])
    return _svg(chart)


def _bar(c: Correlated | None, attribute: str) -> object:
    if c is None:
        return None
    low, high = getattr(c, f"{attribute}_between")
    return {"value": round(getattr(c, attribute), 3), "ci": {"low": low, "high": high}}


def _attacks(sets: Sequence[SetFigures]) -> str:
    chart = _chart("Bar", range=(0, 1))
    chart.x_labels = [s.name for s in sets]
    for name in sets[0].fooled:
        chart.add(name, [round(s.fooled[name][0] / s.fooled[name][1], 3) for s in sets])
    return _svg(chart)


def _spread(graded: Sequence[Graded]) -> str:
    """Quartiles of the credit of answers to which people gave no, half, and full marks."""
    chart = _chart("Box", range=(0, 1))
    for one in graded:
        for name, low, high in (("none", 0.0, 0.2), ("half", 0.4, 0.6), ("full", 0.95, 1.0)):
            own = [s for s, case in zip(one.scores, one.cases, strict=True) if low <= case.score <= high]
            chart.add(f"{one.name}: {name}", own or [0])
    return _svg(chart)


def _chart(kind: str, **options: Any) -> Any:
    try:
        import pygal  # type: ignore[import-untyped]
        from pygal.style import Style  # type: ignore[import-untyped]
    except ImportError:
        raise ConfigError("Plots need pygal: `uv run --extra plots viva bench asag ...`.") from None
    # pygal leaves an importer behind that Python no longer understands, and warns of at every later import.
    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]
    style = Style(background="white", plot_background="white", colors=COLOURS, font_family="system-ui, sans-serif")
    return getattr(pygal, kind)(
        style=style, js=[], disable_xml_declaration=True, explicit_size=True, width=900, height=380,
        x_label_rotation=20, legend_at_bottom=True, **options,
    )  # fmt: skip


def _svg(chart: Any) -> str:
    chart.add_xml_filter(_without_scripts)
    return str(chart.render(is_unicode=True))


def _without_scripts(svg: Any) -> Any:
    for parent in list(svg.iter()):
        for script in parent.findall("script"):
            parent.remove(script)
    return svg
