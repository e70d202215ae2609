"""What servers and workers say of themselves at /metrics."""

from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

from service.bench.http import request
from service.bench.processes import Party, Process


@dataclass(frozen=True)
class Sample:
    """CPU in seconds since each process began, memory in bytes; None where they do not say (not on Linux)."""

    waiting: float
    """Jobs that wait or run."""
    oldest: float
    """Age in seconds of the oldest of them."""
    server_cpu: float | None
    worker_cpu: float | None
    memory: float | None
    """Of all."""


async def sample(party: Party) -> Sample:
    """Raises OSError."""
    servers = [await _metrics(process) for process in party.servers]
    workers = [await _metrics(process) for process in party.workers]
    cpu, memory = "process_cpu_seconds_total", "process_resident_memory_bytes"
    return Sample(
        waiting=servers[0].get("viva_jobs", 0),
        oldest=servers[0].get("viva_job_oldest_seconds", 0),
        server_cpu=_sum(servers, cpu),
        worker_cpu=_sum(workers, cpu),
        memory=_sum([*servers, *workers], memory),
    )


async def _metrics(process: Process) -> dict[str, float]:
    """Sums over the labels; of ages the greatest."""
    text = (await request("GET", f"{process.url}/metrics")).body.decode()
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for metric in family.samples:
            before = found.get(metric.name, 0)
            found[metric.name] = max(before, metric.value) if "oldest" in metric.name else before + metric.value
    return found


def _sum(processes: list[dict[str, float]], name: str) -> float | None:
    return None if any(name not in process for process in processes) else sum(process[name] for process in processes)
