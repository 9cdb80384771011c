"""Benchmarks: what it costs, measured and printed; never a timed test."""
