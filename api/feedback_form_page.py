"""The form by which a customer tells us something, as markup (反馈表单页面)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import get_args

from fastapi.responses import HTMLResponse

from api import plain_page, problem_words
from api.feedback_intake import FeedbackType, Urgency
from api.file_kinds import ENDINGS

PATH = "/feedback-form"
# Length of what can be typed, by field.
LINES = {
    "contact": 200,
    "customer_name": 100,
    "product": 100,
    "order_number": 64,
    "region": 100,
}
TEXT, MAX_TEXT = "description", 5000
REQUIRED = ("contact", TEXT)
FILES = "file"
_COMPLETE = {"customer_name": "name", "contact": "tel", "region": "address-level1"}


@dataclass(frozen=True)
class FormState:
    """What stands in the form (表单内容).

    Attributes:
        key: of this form, so that it is received once however often it is sent.
        fields: what was typed.
        errors: what is wrong with it, by field: a code.
        problem: what stood in the way of all of it: a code.
        token, files: what was sent along before, and its names.
        may_send_files: whether the house takes any.
    """

    key: str
    fields: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    token: str = field(default="", repr=False)
    files: Sequence[str] = ()
    may_send_files: bool = True


def words_of(locale: str) -> dict[str, str]:
    """Return the words of the form."""
    return plain_page.catalogue(f"form.{locale}")


def form(locale: str, state: FormState, status: int = 200) -> HTMLResponse:
    """Return the form, what is wrong with it above and beside its fields."""
    words = words_of(locale)
    other = next(one for one in plain_page.LOCALES if one != locale)
    content = (
        f'<p><a href="{PATH}?lang={other}" lang="{other}" hreflang="{other}">'
        f"{escape(words_of(other)['language'])}</a></p>"
        f"<p>{escape(words['intro'])}</p>{_summary(words, state, locale)}"
        f'<form method="post" action="{PATH}?lang={locale}" enctype="multipart/form-data"'
        f' novalidate><input type="hidden" name="key" value="{escape(state.key)}">'
        f'<input type="hidden" name="upload_token" value="{escape(state.token)}">'
        + "".join(_fields(words, state, locale))
        + f'<button type="submit">{escape(words["submit"])}</button></form>'
    )
    return plain_page.page(locale, words["title"], content, status)


def received(locale: str, number: str) -> HTMLResponse:
    """Return the page that names the number."""
    words = words_of(locale)
    content = (
        f'<p class="message" role="status">{escape(words["received"])}'
        f' <strong class="number">{escape(number)}</strong></p>'
        f"<p>{escape(words['keep_number'])}</p>"
        f'<p><a href="{PATH}?lang={locale}">{escape(words["another"])}</a></p>'
    )
    return plain_page.page(locale, words["title"], content)


def _summary(words: Mapping[str, str], state: FormState, locale: str) -> str:
    lines = [
        f'<li><a href="#{name}">{escape(words[name])}: {_error(words, code, locale)}</a></li>'
        for name, code in state.errors.items()
    ]
    if state.problem:
        lines.insert(0, f"<li>{escape(_said(words, state.problem, locale))}</li>")
    if not lines:
        return ""
    return (
        f'<div class="problem" role="alert"><p>{escape(words["not_sent"])}</p>'
        f"<ul>{''.join(lines)}</ul></div>"
    )


def _said(words: Mapping[str, str], code: str, locale: str) -> str:
    known = words.get(f"error.{code}") or problem_words.catalogue(locale).get(code)
    return known or words["error.other"]


def _fields(words: Mapping[str, str], state: FormState, locale: str) -> Iterator[str]:
    def put(name: str, control: str, hint: str = "") -> str:
        optional = "" if name in REQUIRED else f" <small>{escape(words['optional'])}</small>"
        notes = [f'<small id="{name}-hint">{escape(hint)}</small>'] if hint else []
        if code := state.errors.get(name):
            notes.append(f'<p class="error" id="{name}-error">{_error(words, code, locale)}</p>')
        label = f'<label for="{name}">{escape(words[name])}{optional}</label>'
        return f'<div class="field">{label}{"".join(notes)}{control}</div>'

    yield put(TEXT, _area(state), words["description_hint"])
    yield put("contact", _line("contact", state), words["contact_hint"])
    yield put("customer_name", _line("customer_name", state))
    yield put("type", _choice("type", ("", *get_args(FeedbackType)), words, state))
    yield put("urgency", _choice("urgency", get_args(Urgency), words, state))
    for name in ("product", "order_number", "region"):
        yield put(name, _line(name, state))
    if state.may_send_files:
        sent = "".join(f"<li>{escape(one)}</li>" for one in state.files)
        kept = f"<p>{escape(words['files_kept'])}</p><ul>{sent}</ul>" if sent else ""
        endings = ",".join(f".{one}" for one in ENDINGS)
        chosen = f'<input type="file" multiple accept="{endings}"{_named(FILES, state)}>'
        yield put(FILES, kept + chosen, words["files_hint"])


def _error(words: Mapping[str, str], code: str, locale: str) -> str:
    return escape(_said(words, code, locale))


def _named(name: str, state: FormState) -> str:
    """Return the attributes by which a control is found and its error is read out."""
    hinted = name in {*REQUIRED, FILES}
    notes = [f"{name}-hint"] * hinted + [f"{name}-error"] * (name in state.errors)
    described = f' aria-describedby="{" ".join(notes)}"' if notes else ""
    wrong = ' aria-invalid="true"' if name in state.errors else ""
    needed = ' aria-required="true"' if name in REQUIRED else ""
    return f' id="{name}" name="{name}"{described}{wrong}{needed}'


def _line(name: str, state: FormState) -> str:
    value = escape(state.fields.get(name, ""))
    complete = _COMPLETE.get(name, "off")
    return (
        f'<input type="text" maxlength="{LINES[name]}" autocomplete="{complete}"'
        f'{_named(name, state)} value="{value}">'
    )


def _area(state: FormState) -> str:
    # The first line break after the tag is none of the text.
    value = escape(state.fields.get(TEXT, ""))
    return f'<textarea rows="6" maxlength="{MAX_TEXT}"{_named(TEXT, state)}>\n{value}</textarea>'


def _choice(name: str, values: Sequence[str], words: Mapping[str, str], state: FormState) -> str:
    chosen = state.fields.get(name, values[0])
    options = "".join(
        f'<option value="{one}"{" selected" * (one == chosen)}>'
        f"{escape(words[f'{name}.{one}'])}</option>"
        for one in values
    )
    return f"<select{_named(name, state)}>{options}</select>"
