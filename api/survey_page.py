"""The page that a customer opens to rate us (评价页面)."""

from __future__ import annotations

from html import escape

from fastapi.responses import HTMLResponse

from api import plain_page
from api.plain_page import catalogue
from models.survey import SCORES

MAX_COMMENT = 2000


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
    return plain_page.page(locale, words["title"], content, 422 if error else 200)


def message(locale: str, word: str, status: int) -> HTMLResponse:
    """Return a page that says one thing."""
    words = catalogue(locale)
    return plain_page.message(locale, words["title"], words[word], status)
