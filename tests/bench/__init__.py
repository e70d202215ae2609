"""Measurements, by `make bench`. No test depends on a clock: what counts here are ratios within one run."""
