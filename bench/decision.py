"""Door: `python -m bench.decision`, a decision table of 1 000 rules per CPU second (决策表基准)."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from functools import partial
from typing import Any
from xml.sax.saxutils import escape

from bench.counting import load, per_second
from bpmn.dmn import evaluate_decision, parse_decisions

NOW = datetime(2026, 5, 11, 1, 0, tzinfo=UTC)
RULES = 1000
REGIONS = ("north", "south", "east", "west")
# What a table is asked: the amount that the last rule, the middle one and none answers to.
QUESTIONS = {"last rule": 10 * RULES - 5, "middle rule": 5 * RULES - 5, "no rule": -1}
TABLES = {
    "UNIQUE": "expressions as inputs",
    "FIRST": "stops at the first rule",
    "COLLECT": "several rules match, summed",
}


def main(arguments: list[str] | None = None) -> None:
    """Measure and print; the last line is one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m bench.decision", description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.0, help="CPU seconds a round")
    parser.add_argument("--rules", type=int, default=RULES, help="rules of the table")
    chosen = parser.parse_args(arguments)
    before = load()
    figures = {policy: measure(policy, chosen.rules, chosen.seconds) for policy in TABLES}
    for policy, found in figures.items():
        said = ", ".join(f"{name} {rate:,}/s" for name, rate in found.items())
        _say(f"{policy:8} {said}")
    _say(json.dumps({"load": before, "rules": chosen.rules, "decisions": figures}))


def measure(policy: str, rules: int, seconds: float) -> dict[str, float]:
    """Return how often a table is read, and asked for each question, in a second."""
    source = table(policy, rules).encode()
    model = parse_decisions(source, name="bench.dmn")
    found: dict[str, float] = {
        "parse": round(per_second(lambda: parse_decisions(source, name="bench.dmn"), seconds), 2)
    }
    for name, amount in QUESTIONS.items():
        scope = {"order": {"amount": amount * rules // RULES, "region": "north"}, "level": 3}
        found[name] = round(per_second(partial(_ask, model, scope), seconds), 1)
    return found


def _ask(model: Any, scope: dict[str, Any]) -> Any:
    return evaluate_decision(model, "limit", scope, now=NOW).value


def table(policy: str, rules: int) -> str:
    """Return a DMN file: amounts in steps of ten, a region, a level."""
    aggregation = 'aggregation="SUM"' if policy == "COLLECT" else ""
    rows = "".join(_row(policy, number) for number in range(rules))
    inputs = "".join(
        f'<input id="i{n}"><inputExpression><text>{text}</text></inputExpression></input>'
        for n, text in enumerate(("order.amount * 1", "lower case(order.region)", "level"))
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" '
        'namespace="n"><decision id="limit" name="limit"><variable name="limit"/>'
        f'<decisionTable id="t" hitPolicy="{policy}" {aggregation}>{inputs}'
        f'<output id="o" name="limit"/>{rows}</decisionTable></decision></definitions>'
    )


def _row(policy: str, number: int) -> str:
    amount = f"[{number * 10}..{number * 10 + 10})"
    if policy == "COLLECT":
        amount = f">= {number * 10}"
    other = f'"{REGIONS[number % 3 + 1]}"'
    cells = (amount, f'"north", {other}', "> 1, null")
    entries = "".join(f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in cells)
    return f'<rule id="r{number}">{entries}<outputEntry><text>{number}</text></outputEntry></rule>'


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    main()
