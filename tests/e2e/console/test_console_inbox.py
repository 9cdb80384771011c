"""The inbox of those who work all day, and items that come by phone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.console.accessibility import check_accessible
from tests.e2e.console.assigned_task import assigned_to
from tests.e2e.console.layout import no_sideways
from tests.e2e.console.open_page import OpenPage
from tests.e2e.console.within_a_second import within_a_second
from tests.e2e.console.words_seen import check_words
from tests.e2e.running_stack import RunningStack

LOCALES = pytest.mark.parametrize("locale", ["zh-CN", "en"])


def row_of(number: str) -> str:
    return f"[role=row]:has(a.number:text-is('{number}'))"


@LOCALES
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_the_inbox_is_whole_in_both_languages_at_the_desk_and_on_a_phone(
    page_of: OpenPage,
    stack: RunningStack,
    feedback_of: Callable[..., str],
    locale: str,
    *,
    phone: bool,
) -> None:
    number = feedback_of(urgency="urgent", product="X200")
    client, _, assignee = assigned_to(stack, number)
    client.close()

    watched = page_of(assignee, locale, phone=phone)
    page = watched.page
    page.goto("/inbox?sort=created")

    expect(page.locator(row_of(number))).to_be_visible()
    check_words(watched, locale)
    check_accessible(page)
    no_sideways(page)


def test_what_a_lead_gives_away_leaves_the_inbox_of_one_and_comes_to_another_within_a_second(
    page_of: OpenPage, stack: RunningStack, feedback_of: Callable[..., str]
) -> None:
    number = feedback_of()
    client, key, first = assigned_to(stack, number)
    second = next(n for n, (_, role) in stack.logins.items() if role == "engineer" and n != first)
    pages = {name: page_of(name).page for name in (first, second)}
    for page in pages.values():
        page.goto(f"/inbox?number={number}")
        expect(page.locator(".live.on")).to_be_visible()
    expect(pages[first].locator(row_of(number))).to_be_visible()

    def give_away(n: int) -> Callable[[], None]:
        before, after = (first, second) if n % 2 == 0 else (second, first)
        body = {"assignee": after, "allowOverride": True}
        answer = client.post(f"/v2/user-tasks/{key}/assignment", json=body)
        assert answer.status_code == 204, answer.text

        def seen() -> None:
            expect(pages[after].locator(row_of(number))).to_be_visible()
            expect(pages[before].locator(row_of(number))).to_have_count(0)

        return seen

    within_a_second(pages[second], give_away)
    client.close()


def test_several_items_are_accepted_at_once(
    page_of: OpenPage, stack: RunningStack, feedback_of: Callable[..., str]
) -> None:
    numbers = [feedback_of(urgency="critical") for _ in range(3)]
    found = [assigned_to(stack, number) for number in numbers]
    client, _, somebody = found[0]
    for _, key, _ in found:
        body = {"assignee": somebody, "allowOverride": True}
        answer = client.post(f"/v2/user-tasks/{key}/assignment", json=body)
        assert answer.status_code == 204, answer.text
    page = page_of(somebody).page
    page.goto("/inbox?sort=created&element=accept")
    for number in numbers:
        page.locator(row_of(number)).get_by_role("checkbox").check()

    page.get_by_role("toolbar").get_by_role("button", name="接单").click()

    for number in numbers:
        expect(page.locator(row_of(number))).to_have_count(0)
    expect(page.get_by_role("toolbar")).to_have_count(0)
    for number in numbers:
        asked = {"filter": {"elementId": "process", "feedbackNumber": number}}
        [processing] = client.post("/v2/user-tasks/search", json=asked).json()["items"]
        assert processing["assignee"] == somebody
    for one, _, _ in found:
        one.close()


def test_a_filter_is_kept_and_found_again(page_of: OpenPage) -> None:
    page = page_of("engineer").page
    page.goto("/inbox?queue=department&urgency=critical&due=today")
    page.get_by_role("button", name="常用筛选").click()
    page.get_by_label("筛选名称").fill("今天的特急")
    page.get_by_role("button", name="保存当前筛选").click()
    expect(page.get_by_role("button", name="今天的特急", exact=True)).to_be_visible()

    page.goto("/inbox")
    page.get_by_role("button", name="常用筛选").click()
    page.get_by_role("button", name="今天的特急", exact=True).click()

    expect(page).to_have_url(re.compile(r"queue=department&urgency=critical&due=today"))


def test_the_keyboard_alone_moves_selects_and_opens(
    page_of: OpenPage, stack: RunningStack, feedback_of: Callable[..., str]
) -> None:
    number = feedback_of()
    client, _, assignee = assigned_to(stack, number)
    client.close()
    page = page_of(assignee).page
    page.goto(f"/inbox?number={number}")
    expect(page.locator(row_of(number))).to_be_visible()

    page.keyboard.press("x")
    expect(page.get_by_role("toolbar")).to_be_visible()
    page.keyboard.press("x")
    expect(page.get_by_role("toolbar")).to_have_count(0)
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(rf"/feedback/{number}\?task="))


@LOCALES
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_who_calls_again_is_known_and_the_item_is_taken_without_the_mouse(
    page_of: OpenPage, feedback_of: Callable[..., str], locale: str, *, phone: bool
) -> None:
    contact = "13955556666"
    earlier = feedback_of(contact=contact, customer_name="欧阳雪")
    watched = page_of("specialist", locale, phone=phone)
    page = watched.page
    page.goto("/intake")
    expect(page.locator("#contact")).to_be_focused()

    page.keyboard.type("139 5555 6666")
    expect(page.get_by_role("complementary").get_by_text(earlier)).to_be_visible()
    page.locator("#description").fill("又无法开机了")
    check_words(watched, locale)
    check_accessible(page)
    no_sideways(page)
    page.keyboard.press("Control+Enter")

    expect(page.get_by_role("status").get_by_text(re.compile(r"\d{6}-\d{3}"))).to_be_visible()
