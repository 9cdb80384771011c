"""The fixture `page_of` as its tests see it."""

from __future__ import annotations

from typing import Any, Protocol

from tests.e2e.console.watched_page import WatchedPage


class OpenPage(Protocol):
    """Open a page, as nobody or as somebody."""

    def __call__(
        self,
        who: str = "",
        locale: str = "zh-CN",
        *,
        phone: bool = False,
        at: str = "/",
        **more: Any,
    ) -> WatchedPage: ...
