"""From what a run has used to how many people would use it up.

A straight line through one point: it says what to look at first, not what will happen. Queues build up before a
resource is used up, so that the line ends at `FULL`; whether it holds is shown by a run with that many people.
"""

from collections.abc import Sequence
from dataclasses import dataclass

FULL = 0.8
"""Share of a resource beyond which waiting grows faster than use."""
LEAST = 0.01
"""Below this share nothing can be said."""


@dataclass(frozen=True)
class Use:
    """How much of a resource is used, as a share; `remedy` is what to change when there is no more."""

    of: str
    share: float
    remedy: str

    def people(self, present: int) -> float | None:
        """How many would fill it, where `present` people use `share`."""
        return None if self.share < LEAST else present * FULL / self.share


@dataclass(frozen=True)
class Measured:
    """Over `seconds`: CPU seconds of all servers and of all workers (None: unknown), and what the LLM was asked."""

    seconds: float
    servers: int
    workers: int
    cores: int
    server_cpu: float | None
    worker_cpu: float | None
    slots: int | None
    """Jobs that may run at once in all processes; None where that is not ours to know."""
    llm_seconds: float = 0
    llm_requests: int = 0
    per_minute: int | None = None


def uses(measured: Measured) -> Sequence[Use]:
    """What runs out first is first."""
    m, found = measured, list[Use]()
    if m.server_cpu is not None:
        found.append(Use("the servers' Python (a core each)", m.server_cpu / m.seconds / m.servers, "more servers"))
    if m.worker_cpu is not None and m.workers:
        found.append(Use("the workers' Python (a core each)", m.worker_cpu / m.seconds / m.workers, "more workers"))
    if m.server_cpu is not None and m.worker_cpu is not None:
        share = (m.server_cpu + m.worker_cpu) / m.seconds / m.cores
        found.append(Use(f"the {m.cores} cores of this machine", share, "more machines"))
    if m.slots:
        share = m.llm_seconds / m.seconds / m.slots
        found.append(Use(f"{m.slots} grades at once", share, "VIVA_JOB_CONCURRENCY, more workers"))
    if m.per_minute:
        share = m.llm_requests / m.seconds * 60 / m.per_minute
        found.append(Use(f"{m.per_minute} LLM requests a minute", share, "a higher limit at the provider"))
    return sorted(found, key=lambda use: -use.share)
