"""What pydantic found, in words for somebody who writes questions."""

import re
from collections.abc import Callable, Mapping
from reprlib import repr as shortened
from typing import Any

from pydantic import ValidationError

from service.bank.marked import Location

FORMS = {
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "lower-case words joined by -, like `kv-cache`",
    r"^[A-Z][1-9][0-9]?$": "a letter and a number, like M1",
    r"^https://\S+$": "an https:// address",
    r"^20\d\d-(0[1-9]|1[0-2])$": "a month, like 2026-11",
}
WANTED = {
    "string_type": "text (quote it if it looks like a number)",
    "tuple_type": "a list: [a, b]",
    "dict_type": "fields of its own: {name: value}",
    "model_type": "fields of its own: {name: value}",
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
}


def complain(
    error: ValidationError, locate: Callable[[Location], int], lines_with: Callable[[str], list[int]]
) -> tuple[int, str]:
    """Line and reason of the error that comes first in the file; a misspelt field before the one it leaves missing."""
    details = [(tuple(part for part in detail["loc"] if part != "[key]"), detail) for detail in error.errors()]
    found = []
    for location, detail in details:
        if any(len(other) > len(location) and other[: len(location)] == location for other, _ in details):
            continue  # a list counts as empty when none of its entries is right
        line = locate(location) if location else _line_of_id(detail["msg"], lines_with)
        found.append((detail["type"] == "missing", line, _reason(detail, location)))
    return min(found)[1:]


def _line_of_id(message: str, lines_with: Callable[[str], list[int]]) -> int:
    """A check of the whole rubric names an id: its second place where it is used twice, otherwise its last."""
    ids = re.findall(r"\b[A-Z][1-9][0-9]?\b", message)
    lines = lines_with(ids[-1]) if ids else []
    if not lines:
        return 1
    return lines[1] if "twice" in message and len(lines) > 1 else lines[-1]


def _reason(detail: Mapping[str, Any], location: Location) -> str:
    kind, context, given = detail["type"], detail.get("ctx", {}), shortened(detail["input"])
    name = f"`{_name(location)}`" if location else "this"
    if kind == "missing":
        return f"{name} is missing"
    if kind == "extra_forbidden":
        return f"unknown field {name}"
    if kind == "value_error":
        return str(context["error"])
    if kind == "literal_error":
        return f"{name} has to be {context['expected']}, not {given}"
    if kind == "string_pattern_mismatch":
        return f"{name} has to be {FORMS.get(context['pattern'], context['pattern'])}, not {given}"
    if kind in ("too_short", "string_too_short"):
        return f"{name} is empty"
    if kind in WANTED:
        return f"{name} has to be {WANTED[kind]}, not {given}"
    return f"{name}: {detail['msg'][0].lower()}{detail['msg'][1:]}"


def _name(location: Location) -> str:
    """`("criteria", "mechanism", 0, "weight")` as `criteria.mechanism[1].weight`: people count from 1."""
    text = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in location)
    return text.removeprefix(".")
