"""Where things are kept: the only package that knows tables. Synchronous; call it from worker threads."""
