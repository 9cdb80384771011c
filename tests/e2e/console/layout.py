"""Whether a page has come to rest, and fits into its window."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def settled(page: Page) -> None:
    """Wait until nothing on a page is being read any more; its stream of events goes on."""
    expect(page.get_by_role("heading", level=1).first).to_be_visible()
    expect(page.locator(".loading")).to_have_count(0)


def no_sideways(page: Page) -> None:
    """Fail if a page is wider than its window: nobody scrolls sideways on a phone."""
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wider <= 0, f"{page.url} is {wider} pixels too wide"
