"""YAML with line numbers: every value can be traced to the line that it stands on."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError, SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.resolver import VersionedResolver

from service.errors import BankError

Location = tuple[str | int, ...]
"""Keys and indices from the root, as pydantic reports them: `("criteria", "mechanism", 0, "weight")`."""


class _Constructor(SafeConstructor):
    """Leaves dates as the text they are: the bank has months (2026-11), which YAML does not know."""


class _Resolver(VersionedResolver):
    """Takes every file for YAML 1.2. To ask anew for each value, as it does otherwise, is a third of the reading."""

    @property
    def processing_version(self) -> tuple[int, int]:
        return 1, 2


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", SafeConstructor.construct_yaml_str)


@dataclass(frozen=True)
class Document:
    """A mapping read from YAML. `skipped` counts the lines of the file that come before it."""

    data: dict[str, Any]
    text: str
    skipped: int = 0

    def line(self, location: Location) -> int:
        """The line of the field at `location`, or of the innermost part of it that exists."""
        node, line = self._root, 1
        for part in location:
            found = _step(node, part)
            if found is None:
                break
            mark, node = found
            line = mark + self.skipped + 1
        return line

    def lines_with(self, value: str) -> list[int]:
        """The lines on which `value` stands as a whole scalar, keys included."""
        return [n.start_mark.line + self.skipped + 1 for n in _scalars(self._root) if n.value == value]

    @cached_property
    def _root(self) -> Node:
        root: Node = _yaml().compose(self.text)
        return root


def read_yaml(text: str, path: Path, skipped: int = 0) -> Document:
    """`text` as a mapping. Raises BankError where it is not YAML 1.2, repeats a key, or is not a mapping."""
    try:
        data = _yaml().load(text)
    except DuplicateKeyError as error:
        mark = error.problem_mark
        raise BankError(path, mark.line + skipped + 1, f"the field {_key_at(text, mark)} stands here twice") from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = f"not valid YAML: {error.problem or error.context}"
        raise BankError(path, (mark.line if mark else 0) + skipped + 1, reason) from error
    except (YAMLError, ValueError, RecursionError) as error:
        raise BankError(path, skipped + 1, f"not valid YAML: {str(error).splitlines()[0]}") from error
    if not isinstance(data, dict):
        raise BankError(path, skipped + 1, "this has to be fields: `name: value`")
    return Document(data, text, skipped)


def _yaml() -> YAML:
    """The parser in C where ruamel.yaml.clib is installed: five times faster."""
    yaml = YAML(typ="safe")
    yaml.Constructor = _Constructor
    yaml.Resolver = _Resolver
    return yaml


def _key_at(text: str, mark: Any) -> str:
    line = text.split("\n")[mark.line]
    return f"`{line[mark.column :].split(':')[0].strip()}`"


def _step(node: Node, part: str | int) -> tuple[int, Node] | None:
    """Line (from 0) and node of one key or index; a key's line is its own, even where its value starts below."""
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark.line, value
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark.line, node.value[part]
    return None


def _scalars(node: Node) -> list[ScalarNode]:
    if isinstance(node, ScalarNode):
        return [node]
    if isinstance(node, MappingNode):
        return [scalar for pair in node.value for part in pair for scalar in _scalars(part)]
    return [scalar for part in node.value for scalar in _scalars(part)]
