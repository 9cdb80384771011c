"""Of all rules that apply to an item the tightest wins, clock by clock (最严规则)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models.service_clock import ACCEPTANCE, RESPONSE, SOLUTION

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bpmn.clock import Clock


def choose(
    level: Mapping[str, Any], clock: Clock, starts: Mapping[str, datetime]
) -> dict[str, Any]:
    """Return the service level with the limit of each clock that is due first.

    Rules may count on different clocks: eight hours of work may end later than ten hours on the
    wall. So their due times are compared, not what they say.

    Args:
        level: what service_level.dmn answers, the rules that apply as `candidates`.
        clock: with the calendar to count with.
        starts: when each clock begins.

    Returns:
        `level` with the chosen limits, and by clock `clocks` (wall, working) and `rules`.
    """
    candidates = level.get("candidates") or ()
    chosen: dict[str, Mapping[str, Any]] = {}
    for kind in (ACCEPTANCE, RESPONSE, SOLUTION):
        rules = [rule for rule in candidates if rule.get(kind)]
        if rules and kind in starts:
            chosen[kind] = _earliest(clock, starts[kind], rules, kind)
    return {
        **level,
        **{kind: rule[kind] for kind, rule in chosen.items()},
        "clocks": (level.get("clocks") or {})
        | {kind: clock_of(rule) for kind, rule in chosen.items()},
        "rules": {kind: rule.get("rule") for kind, rule in chosen.items()},
    }


def clock_of(rule: Mapping[str, Any]) -> str:
    """Return the clock that a rule counts on."""
    return str(rule.get("clock") or "wall")


def _earliest(
    clock: Clock, start: datetime, rules: list[Mapping[str, Any]], kind: str
) -> Mapping[str, Any]:
    return min(rules, key=lambda rule: clock.after(start, str(rule[kind]), clock_of(rule)))
