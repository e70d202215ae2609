"""When a job is tried again."""

from hypothesis import given
from hypothesis import strategies as st

from service.domain.job import JITTER, LONGEST, LONGEST_ASKED, WORKS, backoff

CHANCE = st.floats(0, 1)


def test_the_wait_doubles_up_to_ten_minutes() -> None:
    assert [backoff(2, tries, 0.5) for tries in (1, 2, 3, 9, 10, 40, 10_000)] == [2, 4, 8, 512, 600, 600, 600]


@given(st.integers(1, 100), CHANCE)
def test_no_wait_is_more_than_a_fifth_off(tries: int, chance: float) -> None:
    assert abs(backoff(2, tries, chance) / backoff(2, tries, 0.5) - 1) <= JITTER + 1e-9


@given(st.integers(1, 100), CHANCE, st.floats(0, 1e9))
def test_a_server_is_left_alone_as_long_as_it_asks_within_reason(tries: int, chance: float, asked: float) -> None:
    wait = backoff(2, tries, chance, asked)
    assert wait >= min(asked, LONGEST_ASKED)
    assert wait <= max(LONGEST * (1 + JITTER), LONGEST_ASKED)


def test_each_work_belongs_to_one_queue() -> None:
    works = [work for queue in WORKS.values() for work in queue]
    assert len(works) == len(set(works))
