"""Coming and going: login, logout, languages, look, and the keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.console.accessibility import check_accessible
from tests.e2e.console.layout import no_sideways
from tests.e2e.console.logins import login_of
from tests.e2e.console.open_page import OpenPage
from tests.e2e.console.words_seen import check_words
from tests.e2e.running_stack import RunningStack

WORDS = {
    "zh-CN": {"name": "用户名", "password": "密码", "login": "登录", "logout": "退出登录"},
    "en": {"name": "Username", "password": "Password", "login": "Log in", "logout": "Log out"},
}
LOCALES = pytest.mark.parametrize("locale", ["zh-CN", "en"])


@LOCALES
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_the_login_page_is_whole_in_both_languages(
    page_of: OpenPage, locale: str, *, phone: bool
) -> None:
    watched = page_of(locale=locale, phone=phone)
    page, words = watched.page, WORDS[locale]

    expect(page.get_by_label(words["name"])).to_be_focused()
    expect(page.get_by_role("button", name=words["login"], exact=True)).to_be_visible()

    expect(page.locator("html")).to_have_attribute("lang", locale)
    check_words(watched, locale)
    check_accessible(page)
    no_sideways(page)


@LOCALES
def test_somebody_logs_in_with_the_keyboard_alone_and_out_again(
    page_of: OpenPage, stack: RunningStack, locale: str
) -> None:
    page, words = page_of(locale=locale).page, WORDS[locale]
    name, password = login_of(stack, "specialist")
    expect(page.get_by_label(words["name"])).to_be_focused()

    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")

    menu = page.get_by_role("banner").get_by_role("button").last
    expect(menu).to_be_visible()
    expect(page).not_to_have_url(re.compile("/login"))
    menu.focus()
    page.keyboard.press("Enter")
    page.get_by_role("menuitem", name=words["logout"]).press("Enter")
    expect(page.get_by_label(words["name"])).to_be_visible()
    page.goto("/")
    expect(page).to_have_url(re.compile("/login"))


@LOCALES
def test_a_wrong_password_is_refused_in_words_and_the_name_stays(
    page_of: OpenPage, stack: RunningStack, locale: str
) -> None:
    watched = page_of(locale=locale)
    page, words = watched.page, WORDS[locale]
    name, _ = login_of(stack, "engineer")

    page.get_by_label(words["name"]).fill(name)
    page.get_by_label(words["password"]).fill("no such password")
    page.get_by_role("button", name=words["login"], exact=True).click()

    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label(words["name"])).to_have_value(name)
    check_words(watched, locale)
    check_accessible(page)


def test_the_page_that_was_asked_for_opens_after_the_login(
    page_of: OpenPage, stack: RunningStack
) -> None:
    page = page_of().page
    page.goto("/me")
    name, password = login_of(stack, "specialist")

    page.get_by_label("用户名").fill(name)
    page.get_by_label("密码").fill(password)
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile("/me$"))


def test_nobody_is_sent_to_another_house_after_the_login(
    page_of: OpenPage, stack: RunningStack
) -> None:
    page = page_of().page
    page.goto("/login?then=//elsewhere.example/")
    name, password = login_of(stack, "specialist")

    page.get_by_label("用户名").fill(name)
    page.get_by_label("密码").fill(password)
    page.keyboard.press("Enter")

    expect(page.get_by_role("banner")).to_be_visible()
    assert page.url.startswith(stack.api)


def test_the_language_changes_at_once_and_is_remembered(page_of: OpenPage) -> None:
    watched = page_of("specialist")
    page = watched.page
    page.goto("/me")

    page.get_by_role("button", name="English").click()

    expect(page.get_by_role("heading", name="Language and look")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Language and look")).to_be_visible()
    check_words(watched, "en")


def test_dark_is_dark_is_remembered_and_can_be_read(page_of: OpenPage) -> None:
    page = page_of("specialist").page
    page.goto("/me")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")

    page.get_by_text("深色").click()

    page.reload()
    expect(page.locator("html.dark")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    check_accessible(page)


def test_a_device_that_is_dark_gets_a_dark_console(page_of: OpenPage) -> None:
    page = page_of(color_scheme="dark").page

    expect(page.locator("html.dark")).to_be_visible()
    check_accessible(page)


def test_another_tab_with_another_login_leaves_nobody_before_what_is_not_theirs(
    page_of: OpenPage, stack: RunningStack
) -> None:
    first = page_of("specialist").page
    first.goto("/me")
    name, password = login_of(stack, "specialist")
    other, other_password = login_of(stack, "engineer")
    # A page is loaded before it has asked who is logged in.
    expect(first.get_by_text(name, exact=True)).to_be_visible()

    second = first.context.new_page()
    body = {"username": other, "password": other_password}
    second.request.post("/api/session", data=body)
    second.goto("/me")

    replaced = first.get_by_role("dialog", name="此浏览器已换人登录或退出")
    expect(replaced).to_be_visible()
    replaced.get_by_label("密码").fill(password)
    replaced.get_by_role("button", name="登录", exact=True).click()
    expect(replaced).to_have_count(0)
    expect(second.get_by_role("dialog", name="此浏览器已换人登录或退出")).to_be_visible()
    assert (
        first.evaluate("fetch('/api/session').then((r) => r.json()).then((o) => o.username)")
        == name
    )
