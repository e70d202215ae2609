"""What lasts is kept from the garbage collector; the rest is collected as ever."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from service.lasting import lasting


class Ring:
    """Garbage that only the collector finds: it holds itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_is_made_inside_is_not_searched_for_garbage() -> None:
    before = gc.get_freeze_count()
    with lasting():
        assert not gc.isenabled()
    assert gc.get_freeze_count() > before


def test_after_it_garbage_is_collected_even_where_it_failed() -> None:
    with pytest.raises(ZeroDivisionError), lasting():
        raise ZeroDivisionError
    assert gc.isenabled()
    ring = weakref.ref(Ring())
    gc.collect()
    assert ring() is None
