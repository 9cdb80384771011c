"""Nothing that was typed is lost without being asked."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.e2e.console.assigned_task import assigned_to
from tests.e2e.console.open_page import OpenPage
from tests.e2e.running_stack import RunningStack

LETTER = "客户来电：设备仍然无法开机"


def form_of(page: Page) -> Locator:
    return page.get_by_role("dialog").filter(has=page.get_by_role("textbox"))


def message(page: Page) -> Locator:
    page.get_by_role("button", name="登记客户来信").click()
    form = form_of(page)
    expect(form).to_be_visible()
    return form


def test_a_dialog_with_something_typed_asks_before_it_closes(
    page_of: OpenPage, stack: RunningStack, feedback_of: Callable[..., str]
) -> None:
    number = feedback_of()
    client, _, assignee = assigned_to(stack, number)
    client.close()
    page = page_of(assignee, at=f"/feedback/{number}").page
    form = message(page)
    page.keyboard.press("Escape")
    expect(form).to_be_hidden()
    form = message(page)
    form.get_by_role("textbox").fill(LETTER)

    page.keyboard.press("Escape")
    page.get_by_role("button", name="继续填写").click()
    expect(page.get_by_role("button", name="继续填写")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="继续填写")).to_be_focused()
    page.keyboard.press("Escape")

    expect(page.get_by_role("button", name="继续填写")).to_be_hidden()
    expect(form.get_by_role("textbox")).to_have_value(LETTER)
    form.get_by_role("button", name="取消").click()
    page.get_by_role("button", name="放弃").click()
    expect(form).to_be_hidden()


def test_a_page_with_a_dialog_in_which_something_is_typed_asks_before_it_is_left(
    page_of: OpenPage, stack: RunningStack, feedback_of: Callable[..., str]
) -> None:
    number = feedback_of()
    client, _, assignee = assigned_to(stack, number)
    client.close()
    page = page_of(assignee, at=f"/inbox?number={number}").page
    page.get_by_role("link", name=number).first.click()
    form = message(page)
    form.get_by_role("textbox").fill(LETTER)

    page.evaluate("history.back()")
    page.get_by_role("button", name="继续填写").click()

    expect(page.get_by_role("button", name="继续填写")).to_be_hidden()
    expect(form.get_by_role("textbox")).to_have_value(LETTER)
    expect(page).to_have_url(re.compile(rf"/feedback/{number}(\?|$)"))
    page.evaluate("history.back()")
    page.get_by_role("button", name="放弃").click()
    expect(page).to_have_url(re.compile("/inbox"))
