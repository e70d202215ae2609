"""From a name in the settings to an object: "keyword" or "package.module:Class", loaded only when asked for."""

from collections.abc import Callable, Mapping
from pkgutil import resolve_name
from typing import Any

from service.errors import PluginError


def load(name: str, built_in: Mapping[str, str]) -> Callable[..., Any]:
    """The object that `name` stands for. Raises PluginError where there is none."""
    path = built_in.get(name, name)
    if ":" not in path:
        raise PluginError(f"There is no {name!r}: use one of {', '.join(sorted(built_in))}, or package.module:Class.")
    try:
        found = resolve_name(path)
    except (ImportError, AttributeError, ValueError) as error:
        raise PluginError(f"Cannot load {path!r}: {error}") from error
    if not callable(found):
        raise PluginError(f"{path!r} is not a class or function.")
    return found  # type: ignore[no-any-return]
