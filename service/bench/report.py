"""What a load run says: as it goes, and in the end."""

import statistics
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from service.bench.forecast import Measured, uses
from service.bench.people import Tally
from service.bench.watch import Sample

if TYPE_CHECKING:
    from service.bench.load import Load, Place

STEPS = ("create", "start", "open", "draft", "submit", "grade", "report", "attempts", "progress")
RECENT = 200


def heading(load: "Load", place: "Place") -> str:
    if place.url:
        where = f"{place.url}, with its own grader, as one person unless it tells people apart"
    else:
        database = "Postgres" if place.database else "SQLite"
        where = (
            f"Servers: {place.servers}, workers: {place.workers}, {database}, {place.slots} grades at once, "
            f"a simulated LLM (median {place.llm.seconds:g} s)"
        )
    return (
        f"{load.users:,} simulated people, an answer every {load.think:g} s each, for {load.minutes:g} minutes "
        f"after {load.ramp:g} s to arrive.\n{where}; all on this machine, the load itself too."
    )


def line(tally: Tally, now: Sample) -> str:
    if tally.started is None:
        return f"  people arrive   {now.waiting:4.0f} jobs"
    submits = tally.seconds["submit"][-RECENT:]
    p95 = f"{1000 * percentile(submits, 95):5.0f} ms" if submits else "     –"
    return (
        f"  {tally.elapsed:5.0f} s   {tally.answers / tally.elapsed:6.2f} answers/s   submit p95 {p95}   "
        f"{now.waiting:4.0f} jobs, the oldest {now.oldest:3.0f} s   {tally.errors.total()} errors"
    )


def steps(tally: Tally) -> str:
    """Every step with its times; `grade` is from sending the answer to seeing its grade."""
    seen = [(step, tally.seconds[step]) for step in STEPS if tally.seconds[step]]
    rows = [
        (
            step,
            f"{len(s):,}",
            f"{len(s) / tally.elapsed:.2f}",
            *(f"{1000 * percentile(s, p):,.0f}" for p in (50, 95, 99)),
        )
        for step, s in seen
    ]
    wrong = [f"- {count:,} × {what}" for what, count in tally.errors.most_common()]
    return "\n".join(["", table(("step", "times", "a second", "p50 ms", "p95 ms", "p99 ms"), rows), *wrong])


def outlook(load: "Load", tally: Tally, measured: Measured, last: Sample) -> str:
    """What was used, and what would be used up first."""
    found = uses(measured)
    rows = []
    for use in found:
        people = use.people(load.users)
        rows.append((use.of, f"{use.share:.1%}", f"{people:,.0f}" if people else "–", use.remedy))
    lines = [
        "",
        f"{tally.answers:,} answers in {tally.elapsed:.0f} s ({tally.answers / tally.elapsed:.2f} a second), "
        f"{tally.errors.total():,} errors, {last.waiting:.0f} jobs left.",
    ]
    cpu = (measured.server_cpu or 0) + (measured.worker_cpu or 0)
    if cpu and tally.answers:
        lines.append(f"CPU for an answer, with all the requests around it: {1000 * cpu / tally.answers:.0f} ms.")
    if last.memory:
        lines.append(f"Memory of servers and workers: {last.memory / 1e6:,.0f} MB.")
    lines += ["", table(("what is used", "used", "full at about (people)", "then"), rows)]
    if found and (people := found[0].people(load.users)):
        lines.append(f"\nFirst to be full: {found[0].of}, at about {people:,.0f} people. Check it with --users.")
    lines.append(
        "Not seen here: the database's own CPU and disk, a real LLM's client (make bench), speech, the network."
    )
    return "\n".join(lines)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Markdown; the first column is text, the others are numbers."""
    marks = ["---"] + ["---:"] * (len(head) - 1)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, marks, *rows))


def percentile(seconds: Sequence[float], percent: int) -> float:
    return seconds[0] if len(seconds) == 1 else statistics.quantiles(seconds, n=100, method="inclusive")[percent - 1]
