"""Door: `python -m bench.feel`, FEEL expressions per CPU second, parse apart from evaluate."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime

from bench.counting import load, per_second
from bpmn.feel import evaluate
from bpmn.feel.parser import parse_expression

NOW = datetime(2026, 5, 11, 1, 0, tzinfo=UTC)
SCOPE = {
    "urgency": "特急",
    "amount": 1500,
    "orders": [{"price": 10 * n, "region": "north" if n % 2 else "south"} for n in range(20)],
    "received": "2026-05-08T10:00:00+08:00",
}
EXPRESSIONS = {
    "condition": 'urgency = "特急" and amount > 1000',
    "arithmetic": "(amount * 1.13 - 50) / 12",
    "unary range": "amount in [1000..2000)",
    "if": 'if amount > 1000 then "manager" else "member"',
    "filter and sum": 'sum(orders[region = "north"].price)',
    "for": "for o in orders return o.price * 2",
    "some": "some o in orders satisfies o.price > 100",
    "string functions": 'upper case(substring("bihuan", 1, 3)) + string(amount)',
    "date arithmetic": 'date and time(received) + duration("P3D") < now()',
}
HEADLINE = "condition"


def main(arguments: list[str] | None = None) -> None:
    """Measure and print; the last line is one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m bench.feel", description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.0, help="CPU seconds a round")
    seconds = parser.parse_args(arguments).seconds
    before = load()
    figures = {name: measure(text, seconds) for name, text in EXPRESSIONS.items()}
    for name, found in figures.items():
        _say(f"{name:18} evaluate {found['evaluate']:>9,}/s  parse {found['parse']:>7,}/s")
    _say(json.dumps({"load": before, "headline": figures[HEADLINE]["evaluate"], "feel": figures}))


def measure(text: str, seconds: float) -> dict[str, int]:
    """Return how often an expression is evaluated from the cache, and parsed, in a second."""
    no_names: frozenset[str] = frozenset()
    return {
        "evaluate": round(per_second(lambda: evaluate(text, SCOPE, now=NOW), seconds)),
        "parse": round(per_second(lambda: parse_expression(text, no_names), seconds)),
    }


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    main()
