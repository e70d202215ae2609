"""`viva bench asag`: a grader on sets of short answers that people scored (automatic short answer grading)."""
