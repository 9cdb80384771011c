"""One stack with the built console for this folder, and pages that fail on any error."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, expect, sync_playwright

from stack import browser as browser_of_the_machine
from stack import console
from tests.e2e.console.logins import log_in
from tests.e2e.console.open_page import OpenPage
from tests.e2e.console.slow_machine import slow_down
from tests.e2e.console.watched_page import WatchedPage
from tests.e2e.running_stack import RunningStack

# An hour takes 3.6 seconds, the survey after 24 hours a minute and a half.
SCALE = "0.001"
PARTS = "postgres temporal migrations worker api"
# Chromium itself calls home otherwise.
_QUIET = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
DESK = {"width": 1366, "height": 800}
PHONE = {"width": 390, "height": 844}
# No test asserts a time: what a busy machine shows late is awaited for so long.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="package")
def stack() -> Iterator[RunningStack]:
    """A stack of its own, the console built from the sources as they are."""
    console.ensure()
    with tempfile.TemporaryDirectory(prefix="bihuan-", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o711)
        running = RunningStack(Path(made) / "home", PARTS, BIHUAN_TIME_SCALE=SCALE)
        running.up()
        yield running
        running.down()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """The driver; module by module, since no event loop can run beside it."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """The machine's Chromium."""
    browser_of_the_machine.ensure_browser()
    path = browser_of_the_machine.found()
    opened = playwright.chromium.launch(executable_path=path, args=list(_QUIET))
    yield opened
    opened.close()


@pytest.fixture
def page_of(stack: RunningStack, browser: Browser) -> Iterator[OpenPage]:
    """Pages of a role or a username, logged in, at a path; "" is nobody, at the login.

    `more` goes to the browser's context, such as color_scheme="dark" or java_script_enabled=False.
    When the test ends, it fails for whatever went wrong on any of them.
    """
    contexts: list[BrowserContext] = []
    opened: list[WatchedPage] = []
    address, names = stack.api, set(stack.logins)

    def open_page(
        who: str = "", locale: str = "zh-CN", *, phone: bool = False, at: str = "/", **more: Any
    ) -> WatchedPage:
        size: Any = PHONE if phone else DESK
        given = {"viewport": size, "has_touch": phone, "is_mobile": phone, **more}
        context = browser.new_context(base_url=address, locale=locale, **given)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        if who:
            log_in(context, stack, who)
        watched = WatchedPage(context.new_page(), address, names)
        opened.append(watched)
        slow_down(watched.page)
        watched.page.goto(at)
        return watched

    yield open_page
    faults = [fault for watched in opened for fault in watched.faults]
    for context in contexts:
        context.close()
    assert not faults, "\n".join(faults)


@pytest.fixture
def feedback_of(stack: RunningStack) -> Callable[..., str]:
    """Tell the house something, as a customer does; the number of the item."""
    address = stack.api

    def tell(description: str = "设备无法开机，指示灯不亮", **fields: Any) -> str:
        body = {"contact": "13812345678", "description": description, **fields}
        answer = httpx.post(f"{address}/api/feedback", json=body, timeout=30)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["number"])

    return tell
