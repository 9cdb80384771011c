"""The page of an item: taken from the inbox, planned, replied to, by several people at once."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.console.accessibility import check_accessible
from tests.e2e.console.assigned_task import assigned_to
from tests.e2e.console.layout import no_sideways, settled
from tests.e2e.console.logins import login_of
from tests.e2e.console.open_page import OpenPage
from tests.e2e.console.within_a_second import within_a_second
from tests.e2e.console.words_seen import check_words
from tests.e2e.running_stack import RunningStack

LOCALES = pytest.mark.parametrize("locale", ["zh-CN", "en"])
PLAN = "检查电源模块，3个工作日内完成更换并测试"


def picture(width: int = 320, height: int = 200) -> bytes:
    """A grey PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        told = struct.pack(">I", len(data)) + kind + data
        return told + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\xee" * 3 * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def accept(page: Page) -> None:
    page.get_by_role("button", name="提交：接单").click()
    expect(page.get_by_label("处理方案")).to_be_visible()


def test_an_agent_takes_an_item_from_the_inbox_to_the_reply(
    page_of: OpenPage, stack: RunningStack, feedback_of: Callable[..., str]
) -> None:
    number = feedback_of(type="repair", urgency="urgent", customer_name="欧阳测试")
    client, _, assignee = assigned_to(stack, number)
    client.close()
    page = page_of(assignee, at=f"/inbox?number={number}").page

    page.get_by_role("link", name=number).first.click()
    expect(page.get_by_role("heading", name=number)).to_be_visible()
    accept(page)
    page.get_by_label("处理方案").fill("尽快处理")
    page.get_by_label("给客户的回复").fill("已为您更换电源模块，测试正常。")
    expect(page.get_by_role("status", name="方案与措辞提示")).to_contain_text("尽快处理")
    page.get_by_label("处理方案").fill(PLAN)
    page.get_by_label("预计用时").fill("6")
    expect(page.get_by_role("status", name="方案与措辞提示")).to_contain_text("没有问题")
    page.get_by_role("button", name="提交：处理").click()

    expect(page.get_by_text("状态变为“已解决”")).to_be_visible()
    expect(page.locator(".marked-drawing .bh-taken").first).to_be_attached()


def test_what_was_typed_is_there_when_the_page_is_opened_again(
    page_of: OpenPage, stack: RunningStack, feedback_of: Callable[..., str]
) -> None:
    number = feedback_of()
    client, _, assignee = assigned_to(stack, number)
    client.close()
    page = page_of(assignee, at=f"/feedback/{number}").page
    accept(page)

    page.get_by_label("处理方案").fill(PLAN)
    expect(page.get_by_text("草稿已保存")).to_be_visible()
    page.reload()

    expect(page.get_by_label("处理方案")).to_have_value(PLAN)


def test_two_people_see_each_others_changes_within_a_second_and_overwrite_nothing(
    page_of: OpenPage, stack: RunningStack, feedback_of: Callable[..., str]
) -> None:
    number = feedback_of()
    client, _, assignee = assigned_to(stack, number)
    second = next(
        n for n, (_, role) in stack.logins.items() if role == "engineer" and n != assignee
    )
    page = page_of(assignee, at=f"/feedback/{number}").page
    lead = page_of(login_of(stack, "team_lead")[0], at=f"/feedback/{number}").page
    accept(page)
    expect(lead.get_by_text("状态变为“处理中”")).to_be_visible()

    def note(n: int) -> Callable[[], None]:
        page.get_by_role("button", name="登记进展").click()
        page.get_by_label("说明").fill(f"已约定明天上门（{n}）")
        page.get_by_role("dialog").get_by_role("button", name="提交").click()
        expect(page.get_by_role("dialog")).to_be_hidden()
        return lambda: expect(lead.get_by_text(f"已约定明天上门（{n}）")).to_be_visible()

    within_a_second(lead, note)

    page.get_by_label("处理方案").fill(PLAN)
    asked = {"filter": {"feedbackNumber": number, "state": "CREATED"}}
    [task] = [
        one
        for one in client.post("/v2/user-tasks/search", json=asked).json()["items"]
        if one["elementId"] == "process"
    ]

    def give(somebody: str) -> None:
        body = {"assignee": somebody, "reason": "他更熟悉这类机型"}
        answer = client.post(f"/v2/user-tasks/{task['userTaskKey']}/reassignment", json=body)
        assert answer.status_code == 204, answer.text

    def give_away(n: int) -> Callable[[], None]:
        if n:
            give(assignee)
            expect(page.locator(".changed")).to_have_count(0)
        give(second)
        return lambda: expect(page.locator(".changed")).to_contain_text("有人更改了任务")

    within_a_second(page, give_away)
    client.close()
    expect(page.get_by_label("处理方案")).to_have_value(PLAN)
    expect(page.get_by_role("button", name="提交：处理")).to_be_disabled()


def test_marks_drawn_on_a_screenshot_become_a_file_beside_it(
    page_of: OpenPage, stack: RunningStack, feedback_of: Callable[..., str]
) -> None:
    number = feedback_of()
    client, _, assignee = assigned_to(stack, number)
    client.close()
    page = page_of(assignee, at=f"/feedback/{number}").page
    shot = {"name": "截图.png", "mimeType": "image/png", "buffer": picture()}
    page.locator("input[type=file][multiple]").set_input_files(shot)  # type: ignore[arg-type]

    page.get_by_role("button", name="截图.png", exact=True).click()
    page.get_by_role("button", name="标注").click()
    # It has the size of the picture once that is read.
    expect(page.locator("canvas")).to_have_attribute("width", "320")
    settled(page)
    place = page.locator("canvas").bounding_box()
    assert place is not None
    page.mouse.move(place["x"] + 40, place["y"] + 40)
    page.mouse.down()
    page.mouse.move(place["x"] + 140, place["y"] + 90)
    page.mouse.up()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="另存为附件").click()

    expect(page.get_by_role("button", name="截图-标注.png", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="截图.png", exact=True)).to_be_visible()


def test_a_picture_that_is_pasted_becomes_an_attachment(
    page_of: OpenPage, stack: RunningStack, feedback_of: Callable[..., str]
) -> None:
    number = feedback_of()
    client, _, assignee = assigned_to(stack, number)
    client.close()
    page = page_of(assignee, at=f"/feedback/{number}").page
    expect(page.get_by_role("heading", name=re.compile("附件"))).to_be_visible()

    page.evaluate(
        """bytes => {
          const file = new File([new Uint8Array(bytes)], "粘贴.png", { type: "image/png" });
          const pasted = new DataTransfer();
          pasted.items.add(file);
          const told = { clipboardData: pasted, bubbles: true, cancelable: true };
          document.body.dispatchEvent(new ClipboardEvent("paste", told));
        }""",
        list(picture(40, 30)),
    )

    expect(page.get_by_role("button", name="粘贴.png", exact=True)).to_be_visible()


def test_a_telephone_number_is_shown_whole_for_a_reason_only(
    page_of: OpenPage, stack: RunningStack, feedback_of: Callable[..., str]
) -> None:
    number = feedback_of()
    client, _, assignee = assigned_to(stack, number)
    client.close()
    page = page_of(assignee, at=f"/feedback/{number}").page
    expect(page.get_by_text("138****5678")).to_be_visible()

    page.get_by_role("button", name="查看联系方式").click()
    shown = page.get_by_role("dialog").get_by_role("button", name="查看")
    expect(shown).to_be_disabled()
    page.get_by_label("理由").fill("回电确认故障现象")
    shown.click()

    expect(page.get_by_text("13812345678")).to_be_visible()


@LOCALES
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_item_and_list_are_whole_in_both_languages_at_the_desk_and_on_a_phone(
    page_of: OpenPage,
    stack: RunningStack,
    feedback_of: Callable[..., str],
    locale: str,
    *,
    phone: bool,
) -> None:
    number = feedback_of(type="repair", product="X200")
    client, _, assignee = assigned_to(stack, number)
    client.close()
    watched = page_of(assignee, locale, phone=phone, at=f"/feedback/{number}")
    page = watched.page
    expect(page.locator(".fjs-form")).to_be_visible()
    expect(page.locator("ol li").first).to_be_visible()

    check_words(watched, locale)
    check_accessible(page)
    no_sideways(page)

    page.goto("/feedback")
    expect(page.get_by_role("link", name=re.compile(number))).to_be_visible()
    check_words(watched, locale)
    check_accessible(page)
    no_sideways(page)
