"""JSON Lines, each checked as it is read."""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from service.errors import ConfigError

M = TypeVar("M", bound=BaseModel)


def read_lines(path: Path, model: type[M]) -> Iterator[M]:
    """Each line of a file. Raises ConfigError, with the line's number."""
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"Cannot read {path}: {error}") from error
    for number, line in enumerate(lines, 1):
        try:
            yield model.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            raise ConfigError(f"{path}:{number}: {first['loc']}: {first['msg']}") from error
