"""Words on a page that are in no or in the wrong language; what the API told is data, not words."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

from settings import PROJECT
from tests.e2e.console.watched_page import WatchedPage

_HAN = re.compile(r"[㐀-鿿]+")
_WORD = re.compile(r"[A-Za-z]{3,}")
_CODE = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
# What the API tells by a code is to be said in words: no such thing counts as data.
_CODES = re.compile(r"[a-z]+(?:_[a-z]+)*")
_PATIENCE = 30.0
# The first digits of a digest, which may spell a word by chance.
_DIGEST = re.compile(r"\b(?=[a-f]*\d)[0-9a-f]{8,64}\b")
_FILE = re.compile(r"[\w-]*\.(?:env|bpmn|dmn|form|csv|json|zip|png|pdf)\b")
# Names, and words that Chinese pages write as they are.
NAMES = frozenset(
    re.findall(
        r"\w+",
        "Ctrl Shift Alt Enter Esc Tab API BPMN DMN FEEL OIDC URL CSV XML JSON PDF HTML ISO HTTPS"
        " HTTP UTF Excel English Bihuan Camunda Temporal Prefect PostgreSQL Webhook Token SLA VIP",
    )
)
_ROOMS = sorted(path.stem for path in (PROJECT / "web/src/words/zh-CN").glob("*.json"))
_KEY = re.compile(rf"\b(?:{'|'.join(_ROOMS)}|apiProblem|auditKind|auditAction|notice)(?:\.\w+)+\b")
# Text of elements and of the attributes that are read out or shown; not what is marked as data,
# typed, or in a language of its own.
_SEEN = """() => {
  const skipped = (element) => element.closest(
    "code, pre, kbd, svg text, [translate=no], style, script, [contenteditable=true]")
    || (element.closest("[lang]") !== document.documentElement);
  const seen = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!element || skipped(element) || !element.checkVisibility()) continue;
    if (node.textContent.trim()) seen.push(node.textContent.trim());
  }
  const named = "[aria-label], [placeholder], [title], [alt]";
  for (const element of document.body.querySelectorAll(named)) {
    if (skipped(element) || !element.checkVisibility()) continue;
    for (const name of ["aria-label", "placeholder", "title", "alt"]) {
      const text = element.getAttribute(name);
      if (text && text.trim()) seen.push(text.trim());
    }
  }
  return seen;
}"""


def check_words(watched: WatchedPage, locale: str, *data: str) -> None:
    """Fail with the words that nobody translated; `data` is what else is no word of ours."""
    deadline = time.monotonic() + _PATIENCE
    while faults := _found(watched, locale, set(data)):
        assert time.monotonic() < deadline, "\n".join(faults)
        # Some answers may be on the page and not yet read here.
        watched.page.wait_for_timeout(200)


def _found(watched: WatchedPage, locale: str, data: set[str]) -> list[str]:
    told = {one for one in watched.told if not _CODES.fullmatch(one)} | watched.names | data
    seen = dict.fromkeys(watched.page.evaluate(_SEEN))
    return [fault for text in seen for fault in _faults(text, locale, told)]


def _faults(text: str, locale: str, told: set[str]) -> Iterator[str]:
    left = _without(_DIGEST.sub(" ", _FILE.sub(" ", text)), told)
    for key in _KEY.findall(left):
        yield f"a key: {key!r}"
    for code in _CODE.findall(left):
        yield f"a code: {code!r} in {text[:80]!r}"
    if locale == "en":
        for han in _HAN.findall(left):
            yield f"Chinese: {han!r} in {text[:80]!r}"
    else:
        for word in _WORD.findall(_without(left, set(NAMES))):
            yield f"English: {word!r} in {text[:80]!r}"


def _without(text: str, data: set[str]) -> str:
    """Return what is left of a text without the data in it, the longest first."""
    for one in sorted((one for one in data if len(one) > 1 and one in text), key=len, reverse=True):
        text = text.replace(one, " ")
    return text
