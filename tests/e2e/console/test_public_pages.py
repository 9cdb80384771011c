"""What customers see: the form and the rating page, on a phone, without any script."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import FilePayload, Page, expect
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from activities.survey_link import sign
from models import survey
from models.feedback import by_number
from models.survey import Survey
from tests.api.filing import PNG
from tests.e2e.console.accessibility import check_accessible
from tests.e2e.console.layout import no_sideways
from tests.e2e.console.open_page import OpenPage
from tests.e2e.console.watched_page import WatchedPage
from tests.e2e.console.words_seen import check_words
from tests.e2e.running_stack import RunningStack

FORM = "/feedback-form"
LOCALES = pytest.mark.parametrize("locale", ["zh-CN", "en"])
WORDS = {
    "zh-CN": {
        "what": "问题描述",
        "contact": "联系方式",
        "urgency": "紧急程度",
        "urgent": "紧急",
        "files": "附件",
        "send": "提交",
        "received": "已收到您的反馈",
        "wrong": "请填写",
        "score": "满意",
        "comment": "补充说明",
        "rate": "提交评价",
        "thanks": "谢谢",
        "before": "您已经评价过了",
    },
    "en": {
        "what": "What happened",
        "contact": "How we reach you",
        "urgency": "Urgency",
        "urgent": "Urgent",
        "files": "Files",
        "send": "Send",
        "received": "We have received it",
        "wrong": "please fill in",
        "score": "Satisfied",
        "comment": "Anything to add",
        "rate": "Send rating",
        "thanks": "Thank you",
        "before": "already",
    },
}


@pytest.fixture
def rows(stack: RunningStack) -> Iterator[Engine]:
    opened = stack.rows()
    yield opened
    opened.dispose()


@pytest.fixture
def survey_link(
    stack: RunningStack, rows: Engine, feedback_of: Callable[..., str]
) -> Callable[[], str]:
    """The path that a customer was sent, to rate an item of their own."""

    def link() -> str:
        number, key = feedback_of(), stack.secret("link.key")
        ends = datetime.now(UTC) + timedelta(days=7)
        with Session(rows) as session, session.begin():
            item = by_number(session, number)
            assert item is not None
            made = Survey(id=uuid4(), feedback_id=item.id, expires_at=ends)
            survey.create(session, made)
            return f"/survey/{sign(made.id, ends, key)}"

    return link


def on_a_phone(page_of: OpenPage, locale: str, path: str) -> WatchedPage:
    """Open a page as a phone does that runs no script."""
    return page_of(locale=locale, phone=True, at=path, java_script_enabled=False)


def tell(page: Page, words: dict[str, str]) -> None:
    page.get_by_label(words["what"]).fill("洗衣机漏水，地板湿了一片。")
    page.get_by_label(words["contact"]).fill("13900001111")
    page.get_by_label(words["urgency"]).select_option(label=words["urgent"])


@LOCALES
def test_a_customer_tells_us_something_with_a_picture(page_of: OpenPage, locale: str) -> None:
    watched, words = on_a_phone(page_of, locale, FORM), WORDS[locale]
    page = watched.page
    no_sideways(page)
    check_words(watched, locale)

    tell(page, words)
    picture = FilePayload(name="漏水.png", mimeType="image/png", buffer=PNG)
    page.get_by_label(words["files"]).set_input_files(picture)
    page.get_by_role("button", name=words["send"], exact=True).click()

    expect(page.get_by_role("status")).to_contain_text(words["received"])
    number = page.locator(".number").inner_text()
    page.reload()
    assert page.locator(".number").inner_text() == number
    check_words(watched, locale)
    no_sideways(page)


@LOCALES
def test_what_is_missing_is_named_beside_its_field_and_nothing_is_lost(
    page_of: OpenPage, locale: str
) -> None:
    watched, words = on_a_phone(page_of, locale, FORM), WORDS[locale]
    page = watched.page

    page.get_by_label(words["what"]).fill("洗衣机漏水")
    page.get_by_role("button", name=words["send"], exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text(words["contact"])
    expect(page.get_by_label(words["what"])).to_have_value("洗衣机漏水")
    described = re.compile(words["wrong"])
    expect(page.get_by_label(words["contact"])).to_have_accessible_description(described)
    check_words(watched, locale, "洗衣机漏水")
    page.get_by_label(words["contact"]).fill("13900001111")
    page.get_by_role("button", name=words["send"], exact=True).click()
    expect(page.get_by_role("status")).to_contain_text(words["received"])


@LOCALES
def test_a_customer_rates_us_once_and_looking_counts_for_nothing(
    page_of: OpenPage, survey_link: Callable[[], str], locale: str
) -> None:
    path, words = survey_link(), WORDS[locale]
    watched = on_a_phone(page_of, locale, path)
    page = watched.page
    page.reload()
    no_sideways(page)
    check_words(watched, locale)

    page.get_by_label(words["score"], exact=True).check()
    page.get_by_label(words["comment"]).fill("师傅很快就到了")
    page.get_by_role("button", name=words["rate"]).click()

    expect(page.get_by_role("status")).to_contain_text(words["thanks"])
    page.goto(path)
    expect(page.get_by_role("status")).to_contain_text(words["before"])
    check_words(watched, locale)


@LOCALES
@pytest.mark.parametrize("look", ["light", "dark"])
def test_both_pages_can_be_used_by_everybody(
    page_of: OpenPage, survey_link: Callable[[], str], locale: str, look: str
) -> None:
    for path in (FORM, survey_link()):
        page = page_of(locale=locale, phone=True, at=path, color_scheme=look).page
        check_accessible(page)
        assert page.evaluate("document.scripts.length") == 0
        if path == FORM:
            page.locator("button").click()
            expect(page.get_by_role("alert")).to_be_visible()
            check_accessible(page)


def test_both_pages_are_light(page_of: OpenPage, survey_link: Callable[[], str]) -> None:
    for path in (FORM, survey_link()):
        watched = page_of(at=path)

        assert len(watched.asked) == 1
        assert len(watched.page.content()) < 12_000
