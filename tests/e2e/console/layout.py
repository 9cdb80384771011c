"""Whether a page fits into its window."""

from __future__ import annotations

from playwright.sync_api import Page


def no_sideways(page: Page) -> None:
    """Fail if a page is wider than its window: nobody scrolls sideways on a phone."""
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wider <= 0, f"{page.url} is {wider} pixels too wide"
