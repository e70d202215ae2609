"""The figures as one HTML file: the tables, and plots as SVG in it. It loads nothing and runs no script."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

import pygal  # type: ignore[import-untyped]
from markdown_it import MarkdownIt
from pygal.style import Style  # type: ignore[import-untyped]

from service.bench.compared import Measured
from service.bench.side_by_side import NAMES, parts
from service.domain.agreement import EVERY

SHARES = ("accuracy", "point kappa", "precision", "recall", "f1", "kappa")
"""Figures of which 1 is the best."""
COLOURS = ("#3b5bdb", "#e8590c", "#2b8a3e", "#862e9c", "#5f3dc4", "#c2255c")

Bar = tuple[float | None, tuple[float, float] | None]
"""A figure and its interval."""

_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Graders against people</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; margin: 1rem 0 }
td, th { padding: .2rem .8rem; border-bottom: 1px solid #ddd; text-align: right }
td:first-child, th:first-child { text-align: left }
svg { max-width: 100%; height: auto }
</style></head><body><h1>Graders against people</h1>
<p>In brackets, and as whiskers: what 95 % of other draws of questions would show.</p>
"""


def page(found: Sequence[Measured]) -> str:
    body = [_HEAD]
    for title, tables in parts(found):
        body += [f"<h2>{escape(title)}</h2>", MarkdownIt("js-default").render(tables), *_plots(title, found)]
    return "\n".join([*body, "</body></html>\n"])


def _plots(section: str, found: Sequence[Measured]) -> Iterator[str]:
    some = [(m.grader, agreement) for m in found if (agreement := m.sections.get(section))]
    if not some:
        return
    names = [name for name in EVERY if name in SHARES]
    yield _bars(
        [NAMES[name] for name in names],
        {grader: [(a.estimates[name].value, a.estimates[name].between) for name in names] for grader, a in some},
        highest=1,
    )
    kinds = list(dict.fromkeys(kind for _, a in some for kind in a.kinds))
    if not kinds:
        return
    people = {kind: a.kinds[kind][1] for _, a in reversed(some) for kind in a.kinds}
    bars: dict[str, list[Bar]] = {}
    for grader, a in some:
        bars[grader] = [(a.kinds[kind][2] if kind in a.kinds else None, None) for kind in kinds]
    bars["people"] = [(people[kind], None) for kind in kinds]
    yield _bars(kinds, bars, highest=100)


def _bars(labels: Sequence[str], series: dict[str, list[Bar]], highest: float) -> str:
    style = Style(background="white", plot_background="white", colors=COLOURS, font_family="system-ui, sans-serif")
    chart = pygal.Bar(
        style=style, js=[], disable_xml_declaration=True, explicit_size=True, width=900, height=380,
        range=(0, highest), x_label_rotation=25, legend_at_bottom=True, print_values=False,
    )  # fmt: skip
    chart.x_labels = labels
    chart.add_xml_filter(_without_scripts)
    for name, bars in series.items():
        chart.add(name, [_bar(*bar) for bar in bars])
    return str(chart.render(is_unicode=True))


def _without_scripts(svg: Any) -> Any:
    for parent in list(svg.iter()):
        for script in parent.findall("script"):
            parent.remove(script)
    return svg


def _bar(value: float | None, between: tuple[float, float] | None) -> object:
    return {"value": value, "ci": {"low": between[0], "high": between[1]}} if between else value
