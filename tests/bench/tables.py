"""What every section prints: Markdown tables, ready for the documents."""

import statistics
from collections.abc import Iterable, Sequence


def show(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table; the first column is text, the others are numbers. It is shown row by row, as they come."""
    print(f"\n| {' | '.join(head)} |\n|{'|'.join(['---'] + ['---:'] * (len(head) - 1))}|", flush=True)
    for row in rows:
        print(f"| {' | '.join(row)} |", flush=True)
    print(flush=True)


def p50_p95(seconds: Sequence[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(seconds, n=20)
    return statistics.median(seconds), cuts[18]


def ms(seconds: float) -> str:
    return f"{1000 * seconds:,.1f} ms" if seconds < 0.1 else f"{1000 * seconds:,.0f} ms"
