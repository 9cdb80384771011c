"""Processor time of process trees, as the kernel counts it (处理器时间)."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_PARENT = 1
# utime, stime, and the same of children that have ended and were waited for.
_TIMES = slice(11, 15)


def spent(root: int) -> float:
    """Return the seconds that a process and all its descendants, dead or alive, have computed."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    seconds: dict[int, float] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit() and (fields := _fields(entry)):
            pid = int(entry.name)
            children[int(fields[_PARENT])].append(pid)
            seconds[pid] = sum(map(int, fields[_TIMES])) / _TICKS
    return _sum(root, children, seconds)


def _sum(root: int, children: dict[int, list[int]], seconds: dict[int, float]) -> float:
    below = sum(_sum(child, children, seconds) for child in children.get(root, ()))
    return seconds.get(root, 0.0) + below


def _fields(entry: Path) -> list[str]:
    try:
        # The command's name in parentheses may itself hold blanks and parentheses.
        return (entry / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
