"""Where a link leads that one may not follow, or that leads nowhere."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.console.accessibility import check_accessible
from tests.e2e.console.open_page import OpenPage


def test_a_page_of_other_roles_says_so_and_one_is_where_ones_day_begins(
    page_of: OpenPage,
) -> None:
    page = page_of("specialist", at="/people").page

    expect(page.get_by_text("您的角色无权打开“人员”。")).to_be_visible()
    expect(page).to_have_url(re.compile("/inbox$"))


def test_an_address_that_nothing_has_keeps_the_menu(page_of: OpenPage) -> None:
    page = page_of("specialist", "en", at="/nowhere/at/all").page

    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    expect(page.get_by_role("link", name="My tasks")).to_be_visible()
    check_accessible(page)
