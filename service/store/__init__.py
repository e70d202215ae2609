"""Where things are kept: the only package that knows tables. Synchronous; call it from worker threads."""

from service.store import cohort_tables as cohort_tables  # with any part of the store the schema is known whole
from service.store import organisation_tables as organisation_tables
from service.store import outside_tables as outside_tables
