"""Door: `python -m bench.tasks`, a service desk at work before a mountain of tasks (任务基准)."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from contextlib import AsyncExitStack
from itertools import cycle
from statistics import quantiles
from typing import TYPE_CHECKING, Any

import httpx

from bench import backlog, office
from bench.acts import Desk, Pace, Timings, Work
from bench.servers import servers
from bench.service import both_answer, receive, service, tasks_of
from models.database import engine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.servers import Servers

AIMS = {"search_p99_ms": 200, "complete_p99_ms": 300}


def main(arguments: list[str] | None = None) -> None:
    """Measure and print; the last line is one JSON object."""
    chosen = _parser().parse_args(arguments)
    began, before = time.monotonic(), os.getloadavg()
    # Nobody is there when the items come: they wait in the queues of their departments.
    with servers(engineers=0) as running:
        _say("servers are up", began)
        timings = _play(running, chosen, began)
    load = {"before": _rounded(before), "after": _rounded(os.getloadavg())}
    seconds = round(time.monotonic() - began, 1)
    sizes = {"tasks": chosen.tasks, "running": chosen.running, "agents": office.AGENTS}
    found = _figures(timings) | sizes | {"seconds": seconds, "load": load, "aims": AIMS}
    for kind, percentiles in found["kinds"].items():
        _say(f"search, {kind}: {percentiles}", began)
    _say(json.dumps(found))


def _play(running: Servers, chosen: argparse.Namespace, began: float) -> Timings:
    pace = Pace(chosen.every, began + chosen.within)
    rows = engine(running.database_url, pool_size=2, application_name="bihuan bench")
    try:
        with service(running) as api:
            # While worker and API come up.
            held = chosen.tasks - chosen.running
            backlog.fill(running.database_url, running.owner_url, digest=running.digest, tasks=held)
            _say(f"{held} tasks are in the tables", began)
            asyncio.run(both_answer(running.temporal_address, api))
            _say("worker and API are up", began)
            numbers = asyncio.run(receive(api, chosen.running))
            found = tasks_of(rows, numbers)
            office.hire(rows)
            _say(f"{len(found)} items have their task", began)
            return asyncio.run(_work(api, found, pace, began))
    finally:
        rows.dispose()


async def _work(api: str, found: Sequence[Any], pace: Pace, began: float) -> Timings:
    timings, todo = Timings(), _shared(found)
    people = office.agents()
    async with AsyncExitStack() as open_:
        clients = [
            await open_.enter_async_context(httpx.AsyncClient(base_url=api, timeout=30))
            for _ in people
        ]
        desks = [Desk(clients[n], one, n, timings) for n, one in enumerate(people)]
        await asyncio.gather(*(desk.log_in() for desk in desks))
        _say("everybody has logged in", began)
        async with asyncio.TaskGroup() as acting:
            for place, desk in enumerate(desks):
                own = todo[people[place].username]
                first = pace.every * place / len(desks)
                acting.create_task(desk.work(own, pace, first=first))
    return timings


def _shared(found: Sequence[Any]) -> dict[str, list[Work]]:
    """Give each department's tasks to its agents in turn."""
    hands = {
        department: cycle([one.username for one in office.agents() if one.department == department])
        for department in office.DEPARTMENTS
    }
    todo: dict[str, list[Work]] = {one.username: [] for one in office.agents()}
    for row in found:
        todo[next(hands[row.department])].append(Work(row.key, row.feedback_number))
    return todo


def _figures(timings: Timings) -> dict[str, Any]:
    acts = {act: _percentiles(took) for act, took in timings.acts.items()}
    kinds = {kind: _percentiles(took) for kind, took in sorted(timings.searches.items())}
    done = len(timings.acts["complete"])
    return acts | {"kinds": kinds, "completed": done, "refused": dict(timings.refused)}


def _percentiles(took: Sequence[float]) -> dict[str, float]:
    cut = quantiles(took, n=100, method="inclusive") if len(took) > 1 else [*took] * 99
    return {"p50_ms": round(cut[49] * 1000, 1), "p99_ms": round(cut[98] * 1000, 1)}


def _rounded(load: Sequence[float]) -> list[float]:
    return [round(one, 2) for one in load]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.tasks", description=__doc__)
    parser.add_argument("--tasks", type=int, default=100_000, help="open tasks in all")
    parser.add_argument("--running", type=int, default=1000, help="of instances that run")
    parser.add_argument("--every", type=float, default=5.0, help="seconds between an agent's acts")
    parser.add_argument("--within", type=float, default=470.0, help="seconds of the whole run")
    return parser


def _say(text: str, since: float | None = None) -> None:
    elapsed = "" if since is None else f"{time.monotonic() - since:6.1f} s  "
    sys.stdout.write(f"{elapsed}{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
    # A process that only was a client of Temporal may abort while the interpreter ends.
    os._exit(0)
