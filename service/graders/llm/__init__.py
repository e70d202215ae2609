"""The LLM grader: `prompt` asks, `reply` reads, `sanitise` and `guards` distrust, `grader` puts them in order."""
