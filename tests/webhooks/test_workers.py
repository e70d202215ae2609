"""Webhooks told by workers, on Postgres: the event in one process, its delivery in another."""

from pathlib import Path

from tests.api.walk import GOOD, answer, begin
from tests.postgres import Postgres
from tests.quick import Quick, QuickWorker, viva
from tests.server import eventually
from tests.webhooks.receiver import Receiver
from tests.webhooks.test_webhooks import log, register, verified


def test_a_worker_delivers_what_another_process_has_committed_also_after_a_kill(
    postgres: Postgres, tmp_path: Path
) -> None:
    with postgres.database() as url, Receiver("silence", "204 No Content") as receiver:
        settings = {"VIVA_DATABASE_URL": url, "VIVA_JOBS": "procrastinate", "VIVA_LOG_LEVEL": "warning"}
        settings |= {"VIVA_WEBHOOKS__ALLOW_PRIVATE": "true", "VIVA_LEASE_SECONDS": "2"}
        viva(tmp_path, settings, "migrate")
        with Quick(tmp_path, **settings) as server:
            hook = register(server.client, receiver.origin, "attempt.graded")
            with QuickWorker(tmp_path, queues="grading,delivery", **settings) as worker:
                attempt = answer(server.client, begin(server.client), GOOD)["id"]
                receiver.wait()
                worker.kill()  # it waits for an answer that does not come
            with QuickWorker(tmp_path, queues="grading,delivery", name="another", **settings):
                assert eventually(lambda: {one["state"] for one in log(server.client, hook)} == {"delivered"} or None)
        first, second = receiver.received
        assert (first.id, first.body) == (second.id, second.body)
        assert verified(hook, second)["data"]["attempt_id"] == attempt
