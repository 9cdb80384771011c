"""Door: `python -m bench.scrolling`, a list of very many tasks under the wheel (滚动基准)."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from statistics import quantiles
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Page, sync_playwright

from bench import backlog, office
from bench.servers import servers
from bench.service import both_answer, service
from models.database import engine
from stack import browser, console

if TYPE_CHECKING:
    from collections.abc import Sequence

_WHEEL, _EVERY = 900, 0.05
# What the eye sees as a stumble: three frames of a screen.
_STUMBLE = 50.0
# Notes how long each frame took; a frame of 16.7 ms is a screen's own pace.
_WATCH = """
window.frames_seen = [];
let before = performance.now();
const look = (now) => {
  window.frames_seen.push(now - before);
  before = now;
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
_LAST = (
    "Math.max(...[...document.querySelectorAll('[aria-rowindex]')].map((row) => +row.ariaRowIndex))"
)


def main(arguments: list[str] | None = None) -> None:
    """Measure and print; the last line is one JSON object."""
    chosen = _parser().parse_args(arguments)
    console.ensure()
    before = os.getloadavg()
    with servers(engineers=0) as running, service(running) as api:
        digest, owner = running.digest, running.owner_url
        backlog.fill(running.database_url, owner, digest=digest, tasks=chosen.tasks)
        rows = engine(running.database_url, pool_size=1, application_name="bihuan bench")
        office.hire(rows)
        rows.dispose()
        asyncio.run(both_answer(running.temporal_address, api))
        frames, reached = _scrolled(api, chosen.seconds)
    load = {"before": before[0], "after": os.getloadavg()[0]}
    print_line({**_figures(frames), "rows_scrolled": reached, "tasks": chosen.tasks, "load": load})


def _scrolled(api: str, seconds: float) -> tuple[Sequence[float], int]:
    browser.ensure_browser()
    with sync_playwright() as driver:
        options = ["--no-sandbox", "--disable-background-networking", "--no-first-run"]
        opened = driver.chromium.launch(executable_path=browser.found(), args=options)
        context = opened.new_context(base_url=api, viewport={"width": 1366, "height": 800})
        lead = next(one for one in office.agents() if one.role == "team_lead")
        body = {"username": lead.username, "password": office.PASSWORD}
        context.request.post("/api/session", data=body)
        page = context.new_page()
        page.goto("/inbox?queue=all")
        page.locator("[aria-rowindex='20']").wait_for()
        frames, reached = _wheel(page, seconds)
        opened.close()
    return frames, reached


def _wheel(page: Page, seconds: float) -> tuple[Sequence[float], int]:
    page.mouse.move(700, 500)
    page.evaluate(_WATCH)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        page.mouse.wheel(0, _WHEEL)
        time.sleep(_EVERY)
    frames: list[float] = page.evaluate("window.frames_seen")
    return frames, int(page.evaluate(_LAST))


def _figures(frames: Sequence[float]) -> dict[str, Any]:
    cut = quantiles(frames, n=100, method="inclusive")
    return {
        "frames": len(frames),
        "p50_ms": round(cut[49], 1),
        "p99_ms": round(cut[98], 1),
        "longest_ms": round(max(frames), 1),
        "over_50_ms": sum(frame > _STUMBLE for frame in frames),
    }


def print_line(found: dict[str, Any]) -> None:
    """Write one line of JSON."""
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.scrolling", description=__doc__)
    parser.add_argument("--tasks", type=int, default=100_000, help="open tasks in the tables")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long the wheel turns")
    return parser


if __name__ == "__main__":
    main()
    # A process that only was a client of Temporal may abort while the interpreter ends.
    os._exit(0)
