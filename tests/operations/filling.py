"""Rows for every table, each value another."""

import math
from collections.abc import Container, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Text
from sqlmodel import SQLModel

from service.store.engine import Store
from tests.domain.builders import at

TABLES = [table for table in SQLModel.metadata.sorted_tables if table.name != "ping"]
NAMES = {table.name for table in TABLES}
ODD = "naïve e\u0301 \u4e2d\u6587 \U0001f9e0 \u202eabc\u202c \u2028 \\0 \\x00 'one' \"two\" %s %(x)s :x ?"
"""Two ways to write an accent, four planes of bytes, and what means something to a database or a driver."""
LONG = 500


@contextmanager
def opened(url: str, busy_seconds: float = 10) -> Iterator[Store]:
    store = Store(url, busy_seconds=busy_seconds)
    try:
        yield store
    finally:
        store.close()


def fill(url: str, number: int, names: Container[str] = NAMES) -> None:
    """Rows in every table that there is: a new one needs nothing here. Or in those of `names`."""
    with opened(url) as store, store.write() as tx:
        for table in (table for table in TABLES if table.name in names):
            for first in range(0, number, 1000):
                some = range(first, min(number, first + 1000))
                values = [{column.name: value(column, n) for column in table.columns} for n in some]
                tx.connection().execute(table.insert(), values)


def value(column: Column[Any], number: int) -> Any:
    """Of the column's type, another for each number. What refers to something refers to the row with the same one."""
    if column.nullable and number % 3 == 0:
        return None
    for reference in column.foreign_keys:
        return value(reference.column, number)
    kinds: dict[type, Any] = {
        bool: number % 2 == 0,
        int: number,
        float: number / 7,
        UUID: UUID(int=number),
        bytes: bytes([number % 256, 0, 255]),
        datetime: at(number + 1e-6),
        str: f"{column.name} {number} {ODD}" + LONG * "." * isinstance(column.type, Text),
    }
    return kinds[getattr(column.type, "impl_instance", column.type).python_type]


def other(value: Any) -> Any:
    """The least different one."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case float():
            return math.nextafter(value, math.inf)
        case UUID():
            return UUID(int=value.int + 1)
        case datetime():
            return value + timedelta(microseconds=1)
        case bytes():
            return value + b"\0"
    return f"{value} "
