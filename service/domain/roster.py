"""Lists of people who are to come: CSV or JSON, line by line. A line that is wrong stops no other."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Literal, cast

from service.domain import Value
from service.domain.identity import ROLES, Role, normal_email, normal_name
from service.errors import Invalid

Format = Literal["csv", "json"]
COLUMNS = ("email", "name", "role", "cohort")
MAX_LINES = 2000


class Wanted(Value):
    """Somebody who is to have an account."""

    line: int
    """In a CSV file; in JSON which one of the people, from 1."""
    email: str
    name: str | None = None
    role: Role = "candidate"
    cohort: str | None = None


class Wrong(Value):
    """A line of which nothing comes."""

    line: int
    problem: str


def read(text: str, kind: Format) -> list[Wanted | Wrong]:
    """Every line, as it is or why it cannot be. Raises Invalid where it is no such list at all, or too long."""
    found: list[Wanted | Wrong] = []
    lines: dict[str, int] = {}
    for line, fields in _csv(text) if kind == "csv" else _json(text):
        if len(found) >= MAX_LINES:
            raise Invalid(f"A list has at most {MAX_LINES:,} people.")
        try:
            wanted = _wanted(line, fields)
            if wanted.email in lines:
                raise Invalid(f"The same address as in line {lines[wanted.email]}.")
        except Invalid as error:
            found.append(Wrong(line=line, problem=str(error)))
        else:
            lines[wanted.email] = line
            found.append(wanted)
    return found


def _csv(text: str) -> Iterator[tuple[int, object]]:
    text = text.removeprefix("\ufeff")
    heading = text.partition("\n")[0]
    delimiter = ";" if ";" in heading and "," not in heading else ","  # as spreadsheets write it in many countries
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [name.strip().lower() for name in reader.fieldnames or ()]
        if "email" not in names or not set(names) <= set(COLUMNS) or len(set(names)) < len(names):
            raise Invalid(f"The first line names the columns: email, and any of {', '.join(COLUMNS[1:])}.")
        reader.fieldnames = names
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise Invalid(f"Line {reader.line_num} is no CSV: {error}.") from error


def _json(text: str) -> Iterator[tuple[int, object]]:
    try:
        people = json.loads(text)["people"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Invalid('The body is no JSON such as {"people": [{"email": "ada@example.org"}]}.') from error
    if not isinstance(people, list):
        raise Invalid("`people` is no list.")
    yield from enumerate(people, 1)


def _wanted(line: int, fields: object) -> Wanted:
    if not isinstance(fields, Mapping) or not set(fields) <= set(COLUMNS):
        raise Invalid(f"It has other fields than {', '.join(COLUMNS)}.")
    given = {name: text for name, text in fields.items() if text not in (None, "")}
    if not all(isinstance(text, str) for text in given.values()):
        raise Invalid("A field is no text.")
    role = given.get("role", "candidate").strip().lower()
    if role not in ROLES:
        raise Invalid(f"The role is none of {', '.join(ROLES)}.")
    name, cohort = given.get("name"), given.get("cohort")
    return Wanted(
        line=line,
        email=normal_email(given.get("email", "")),
        name=None if name is None else normal_name(name),
        role=cast("Role", role),
        cohort=None if cohort is None else normal_name(cohort),
    )
