"""Door: `python -m bench.engine`, our interpreter beside a hand-coded workflow (引擎基准)."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys

from bench.report import summary, table
from bench.rounds import Round, play, stage
from bench.servers import Servers, servers
from bench.variants import HandCoded, Interpreter, Variant


def main(arguments: list[str] | None = None) -> None:
    """Measure and print; the last line is one JSON object."""
    chosen = _parser().parse_args(arguments)
    with servers() as running:
        rounds = asyncio.run(measure(running, chosen))
    figures = summary(rounds)
    sizes = {name: getattr(chosen, name) for name in ("items", "rounds", "in_flight")}
    _say(table(figures))
    _say(json.dumps(sizes | figures))


async def measure(running: Servers, chosen: argparse.Namespace) -> dict[str, list[Round]]:
    """Play the rounds of both variants in turn, so that a drifting machine treats both alike."""
    variants: list[Variant] = [
        Interpreter(running.digest),
        HandCoded(solution_timer=not chosen.without_solution_timer),
    ]
    rounds: dict[str, list[Round]] = {variant.name: [] for variant in variants}
    async with stage(running) as driving:
        for number in range(1, chosen.rounds + 1):
            for variant in variants:
                played = await play(
                    running, driving, variant, items=chosen.items, in_flight=chosen.in_flight
                )
                rounds[variant.name].append(played)
                rate = f"{played.items_per_second:.1f} items/s"
                _say(f"round {number}, {variant.name}: {rate}, {played.total:.1f} ms CPU an item")
    return rounds


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.engine", description=__doc__)
    parser.add_argument("--items", type=int, default=200, help="items a round")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each variant")
    parser.add_argument("--in-flight", type=int, default=40, help="items under way at once")
    parser.add_argument(
        "--without-solution-timer",
        action="store_true",
        help="no timer for the solution in the hand-coded workflow, as in the drawing",
    )
    return parser


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
    # A process that only was a client of Temporal may abort while the interpreter ends.
    os._exit(0)
