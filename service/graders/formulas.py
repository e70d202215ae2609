"""Formulas of quantities: arithmetic with + - * / ** and parentheses, and `kv_cache`.

`kv_cache('Llama-3-8B', tokens, batch, bytes)` is the size in bytes of the cache of a model in `SHAPES`.
A formula with the names `tokens`, `batch` and `bytes` holds for any: a grader reads them from the answer, and
`DEFAULTS` give the quantity's `value`.
"""

import ast
from collections.abc import Mapping

from simpleeval import DEFAULT_OPERATORS, InvalidExpression, SimpleEval  # type: ignore[import-untyped]

from service.domain.cache_size import SHAPES

DEFAULTS: Mapping[str, float] = {"tokens": 1, "batch": 1, "bytes": 2}

_ARITHMETIC = {kind: DEFAULT_OPERATORS[kind] for kind in (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.USub)}


class Formula:
    """A formula, parsed once. Raises ValueError where it is none."""

    def __init__(self, text: str) -> None:
        self._text = text
        try:
            self._parsed = SimpleEval.parse(text)
        except (InvalidExpression, SyntaxError, ValueError, RecursionError) as error:
            raise ValueError(f"`{text}` is not arithmetic with + - * / ** and parentheses: {error}") from error
        self.names = {node.id for node in ast.walk(self._parsed) if isinstance(node, ast.Name)} & DEFAULTS.keys()

    def __call__(self, names: Mapping[str, float] = DEFAULTS) -> float:
        """Its value. Raises ValueError where it has none."""
        evaluator = SimpleEval(operators=_ARITHMETIC, functions={"kv_cache": _kv_cache}, names=names)
        try:
            result = evaluator.eval(self._text, previously_parsed=self._parsed)
        except (InvalidExpression, ArithmeticError, TypeError, ValueError, RecursionError) as error:
            raise ValueError(f"`{self._text}` is not arithmetic with + - * / ** and parentheses: {error}") from error
        if not isinstance(result, int | float):
            raise ValueError(f"`{self._text}` is not a number")
        return result


def _kv_cache(model: str, tokens: float = 1, batch: float = 1, value_bytes: float = 2) -> float:
    if model not in SHAPES:
        raise ValueError(f"there is no model {model!r}, only {', '.join(SHAPES)}")
    return SHAPES[model].kv_cache(tokens, batch, value_bytes)
