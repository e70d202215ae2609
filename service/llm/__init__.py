"""Asking a language model over HTTP: settings, what may pass the wire, one endpoint. It knows nothing of rubrics."""
