"""The manager reads today's figures, how they went, and the items behind them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from models.measures.aggregation import aggregate
from models.measures.period import DAY, Period, day_of
from tests.e2e.console.accessibility import check_accessible
from tests.e2e.console.layout import no_sideways, settled
from tests.e2e.console.open_page import OpenPage
from tests.e2e.console.words_seen import check_words
from tests.e2e.running_stack import RunningStack
from tests.whole_day import begin_in_a_whole_day

LOCALES = pytest.mark.parametrize("locale", ["zh-CN", "en"])


@pytest.fixture
def counted(stack: RunningStack, feedback_of: Callable[..., str]) -> str:
    """An item, and the figures of today and of the days before as the nightly flow counts them."""
    begin_in_a_whole_day()
    number = feedback_of(type="complaint")
    today = day_of(datetime.now(UTC))
    engine = stack.rows()
    with Session(engine) as session, session.begin():
        for before in range(3):
            aggregate(session, Period(DAY, today - timedelta(days=before)))
    engine.dispose()
    return number


def test_a_figure_leads_to_its_trend_and_to_the_items_behind_it(
    page_of: OpenPage, counted: str
) -> None:
    page = page_of("management").page
    page.goto("/figures")
    card = page.get_by_role("button", name=re.compile("反馈量"))
    expect(card.locator(".value")).to_have_text(re.compile(r"^[1-9]"))
    expect(page.locator(".chart svg")).to_be_visible()

    page.get_by_text("数据表").click()
    day = page.locator("details table tbody tr").last.get_by_role("link")
    day.click()

    expect(page).to_have_url(re.compile("/figures/volume/items"))
    expect(page.get_by_role("rowheader", name=counted)).to_be_visible()


def test_a_measure_is_split_by_what_one_chooses(page_of: OpenPage, counted: str) -> None:
    page = page_of("management").page
    page.goto("/figures?measure=volume&dimension=type")

    page.get_by_role("link", name="投诉").click()

    expect(page.get_by_role("rowheader", name=counted)).to_be_visible()


@LOCALES
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
@pytest.mark.usefixtures("counted")
def test_the_figures_are_whole_in_both_languages(
    page_of: OpenPage, locale: str, *, phone: bool
) -> None:
    watched = page_of("management", locale, phone=phone)
    page = watched.page
    for place in ("/figures", "/figures/volume/items", "/figures/reports"):
        page.goto(place)
        settled(page)
        if place == "/figures":
            expect(page.locator(".chart svg")).to_be_visible()
            expect(page.locator(".value").last).not_to_have_text("…")

        check_words(watched, locale)
        check_accessible(page)
        no_sideways(page)
