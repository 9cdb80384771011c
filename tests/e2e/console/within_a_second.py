"""What reaches somebody else within a second, measured beside whatever the machine does."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import Page

SECOND = 1.0
TRIES = 10
# A plain request of a page takes some 20 ms where nothing else is done: a second is 50 of them.
REQUESTS = 50
_REQUEST = """async () => {
  const began = performance.now();
  await (await fetch("/api/session")).text();
  return performance.now() - began;
}"""


def within_a_second(page: Page, change: Callable[[int], Callable[[], None]]) -> None:
    """Change something, wait until it is seen, and fail if that never took less than a second.

    `change(n)` makes the nth change and returns what waits for it on the page. Every change must be
    seen; one of the first ten in time, since a machine with much else to do stands still now and
    then. Where even a plain request takes long, a second is as many of them as it is elsewhere.
    """
    told = []
    for n in range(TRIES):
        wait = change(n)
        began = time.monotonic()
        wait()
        took = time.monotonic() - began
        request = float(page.evaluate(_REQUEST)) / 1000
        if took < max(SECOND, REQUESTS * request):
            return
        told.append(f"{took:.2f} s, a request {request:.3f} s")
    raise AssertionError("; ".join(told))
