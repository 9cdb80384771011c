"""The auditor compares steps, proves records, holds an item; the administrator erases."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from proof.signed_file import is_genuine
from proof.signing import PUBLIC_FILE, Verifier
from tests.e2e.console.accessibility import check_accessible
from tests.e2e.console.audited_item import accepted, client_of, drawn_names
from tests.e2e.console.layout import no_sideways, settled
from tests.e2e.console.open_page import OpenPage
from tests.e2e.console.words_seen import check_words
from tests.e2e.running_stack import RunningStack

LOCALES = pytest.mark.parametrize("locale", ["zh-CN", "en"])
LOADED = 60_000
NAME = "欧阳删除"


def fill_dialog(page: Page, title: str, reason: str) -> None:
    """Give a reason in the open dialog and send it by the button that is named like its title."""
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("理由").fill(reason)
    dialog.get_by_role("button", name=title).click()


def test_two_steps_stand_side_by_side_with_what_differs(
    page_of: OpenPage, stack: RunningStack, feedback_of: Callable[..., str]
) -> None:
    key, records = accepted(stack, feedback_of())
    done = next(one["number"] for one in records if one["kind"] == "USER_TASK_COMPLETED")
    page = page_of("auditor").page

    page.goto(f"/audit/instances/{key}/difference?from={done - 1}&to={done}")

    row = page.get_by_role("row", name="消失").filter(has_text="任务")
    expect(row.first).to_be_visible(timeout=LOADED)
    expect(page.locator(".djs-container")).to_have_count(2, timeout=LOADED)
    expect(page.get_by_role("heading", name="任务完成")).to_be_visible()


def test_the_timeline_tells_who_revealed_what_and_leads_to_the_record(
    page_of: OpenPage, stack: RunningStack, feedback_of: Callable[..., str]
) -> None:
    number = feedback_of()
    key, _ = accepted(stack, number)
    with client_of(stack, "team_lead") as lead:
        asked = {"field": "contact", "reason": "客户要求回电"}
        assert lead.post(f"/api/feedback/{number}/reveal", json=asked).status_code == 200
    page = page_of("auditor").page
    page.goto(f"/audit/instances/{key}/timeline")

    expect(page.get_by_text("查看明文").first).to_be_visible()
    page.get_by_role("link", name="任务完成").first.click()

    expect(page.get_by_role("heading", name="任务完成")).to_be_visible(timeout=LOADED)


def test_records_and_history_agree_and_would_be_decided_again(
    page_of: OpenPage, stack: RunningStack, feedback_of: Callable[..., str]
) -> None:
    key, _ = accepted(stack, feedback_of())
    page = page_of("auditor").page
    page.goto(f"/audit/instances/{key}/proof")

    page.get_by_role("button", name="开始对照").click()
    page.get_by_role("button", name="重新决策").click()

    expect(page.get_by_text("在每一步都一致")).to_be_visible(timeout=LOADED)
    expect(page.get_by_text("会作出同样的决定")).to_be_visible(timeout=LOADED)


def test_the_badge_says_that_records_are_sound_and_by_which_manifest(
    page_of: OpenPage, stack: RunningStack, feedback_of: Callable[..., str]
) -> None:
    key, _ = accepted(stack, feedback_of())
    sealed = stack.command("audit", "seal")
    assert sealed.returncode == 0, sealed.stderr
    number = json.loads(sealed.stdout)["number"]
    page = page_of("auditor").page
    page.goto(f"/audit/instances/{key}")

    page.get_by_role("link", name=f"第 {number} 号清单").click()
    expect(page.get_by_text("核对无误")).to_be_visible(timeout=LOADED)
    page.goto("/audit/manifests")
    expect(page.get_by_role("rowheader", name=str(number), exact=True)).to_be_visible()
    page.get_by_role("button", name="立即核验全部").click()

    expect(page.get_by_text("个实例、")).to_be_visible(timeout=LOADED)


def test_one_jumps_to_what_was_true_at_a_time(
    page_of: OpenPage, stack: RunningStack, feedback_of: Callable[..., str]
) -> None:
    key, records = accepted(stack, feedback_of())
    page = page_of("auditor").page
    page.goto(f"/audit/instances/{key}?n={len(records) // 2}")
    expect(page.get_by_role("slider")).to_have_value(str(len(records) // 2))

    for time, n in (("2000-01-01T00:00:00", 1), ("2999-01-01T00:00:00", None)):
        page.get_by_label("时刻").fill(time)
        page.get_by_role("button", name="跳到此时").click()

        last = page.get_by_role("slider").get_attribute("max")
        expect(page.get_by_role("slider")).to_have_value(str(n or last))


def test_the_heat_map_shows_where_work_waits_and_that_all_fits(
    page_of: OpenPage, stack: RunningStack, feedback_of: Callable[..., str]
) -> None:
    accepted(stack, feedback_of())
    page = page_of("auditor").page
    page.goto("/audit/mining")

    page.get_by_text("次数", exact=True).first.click()
    expect(page.locator(".heat-5").first).to_be_attached(timeout=LOADED)
    page.get_by_role("button", name="开始检查").click()

    expect(page.get_by_text("全部与定义吻合")).to_be_visible(timeout=LOADED)


def test_a_held_customer_is_not_erased_before_the_hold_is_lifted(
    page_of: OpenPage, stack: RunningStack, feedback_of: Callable[..., str]
) -> None:
    number = feedback_of(customer_name=NAME, contact="13911112222")
    accepted(stack, number)
    auditor = page_of("auditor").page
    auditor.goto("/audit/legal-holds")
    auditor.get_by_role("button", name="设置保全").click()
    auditor.get_by_role("dialog").get_by_label("反馈编号").fill(number)
    fill_dialog(auditor, "设置保全", "客户起诉")
    row = auditor.get_by_role("row").filter(has_text=number)
    expect(row).to_be_visible()

    administrator = page_of("administrator").page
    erase(administrator, number)
    dialog = administrator.get_by_role("dialog")
    expect(dialog.locator("[data-code=customer_held]")).to_be_visible()

    row.get_by_role("button", name="解除保全").click()
    fill_dialog(auditor, "解除保全", "已经结案")
    expect(row).to_have_count(0)
    dialog.get_by_role("button", name="删除个人信息").click()
    expect(dialog).to_have_count(0)
    expect(administrator.get_by_text("✓ 销毁密钥")).to_be_visible(timeout=60_000)

    # What is left on disks takes the owner of the tables, who does it at night or when asked.
    finished = stack.command("audit", "erasures", "--finish")
    assert finished.returncode == 0, finished.stderr
    administrator.reload()
    certificate = administrator.get_by_role("link", name="下载证明").first
    expect(certificate).to_be_visible(timeout=LOADED)
    with administrator.expect_download() as found:
        certificate.click()
    assert Path(found.value.path()).read_bytes()

    auditor.goto(f"/feedback/{number}")
    settled(auditor)
    assert NAME[:1] + "*" not in auditor.content()


def erase(page: Page, number: str) -> None:
    """Ask for the erasure of the customer of an item."""
    page.goto("/audit/erasures")
    page.get_by_role("button", name="删除个人信息").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("查找客户").fill(number)
    dialog.get_by_role("button", name="查找").click()
    expect(dialog.locator(".finder [role=status]")).to_be_visible()
    dialog.locator(".el-select").click()
    page.get_by_role("option", name="个人撤回同意").click()
    dialog.get_by_text("我已核对客户身份").click()
    dialog.get_by_role("button", name="删除个人信息").click()


def test_a_report_is_downloaded_and_the_house_has_signed_it(
    page_of: OpenPage, stack: RunningStack, feedback_of: Callable[..., str]
) -> None:
    key, _ = accepted(stack, feedback_of())
    page = page_of("auditor").page
    page.goto(f"/audit/instances/{key}/proof")

    with page.expect_download() as found:
        page.get_by_role("link", name="下载审计报告").click()

    content = Path(found.value.path()).read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        pdf = archive.read("report.pdf")
        beside = json.loads(archive.read("report.signature.json"))
    public = Verifier.read(stack.home / "secrets" / PUBLIC_FILE)
    assert is_genuine(public, pdf, beside)


def test_events_are_exported_for_process_mining(
    page_of: OpenPage, stack: RunningStack, feedback_of: Callable[..., str]
) -> None:
    accepted(stack, feedback_of())
    page = page_of("auditor").page
    page.goto("/audit/export")

    with page.expect_download() as found:
        page.get_by_role("button", name="导出").click()

    log = json.loads(Path(found.value.path()).read_text())
    assert {"feedback", "task"} <= {one["name"] for one in log["objectTypes"]}


@LOCALES
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_the_pages_about_an_instance_are_whole_in_both_languages(
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
    middle = len(records) // 2
    for place in (
        f"/audit/instances/{key}/difference?from={middle}&to={len(records)}",
        f"/audit/instances/{key}/timeline",
        f"/audit/instances/{key}/proof",
    ):
        page.goto(place)
        settled(page)

        check_words(watched, locale, *names)
        check_accessible(page)
        no_sideways(page)


@LOCALES
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_the_pages_about_all_instances_are_whole_in_both_languages(
    page_of: OpenPage,
    stack: RunningStack,
    feedback_of: Callable[..., str],
    locale: str,
    *,
    phone: bool,
) -> None:
    key, _ = accepted(stack, feedback_of())
    names = drawn_names(stack, key)
    watched = page_of("auditor", locale, phone=phone)
    page = watched.page
    for place in ("manifests", "mining", "export", "legal-holds", "erasures"):
        page.goto(f"/audit/{place}")
        settled(page)

        check_words(watched, locale, *names)
        check_accessible(page)
        no_sideways(page)
