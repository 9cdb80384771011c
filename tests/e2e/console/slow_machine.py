"""A browser on a machine that is slower than this one, to find what wins races only here."""

from __future__ import annotations

import os

from playwright.sync_api import Page

# So many times slower, and as many times these milliseconds of waiting for each answer.
SLOWER = float(os.environ.get("TEST_SLOWER", "1"))
LATENCY = 20


def slow_down(page: Page) -> None:
    """Slow a page down by `TEST_SLOWER`."""
    if SLOWER <= 1:
        return
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    session.send("Network.enable")
    anything = {"offline": False, "downloadThroughput": -1, "uploadThroughput": -1}
    session.send("Network.emulateNetworkConditions", {**anything, "latency": LATENCY * SLOWER})
