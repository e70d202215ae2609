"""How grading goes on after a request, or after a crash. The attempt's row is the job: what is `submitted` waits."""
