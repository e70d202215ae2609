"""`viva bench load` three times: few people and many on the smallest installation, many on Postgres with workers."""

from service.bench.load import Load, Place, run
from tests.bench.processes import durable_postgres


def report() -> None:
    with durable_postgres() as postgres, postgres.database() as url:
        small, large = Place(concurrency=32), Place(database=url, servers=2, workers=2, concurrency=32)
        for users, place in ((10, small), (1_000, small), (1_000, large)):
            print()
            run(Load(users=users, minutes=1.5, ramp=60), place)
