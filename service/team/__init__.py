"""Whoever hosts Viva for others: who comes in, cohorts and what is assigned to them, the review desk, the overview."""
