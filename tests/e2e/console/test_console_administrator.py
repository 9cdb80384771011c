"""The administrator: mends an incident, ends an instance, and finds every page whole."""

from __future__ import annotations

import re
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.console.accessibility import check_accessible
from tests.e2e.console.layout import no_sideways, settled
from tests.e2e.console.open_page import OpenPage
from tests.e2e.console.refund_process import Desk, begin_refund, deploy_refunds
from tests.e2e.console.words_seen import check_words
from tests.e2e.running_stack import RunningStack

PAGES = (
    *("incidents", "instances", "health", "settings", "imports"),
    *("people", "people/linmei", "organisation", "roster", "absences", "me"),
)
# What people write by themselves: names of processes and of what a refund waits for.
WRITTEN = ("refund", "large", "amount", "check", "begin", "paid", "env")
LOOKS = pytest.mark.parametrize(
    ("locale", "phone"),
    [("zh-CN", False), ("zh-CN", True), ("en", False), ("en", True)],
    ids=["zh-desk", "zh-phone", "en-desk", "en-phone"],
)


@pytest.fixture(scope="module")
def desk(stack: RunningStack) -> Desk:
    found = Desk(stack.api, stack.logins)
    deploy_refunds(found)
    return found


def test_the_administrator_repairs_an_incident_caused_by_a_wrong_expression(
    page_of: OpenPage, desk: Desk
) -> None:
    key = begin_refund(desk)
    page = page_of("administrator").page
    page.goto(f"/instances/{key}")

    page.get_by_role("link", name=re.compile("large_check")).click()
    expect(page.get_by_role("heading", name=re.compile("large_check"))).to_be_visible()
    expect(page.get_by_text("amount > 100", exact=True)).to_be_visible()
    expect(page.locator(".djs-element.mark-error[data-element-id=large]")).to_be_visible()
    change_amount(page, "many", "120")
    page.get_by_role("button", name="重试", exact=True).click()

    expect(page.locator(".page-head").get_by_text("已解决")).to_be_visible()
    page.goto(f"/instances/{key}")
    expect(page.locator(".djs-element.mark-active[data-element-id=check]")).to_be_visible()
    assert recorded_change(desk, key) == ["amount"]


def change_amount(page: Page, wrong: str, right: str) -> None:
    """Change the variable; what is no JSON is refused where it is typed."""
    page.get_by_role("button", name="修改变量 amount").click()
    value = page.get_by_label("值（JSON）")
    value.fill(wrong)
    save = page.get_by_role("button", name="保存", exact=True)
    expect(save).to_be_disabled()
    value.fill(right)
    save.click()
    expect(page.get_by_role("dialog")).to_be_hidden()


def recorded_change(desk: Desk, key: str) -> list[str]:
    """Return the names of the variables whose change is on record."""
    with closing(desk.of(desk.with_role("administrator")[0])) as admin:
        asked = {"filter": {"action": ["set_variables"], "subject": key}}
        found = admin.post("/api/access-records/search", json=asked)
        assert found.status_code == 200, found.text
        return [str(name) for one in found.json()["items"] for name in one["data"]["names"]]


def test_the_administrator_ends_an_instance_and_says_why(page_of: OpenPage, desk: Desk) -> None:
    key = begin_refund(desk)
    page = page_of("administrator").page
    page.goto("/instances")

    page.get_by_label("实例编号或反馈编号").fill(key)
    page.get_by_role("link", name=key).click()
    page.get_by_role("button", name="终止实例").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="终止实例")).to_be_disabled()
    dialog.get_by_text("无法继续").click()
    dialog.get_by_role("button", name="终止实例").click()

    expect(page.locator(".page-head").get_by_text("已终止")).to_be_visible()


@LOOKS
def test_the_administrators_pages_are_whole_readable_and_fit(
    page_of: OpenPage, desk: Desk, locale: str, *, phone: bool
) -> None:
    begin_refund(desk)
    watched = page_of("administrator", locale, phone=phone)
    page = watched.page

    for path in PAGES:
        page.goto(f"/{path}")
        page.wait_for_load_state("networkidle")
        settled(page)
        expect(page.locator("main h1")).to_be_visible()
        check_words(watched, locale, *WRITTEN)
        check_accessible(page)
        no_sideways(page)


def test_the_administrators_pages_can_be_read_in_the_dark(page_of: OpenPage) -> None:
    page = page_of("administrator", color_scheme="dark").page

    for path in ("people", "roster", "health", "me"):
        page.goto(f"/{path}")
        page.wait_for_load_state("networkidle")
        settled(page)
        check_accessible(page)
