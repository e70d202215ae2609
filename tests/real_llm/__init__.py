"""A real language model, from packages alone: `make test-llm`. Not part of `make test`."""
