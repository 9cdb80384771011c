"""Process owners change a limit together; new items run on the new version, old ones on theirs."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.console.accessibility import check_accessible
from tests.e2e.console.layout import no_sideways
from tests.e2e.console.logins import login_of
from tests.e2e.console.open_page import OpenPage
from tests.e2e.console.watched_page import WatchedPage
from tests.e2e.console.words_seen import check_words
from tests.e2e.running_stack import RunningStack

LOCALES = pytest.mark.parametrize("locale", ["zh-CN", "en"])
PAGES = ("/definitions", "/drafts", "/rules", "/calendars", "/dry-run")
# Scaled: an hour of the house takes so many seconds here.
HOUR = 3.6
SLOW = 60_000
QUESTION = "请问说明书在哪里下载"


class Owner:
    """A process owner, lead or auditor at the API."""

    def __init__(self, stack: RunningStack, who: str) -> None:
        name, password = login_of(stack, who)
        self.client = httpx.Client(base_url=stack.api, timeout=30)
        asked = {"username": name, "password": password}
        token = self.client.post("/api/login", json=asked).json()["token"]
        self.client.headers["Authorization"] = f"Bearer {token}"

    def search(self, noun: str, **conditions: Any) -> list[dict[str, Any]]:
        answer = self.client.post(f"/v2/{noun}/search", json={"filter": conditions})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])


@pytest.fixture
def owner(stack: RunningStack) -> Iterator[Owner]:
    made = Owner(stack, "process_owner")
    yield made
    made.client.close()


@pytest.fixture
def lead(stack: RunningStack) -> Iterator[Owner]:
    made = Owner(stack, "team_lead")
    yield made
    made.client.close()


@pytest.fixture
def auditor(stack: RunningStack) -> Iterator[Owner]:
    made = Owner(stack, "auditor")
    yield made
    made.client.close()


@pytest.fixture
def owners(stack: RunningStack) -> list[str]:
    """The usernames of two process owners."""
    found = [name for name, (_, role) in stack.logins.items() if role == "process_owner"]
    assert len(found) >= 2, found
    return found


def opened(
    page_of: OpenPage, who: str, path: str, locale: str = "zh-CN", *, phone: bool = False
) -> WatchedPage:
    """The page at a path, as somebody."""
    watched = page_of(who, locale, phone=phone)
    watched.page.goto(path)
    return watched


def awaited(look: Callable[[], list[dict[str, Any]]], seconds: float = 120) -> dict[str, Any]:
    """What a search finds, as soon as it finds it."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := look():
            return found[0]
        time.sleep(0.2)
    raise AssertionError("nothing was found in time")


def acceptance(lead: Owner, number: str) -> dict[str, Any]:
    """The open acceptance of an item, with the seconds it may take."""
    task = awaited(lambda: lead.search("user-tasks", feedbackNumber=number, elementId="accept"))
    clocks = lead.client.get(f"/api/feedback/{number}/clocks").json()["items"]
    clock = next(one for one in clocks if one["kind"] == "acceptance")
    began, due = (datetime.fromisoformat(clock[at]) for at in ("started_at", "first_due_at"))
    return {**task, "limit": (due - began).total_seconds(), "began": began}


def escalated(auditor: Owner, task: dict[str, Any]) -> float:
    """After how many seconds an item that nobody accepts was to be escalated, and was."""
    path = f"/api/feedback/{task['feedbackNumber']}/records"

    def look() -> list[dict[str, Any]]:
        answer = auditor.client.get(path, params={"limit": 200})
        assert answer.status_code == 200, answer.text
        records = answer.json()["items"]
        return [
            one
            for one in records
            if (one["kind"], one["element"]) == ("TIMER_FIRED", "accept_overdue")
            and "acceptance_overdue" in {each["element"] for each in records}
        ]

    fired = awaited(look)
    # When it rings by the clock on the wall is a matter of the machine.
    due, rang = (datetime.fromisoformat(at) for at in (fired["data"]["due"], fired["at"]))
    assert due <= rang
    began: datetime = task["began"]
    return (due - began).total_seconds()


def begin_draft(page: Page, title: str) -> None:
    page.get_by_role("button", name="新建草稿").click()
    page.get_by_label("这次要改什么").fill(title)
    page.get_by_role("button", name="开始", exact=True).click()


def take(page: Page, step: str, note: str = "") -> None:
    """Take a step of a draft and confirm it in its dialog."""
    page.get_by_role("button", name=step, exact=True).click()
    dialog = page.get_by_role("dialog", name=step)
    if note:
        dialog.get_by_role("textbox").fill(note)
    dialog.get_by_role("button", name=step, exact=True).click()
    expect(dialog).to_be_hidden(timeout=SLOW)


def test_an_hour_less_to_accept_is_approved_by_another_and_counts_for_new_items_only(
    page_of: OpenPage,
    owners: list[str],
    lead: Owner,
    auditor: Owner,
    feedback_of: Callable[..., str],
) -> None:
    page = opened(page_of, owners[0], "/rules").page
    begin_draft(page, "接单时限改为一小时")
    page.get_by_role("definition").get_by_role("button", name="2小时").first.click()
    page.get_by_role("spinbutton").fill("1")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="写入草稿").click()
    sentence = page.locator("[data-code=cell_changed]")
    expect(sentence).to_contain_text("接单时限由2小时改为1小时", timeout=SLOW)
    page.get_by_role("link", name="查看并提交草稿").click()
    take(page, "提交批准", "客户要求更快接单")
    expect(page.get_by_text("待批准", exact=True)).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("button", name="批准", exact=True)).to_be_disabled()

    other = opened(page_of, owners[1], "/drafts").page
    other.get_by_role("link", name="接单时限改为一小时").click()
    other.get_by_role("button", name="批准", exact=True).click()
    expect(other.get_by_role("dialog")).to_contain_text("接单时限由2小时改为1小时", timeout=SLOW)
    other.get_by_role("dialog").get_by_role("button", name="批准", exact=True).click()
    expect(other.get_by_text("已批准").first).to_be_visible(timeout=SLOW)
    old = acceptance(lead, feedback_of(QUESTION))
    take(other, "部署")
    expect(other.get_by_text("已部署").first).to_be_visible(timeout=SLOW)
    new = acceptance(lead, feedback_of(QUESTION))

    assert old["processDefinitionVersion"] + 1 == new["processDefinitionVersion"]
    assert old["limit"] == pytest.approx(2 * HOUR, abs=0.01)
    assert new["limit"] == pytest.approx(HOUR, abs=0.01)
    assert escalated(auditor, new) == pytest.approx(HOUR, abs=0.01)
    assert escalated(auditor, old) == pytest.approx(2 * HOUR, abs=0.01)


def test_a_renamed_step_is_checked_saved_and_told_with_the_drawing(
    page_of: OpenPage, owners: list[str]
) -> None:
    page = opened(page_of, owners[0], "/drafts").page
    begin_draft(page, "改名")
    page.get_by_role("button", name="escalation.bpmn").click()
    page.locator("[data-element-id=rung_silent] .djs-hit").first.click(force=True, timeout=SLOW)
    panel = page.get_by_role("region", name="属性")
    panel.get_by_text("常规", exact=True).click(timeout=SLOW)
    panel.get_by_label("名称").fill("还是没人接单")
    expect(page.get_by_role("button", name="保存")).to_be_enabled(timeout=SLOW)
    page.keyboard.press("Control+s")
    expect(page.get_by_role("button", name="保存")).to_be_disabled(timeout=SLOW)

    page.get_by_text("更改", exact=True).click()

    expect(page.locator("[data-code=name_changed]")).to_contain_text(
        "“仍无人接单”改名为“还是没人接单”", timeout=SLOW
    )
    page.get_by_role("button", name="在图上看").click()
    expect(page.locator(".djs-element.mark-changed").first).to_be_visible(timeout=SLOW)


def test_an_error_is_found_while_one_draws_and_leads_to_its_element(
    page_of: OpenPage, owners: list[str]
) -> None:
    page = opened(page_of, owners[0], "/drafts").page
    begin_draft(page, "出错")
    page.get_by_role("button", name="escalation.bpmn").click()
    page.locator("[data-element-id=ladder_started] .djs-hit").first.click(force=True, timeout=SLOW)
    page.keyboard.press("Delete")

    finding = page.get_by_role("region", name="检查").get_by_text("错误", exact=True)

    expect(finding.first).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="撤销").click()
    expect(finding).to_have_count(0, timeout=SLOW)
    page.get_by_role("button", name="FEEL 帮助").click()
    page.get_by_label("试一个表达式").fill("1 + ")
    expect(page.get_by_text("不是 FEEL")).to_be_visible()
    page.get_by_label("试一个表达式").fill("1 + 2")
    expect(page.get_by_text("结果 3")).to_be_visible()


def test_a_dry_run_moves_step_by_step_and_its_clock_jumps(
    page_of: OpenPage, owners: list[str]
) -> None:
    page = opened(page_of, owners[0], "/dry-run?process=extension").page

    page.get_by_role("button", name="运行").click()

    expect(page.get_by_text("走到结束")).to_be_visible(timeout=SLOW)
    slider = page.get_by_role("slider", name="步骤")
    slider.focus()
    page.keyboard.press("End")
    expect(page.locator(".djs-element.mark-ran").first).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="上一步").click()
    expect(slider).not_to_have_value(str(slider.get_attribute("max")))


@LOCALES
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
@pytest.mark.parametrize("path", PAGES)
def test_pages_of_owners_are_whole_in_both_languages(
    page_of: OpenPage, path: str, locale: str, *, phone: bool
) -> None:
    watched = opened(page_of, "process_owner", path, locale, phone=phone)
    page = watched.page
    expect(page.locator(".page h1")).to_be_visible()
    expect(page.locator(".page .panel").first).to_be_visible(timeout=SLOW)
    page.wait_for_load_state("networkidle")

    check_words(watched, locale)
    check_accessible(page)
    no_sideways(page)


@LOCALES
def test_versions_and_drafts_are_whole_in_both_languages(
    page_of: OpenPage, owner: Owner, locale: str
) -> None:
    newest = {"processDefinitionId": "escalation", "isLatestVersion": True}
    key = owner.search("process-definitions", **newest)[0]["processDefinitionKey"]
    body = {"title": "看一看", "process_definition_key": key}
    draft = owner.client.post("/api/definition-drafts", json=body).json()["id"]
    watched = opened(page_of, "process_owner", f"/definitions/{key}", locale)
    page = watched.page
    expect(page.locator(".djs-element").first).to_be_visible(timeout=SLOW)
    check_words(watched, locale)
    check_accessible(page)
    no_sideways(page)

    for name, drawn in (
        ("escalation.bpmn", ".djs-element"),
        ("limits.dmn", ".tjs-table"),
    ):
        page.goto(f"/drafts/{draft}?file={name}")
        expect(page.locator(drawn).first).to_be_visible(timeout=SLOW)
        file = owner.client.get(f"/api/definition-drafts/{draft}/files/{name}").text
        check_words(watched, locale, "看一看", *re.findall(r'(?<=[">])[^<>"]+(?=[<"])', file))
        no_sideways(page)
