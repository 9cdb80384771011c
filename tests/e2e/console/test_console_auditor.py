"""The auditor finds an item, replays it step by step, and searches who looked at what."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.console.accessibility import check_accessible
from tests.e2e.console.audited_item import accepted, client_of, drawn_names
from tests.e2e.console.layout import no_sideways, settled
from tests.e2e.console.open_page import OpenPage
from tests.e2e.console.words_seen import check_words
from tests.e2e.running_stack import RunningStack

LOCALES = pytest.mark.parametrize("locale", ["zh-CN", "en"])
PHONE = "13812345678"
NAME = "欧阳测试"
# What draws is read when the first drawing is looked at.
LOADED = 60_000


def at_step(page: Page, n: int) -> None:
    """Expect that the record list, the slider and the address stand at a step."""
    expect(page.get_by_role("slider")).to_have_value(str(n))
    expect(page.locator("[aria-current=step] .number").first).to_have_text(str(n))
    expect(page).to_have_url(re.compile(rf"[?&]n={n}\b"))


def test_the_auditor_replays_it_step_by_step(
    page_of: OpenPage, stack: RunningStack, feedback_of: Callable[..., str]
) -> None:
    number = feedback_of(customer_name=NAME, contact=PHONE)
    key, records = accepted(stack, number)
    created, following = (one for one in records if one["kind"] == "USER_TASK_CREATED")
    completed = next(one for one in records if one["kind"] == "USER_TASK_COMPLETED")
    page = page_of("auditor").page
    page.goto("/audit")
    page.get_by_label("反馈编号").fill(number)
    page.get_by_role("link", name=re.compile(number)).click()

    # It begins where the item stands now.
    expect(page).to_have_url(re.compile(f"/audit/instances/{key}"))
    expect(page.get_by_role("slider")).to_have_value(re.compile(r"^\d{2,}$"))

    # The task of the next step had just been created.
    page.goto(f"/audit/instances/{key}?n={following['number']}")
    at_step(page, following["number"])
    expect(page.locator(".bh-active[data-element-id=process]")).to_have_count(1, timeout=LOADED)

    # Before it the first task was created, then done by somebody; the drawing follows.
    page.goto(f"/audit/instances/{key}?n={created['number']}")
    at_step(page, created["number"])
    expect(page.get_by_role("heading", name="任务创建")).to_be_visible()
    expect(page.locator(".bh-active[data-element-id=accept]")).to_have_count(1, timeout=LOADED)
    page.goto(f"/audit/instances/{key}?n={completed['number'] - 1}")
    at_step(page, completed["number"] - 1)
    page.keyboard.press("ArrowRight")
    at_step(page, completed["number"])
    expect(page.get_by_role("heading", name="任务完成")).to_be_visible()
    with client_of(stack, "auditor") as auditor:
        people = auditor.get("/api/people", params={"limit": 200}).json()["items"]
    actor = next(p["display_name"] for p in people if p["username"] == completed["actor"])
    expect(page.locator(".record").get_by_text(actor).first).to_be_visible()
    page.keyboard.press("ArrowLeft")
    at_step(page, completed["number"] - 1)


def test_what_is_personal_is_masked_in_a_replay(
    page_of: OpenPage, stack: RunningStack, feedback_of: Callable[..., str]
) -> None:
    key, _ = accepted(stack, feedback_of(customer_name=NAME, contact=PHONE))
    page = page_of("auditor").page

    page.goto(f"/audit/instances/{key}")

    expect(page.get_by_text("138****5678").first).to_be_visible()
    assert PHONE not in page.content()
    assert NAME not in page.content()


def test_it_plays_by_itself_and_jumps_to_what_matters(
    page_of: OpenPage, stack: RunningStack, feedback_of: Callable[..., str]
) -> None:
    key, records = accepted(stack, feedback_of())
    page = page_of("auditor").page
    page.goto(f"/audit/instances/{key}?n=1")
    at_step(page, 1)

    page.keyboard.press("n")
    second = next(one["number"] for one in records if one["number"] > 1 and one["status"])
    at_step(page, second)
    page.get_by_role("button", name="播放").click()
    expect(page.get_by_role("button", name="暂停")).to_be_visible()
    expect(page.get_by_role("slider")).not_to_have_value(str(second))
    page.get_by_role("button", name="暂停").click()

    expect(page.get_by_role("button", name="播放")).to_be_visible()


@LOCALES
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_the_audit_pages_are_whole_in_both_languages(
    page_of: OpenPage,
    stack: RunningStack,
    feedback_of: Callable[..., str],
    locale: str,
    *,
    phone: bool,
) -> None:
    key, records = accepted(stack, feedback_of())
    names = drawn_names(stack, key)
    watched = page_of("auditor", locale, phone=phone)
    page = watched.page
    for place in ("/audit", f"/audit/instances/{key}?n={len(records) - 3}", "/access-records"):
        page.goto(place)
        settled(page)
        if "instances" in place:
            expect(page.locator(".djs-container")).to_be_visible(timeout=LOADED)
            at_step(page, len(records) - 3)

        check_words(watched, locale, *names)
        check_accessible(page)
        no_sideways(page)


def test_who_looked_at_an_item_is_found(
    page_of: OpenPage, stack: RunningStack, feedback_of: Callable[..., str]
) -> None:
    number = feedback_of()
    accepted(stack, number)
    page = page_of("auditor").page
    page.goto("/access-records")

    page.get_by_label("对象").fill(number)
    page.get_by_role("button", name="查询").click()

    expect(page.get_by_role("rowheader", name="回放流程")).to_have_count(1)
