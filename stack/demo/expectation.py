"""What a life must look like, and what is wrong with one that does not (预期)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from stack.demo.life import Life


@dataclass(frozen=True)
class Expectation:
    """What a scenario promises (预期).

    Attributes:
        states: exactly these, in this order.
        elements: entered in this order, others may lie between.
        absent: elements that must not be entered.
        timers: elements whose timers must have fired, as often as they are named.
        quiet: elements whose timers must not have fired.
    """

    states: tuple[str, ...]
    elements: tuple[str, ...]
    absent: tuple[str, ...] = ()
    timers: tuple[str, ...] = ()
    quiet: tuple[str, ...] = ()

    def problems(self, life: Life) -> list[str]:
        """Return what is wrong with a life; nothing if it is as promised."""
        found = [] if life.ended else ["the process has not ended"]
        if life.states != self.states:
            found.append(f"states are {_list(life.states)}, expected {_list(self.states)}")
        if missing := _first_missing(self.elements, life.elements):
            found.append(f"element {missing} was not entered, or not in its order")
        found += [f"element {one} was entered" for one in self.absent if one in life.elements]
        return found + self._timer_problems(life)

    def _timer_problems(self, life: Life) -> list[str]:
        wanted = {one: self.timers.count(one) for one in self.timers}
        found = [
            f"timer {one} fired {life.fired.count(one)} times, expected {times}"
            for one, times in wanted.items()
            if life.fired.count(one) != times
        ]
        return found + [f"timer {one} fired" for one in self.quiet if one in life.fired]


def _first_missing(wanted: Iterable[str], entered: Iterable[str]) -> str | None:
    """Return the first of `wanted` that does not follow those before it."""
    rest = iter(entered)
    for one in wanted:
        if one not in rest:
            return one
    return None


def _list(words: Iterable[str]) -> str:
    return " ".join(words) or "none"
