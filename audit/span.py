"""How long something took: median, ninetieth percentile and sum, by both clocks (耗时)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Span:
    """Seconds that something took, over all the times that it ended."""

    median: float
    p90: float
    total: float


def figures(seconds: str, name: str) -> str:
    """Return the columns of a span: percentiles as the SQL standard interpolates them, and a sum.

    Args:
        seconds: a column; nulls do not count.
        name: what the columns are called: `<name>_at` and `<name>_total`.
    """
    return (
        f"percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY {seconds}) AS {name}_at,"
        f" sum({seconds}) AS {name}_total"
    )


def span(row: Mapping[Any, Any], name: str) -> Span | None:
    """Return a span of a row with the columns of `figures`, None if nothing ended."""
    if row[f"{name}_at"] is None:
        return None
    median, p90 = (round(value, 3) for value in row[f"{name}_at"])
    return Span(median, p90, round(row[f"{name}_total"], 3))
