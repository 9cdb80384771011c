"""The page that a customer opens to rate us: no script, words from catalogues (评价页面)."""

from __future__ import annotations

import json
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from fastapi.responses import HTMLResponse

from models.survey import SCORES

LOCALES = ("zh-CN", "en")
MAX_COMMENT = 2000
_WORDS = Path(__file__).with_name("words")
# Nothing is loaded, nothing runs, the form goes back to where it came from.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self';"
        " frame-ancestors 'none'; base-uri 'none'"
    ),
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


def form(locale: str, number: str, error: str = "", *, reply: str = "") -> HTMLResponse:
    """Return the page with our reply and the question; an error's code is said above it."""
    words = catalogue(locale)
    scores = "".join(
        f'<label class="score"><input type="radio" name="score" value="{score}" required>'
        f" {escape(words[score])}</label>"
        for score in SCORES
    )
    content = (
        f"<p>{escape(words['intro'].format(number=number))}</p>"
        + (
            f"<h2>{escape(words['reply'])}</h2><blockquote>{escape(reply)}</blockquote>"
            * bool(reply)
        )
        + (f'<p class="message" role="alert">{escape(words[error])}</p>' if error else "")
        + f'<form method="post"><fieldset><legend>{escape(words["question"])}</legend>{scores}'
        f"</fieldset><label>{escape(words['comment'])}"
        f'<textarea name="comment" maxlength="{MAX_COMMENT}"></textarea></label>'
        f'<button type="submit">{escape(words["submit"])}</button></form>'
    )
    return _page(locale, content, 422 if error else 200)


def _reply(words: dict[str, str], reply: str) -> str:
    return f"<h2>{escape(words['reply'])}</h2><blockquote>{escape(reply)}</blockquote>"


def message(locale: str, word: str, status: int) -> HTMLResponse:
    """Return a page that says one thing."""
    said = escape(catalogue(locale)[word])
    return _page(locale, f'<p class="message" role="status">{said}</p>', status)


@cache
def catalogue(locale: str) -> dict[str, str]:
    """Return the words of a language."""
    words: dict[str, str] = json.loads((_WORDS / f"{locale}.json").read_text(encoding="utf-8"))
    return words


@cache
def _template() -> Template:
    return Template((_WORDS / "survey.html").read_text(encoding="utf-8"))


def _page(locale: str, content: str, status: int) -> HTMLResponse:
    title = escape(catalogue(locale)["title"])
    page = _template().substitute(locale=locale, title=title, content=content)
    return HTMLResponse(page, status, {**_HEADERS, "Content-Language": locale})
