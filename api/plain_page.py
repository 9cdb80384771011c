"""Pages for people without the console: no script, words from catalogues (简单页面)."""

from __future__ import annotations

import json
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from fastapi.responses import HTMLResponse

LOCALES = ("zh-CN", "en")
_WORDS = Path(__file__).with_name("words")
# Nothing is loaded, nothing runs, a form goes back to where it came from.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self';"
        " frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
    "Vary": "Accept-Language",
}


def choose_locale(accepted: str) -> str:
    """Return the language that an Accept-Language asks for first, Chinese if it asks for none."""
    ranked = sorted(map(_weighed, accepted[:500].split(",")), key=lambda found: -found[1])
    for language, weight in ranked:
        for locale in LOCALES:
            if weight > 0 and language.split("-")[0] == locale.split("-")[0]:
                return locale
    return LOCALES[0]


def _weighed(part: str) -> tuple[str, float]:
    language, _, parameter = part.strip().lower().partition(";")
    try:
        weight = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
    except ValueError:
        weight = 0.0
    return language, weight


@cache
def catalogue(locale: str) -> dict[str, str]:
    """Return the words of a language."""
    words: dict[str, str] = json.loads((_WORDS / f"{locale}.json").read_text(encoding="utf-8"))
    return words


@cache
def _template() -> Template:
    return Template((_WORDS / "page.html").read_text(encoding="utf-8"))


def page(locale: str, title: str, content: str, status: int = 200) -> HTMLResponse:
    """Return a page; `content` is markup, whatever stands in it was escaped before."""
    filled = _template().substitute(locale=locale, title=escape(title), content=content)
    return HTMLResponse(filled, status, {**_HEADERS, "Content-Language": locale})


def message(locale: str, title: str, said: str, status: int) -> HTMLResponse:
    """Return a page that says one thing."""
    return page(locale, title, f'<p class="message" role="status">{escape(said)}</p>', status)
