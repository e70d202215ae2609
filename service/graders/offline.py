"""The best grader that asks nobody: `semantic` where its model is installed, `keyword` elsewhere."""

from importlib.util import find_spec

from service.graders.keyword import KeywordGrader
from service.graders.semantic import PACKAGE
from service.graders.semantic.grader import SemanticGrader


def best() -> KeywordGrader | SemanticGrader:
    return KeywordGrader() if find_spec(PACKAGE) is None else SemanticGrader()
