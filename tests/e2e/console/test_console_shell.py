"""What is around every page: the menu of each role, the palette, an expired login."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from models.person import ROLES
from tests.e2e.console.accessibility import check_accessible
from tests.e2e.console.layout import no_sideways, settled
from tests.e2e.console.logins import login_of
from tests.e2e.console.open_page import OpenPage
from tests.e2e.console.words_seen import check_words
from tests.e2e.running_stack import RunningStack

# Where each role's menu leads at least, and where it must not lead.
MENUS: dict[str, tuple[set[str], set[str]]] = {
    "specialist": ({"/inbox", "/intake", "/feedback"}, {"/drafts", "/incidents"}),
    "engineer": ({"/inbox", "/feedback"}, {"/drafts", "/incidents"}),
    "head": ({"/inbox", "/feedback"}, {"/drafts", "/incidents"}),
    "process_owner": ({"/definitions", "/drafts"}, {"/intake"}),
    "auditor": ({"/feedback"}, {"/intake", "/incidents"}),
    "management": ({"/feedback"}, {"/drafts", "/incidents"}),
    "administrator": ({"/incidents"}, {"/intake"}),
}
SEARCH = {"zh-CN": "搜索或执行命令", "en": "Search or run a command"}


def menu(page: Page) -> list[str]:
    """The names in the menu, as one reads them."""
    links = page.get_by_role("navigation").get_by_role("link")
    expect(links.first).to_be_visible()
    return [text.strip() for text in links.all_inner_texts()]


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_every_menu_opens_and_its_words_are_there(
    page_of: OpenPage, role: str, locale: str
) -> None:
    watched = page_of(role, locale=locale)
    page = watched.page

    for name in menu(page):
        page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()
        expect(page).to_have_title(re.compile(f"^{re.escape(name)} · "))
        settled(page)
        check_words(watched, locale)


@pytest.mark.parametrize("role", MENUS)
def test_a_menu_holds_what_its_role_may_do_and_nothing_else(page_of: OpenPage, role: str) -> None:
    there, absent = MENUS[role]

    page = page_of(role).page
    menu(page)
    links = page.get_by_role("navigation").get_by_role("link").all()
    found = {link.get_attribute("href") for link in links}

    assert there <= found
    assert not absent & found


def test_a_page_of_others_is_not_opened_by_its_address(page_of: OpenPage) -> None:
    page = page_of("engineer").page

    page.goto("/drafts")

    expect(page.get_by_role("navigation")).to_be_visible()
    expect(page).not_to_have_url(re.compile("/drafts"))


def test_on_a_phone_the_menu_opens_and_closes_and_nothing_is_too_wide(page_of: OpenPage) -> None:
    page = page_of("specialist", phone=True).page
    settled(page)
    no_sideways(page)

    page.get_by_role("button", name="菜单", exact=True).click()
    page.get_by_role("navigation").get_by_role("link", name="来电登记").click()

    expect(page).to_have_url(re.compile("/intake"))
    expect(page.get_by_role("navigation")).to_be_hidden()
    settled(page)
    no_sideways(page)


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_the_palette_opens_a_page_by_keys_alone(page_of: OpenPage, locale: str) -> None:
    watched = page_of("specialist", locale=locale)
    page = watched.page
    expect(page.get_by_role("navigation")).to_be_visible()

    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name=SEARCH[locale])
    expect(field).to_be_focused()
    check_words(watched, locale)
    check_accessible(page)
    page.keyboard.type("来电" if locale == "zh-CN" else "phone")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile("/intake"))
    expect(field).to_be_hidden()


def test_keys_open_pages_and_a_question_mark_lists_them(page_of: OpenPage) -> None:
    watched = page_of("specialist")
    page = watched.page
    expect(page.get_by_role("navigation")).to_be_visible()

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="键盘快捷键")).to_be_visible()
    check_words(watched, "zh-CN")
    page.keyboard.press("Escape")
    # Keys that are pressed in a dialog are its own.
    expect(page.get_by_role("dialog", name="键盘快捷键")).to_be_hidden()
    page.keyboard.type("gn")

    expect(page).to_have_url(re.compile("/intake"))


def test_whoever_logs_in_again_finds_what_they_had_typed(
    page_of: OpenPage, stack: RunningStack
) -> None:
    watched = page_of("specialist", at="/intake")
    page = watched.page
    said = page.get_by_label("客户说了什么")
    said.fill("客户说灯不亮")
    page.context.clear_cookies()

    # Looking up who that is needs a login.
    page.get_by_label("电话或邮箱").fill("13900002222")

    again = page.get_by_role("dialog", name="登录已过期")
    expect(again).to_be_visible()
    check_words(watched, "zh-CN", login_of(stack, "specialist")[0], "客户说灯不亮")
    again.get_by_label("密码").fill(login_of(stack, "specialist")[1])
    again.get_by_role("button", name="登录", exact=True).click()
    expect(again).to_be_hidden()
    expect(said).to_have_value("客户说灯不亮")
    expect(page.get_by_label("电话或邮箱")).to_have_value("13900002222")
    page.get_by_role("button", name=re.compile("^登记")).click()
    expect(page.get_by_text(re.compile(r"已登记：\d{6}-\d+"))).to_be_visible()
