"""Evaluations per CPU second, the best of several rounds (计数)."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 3


def per_second(work: Callable[[], Any], seconds: float, rounds: int = ROUNDS) -> float:
    """Return how often a piece of work is done in a second of this process's CPU time."""
    work()
    return max(_round(work, seconds) for _ in range(rounds))


def _round(work: Callable[[], Any], seconds: float) -> float:
    done, batch = 0, 1
    begun = time.process_time()
    while (spent := time.process_time() - begun) < seconds:
        for _ in range(batch):
            work()
        done += batch
        # The clock is asked seldom enough not to be measured itself.
        batch = min(batch * 2, 1024)
    return done / spent


def load() -> list[float]:
    """Return the machine's load averages, which belong to every figure."""
    return [round(one, 2) for one in os.getloadavg()]
