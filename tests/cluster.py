"""The processes of a hosted Viva without containers: servers, workers, a transcriber and Postgres, on loopback.

`make cluster` runs it until Ctrl-C; tests and benchmarks use the same class.
"""

import signal
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.postgres import running
from tests.server import VIVA, Server, Worker, environment, free_port


class Cluster:
    """`apis` and `workers` by name, such as api-1, each of which can be killed and started again on its port."""

    def __init__(
        self,
        folder: Path,
        database_url: str,
        *,
        apis: int = 2,
        workers: int = 2,
        transcribers: int = 1,
        jobs: str = "procrastinate",
        settings: Mapping[str, str] | None = None,
        server: type[Server] = Server,
        worker: type[Server] = Worker,
    ) -> None:
        common = {"VIVA_DATABASE_URL": database_url, "VIVA_JOBS": jobs, **(settings or {})}
        subprocess.run(
            [VIVA, "migrate"], env=environment(folder, **common), cwd=folder, check=True, capture_output=True
        )
        self.apis = [server(folder, name=f"api-{n}", **common | {"VIVA_PORT": free_port()}) for n in range(1, apis + 1)]
        self.workers = [worker(folder, name=f"worker-{n}", **common) for n in range(1, workers + 1)]
        self.transcribers = [
            worker(folder, name=f"transcriber-{n}", **common, queues="transcription")
            for n in range(1, transcribers + 1)
        ]

    @property
    def processes(self) -> list[Server]:
        return [*self.apis, *self.workers, *self.transcribers]

    def __enter__(self) -> Self:
        try:
            for process in self.processes:
                process.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self.processes:
            process.kill()


def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="viva-cluster-") as folder,
        running() as postgres,
        postgres.database() as url,
        Cluster(Path(folder), url) as cluster,
    ):
        for process in cluster.processes:
            print(f"{process.name:14} {process.client.base_url}")
        print(f"logs in {folder}; Ctrl-C ends it")
        with suppress(KeyboardInterrupt):
            signal.pause()


if __name__ == "__main__":
    main()
