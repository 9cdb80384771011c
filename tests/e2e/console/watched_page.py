"""A page of the browser whose every error, warning and foreign request is remembered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request, Response

# What the browser itself writes about an answer such as 409; the answers are watched below.
_ANSWERED = "Failed to load resource: the server responded with a status of 4"
_NAMED = re.compile(r"(?:Id|Key|_id|_key|[nN]ame|assignee)$")
_TELLS_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`content policy: ${event.violatedDirective} ${event.blockedURI}`));
"""


class WatchedPage:
    """What a page did that no page of ours may do, and what the API told it (被监视的页面).

    Attributes:
        faults: errors and warnings, server errors, requests to other hosts.
        asked: the addresses of its requests.
        names: of people and of things that somebody named.
        told: every text that the API sent to it: what is shown of these is data.
    """

    def __init__(self, page: Page, origin: str, names: Iterable[str] = ()) -> None:
        self.page = page
        self.faults: list[str] = []
        self.told: set[str] = set()
        self.asked: list[str] = []
        self.names = set(names)
        self._host = urlsplit(origin).netloc
        page.add_init_script(_TELLS_VIOLATIONS)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        page.on("request", self._asked)
        page.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(_ANSWERED):
            self.faults.append(f"console {message.type}: {message.text}")

    def _asked(self, request: Request) -> None:
        self.asked.append(request.url)
        place = urlsplit(request.url)
        if place.scheme not in {"data", "blob"} and place.netloc != self._host:
            self.faults.append(f"request to another host: {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.status} from {response.url}")
        kind = response.headers.get("content-type", "")
        # A page that is left takes the bodies of its answers with it.
        with suppress(Exception):
            if "json" in kind:
                told = json.loads(response.text())
                self.told |= set(_texts(told))
                self.names |= set(_ids(told))
            elif "xml" in kind:
                self.told |= set(re.findall(r'"([^"]+)"', response.text()))


def _ids(value: Any) -> Iterator[str]:
    """Names that somebody gave to a thing: of processes, elements, people."""
    if isinstance(value, dict):
        for name, one in value.items():
            if isinstance(one, str) and _NAMED.search(name):
                yield one
            yield from _ids(one)
    elif isinstance(value, list):
        for one in value:
            yield from _ids(one)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        # Drawings and forms come as texts of their own languages.
        yield from re.findall(r'"([^"]+)"', value) if value[:1] in {"<", "{"} else ()
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from (str(name), *_texts(one))
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
