"""`/feedback-form`: a customer tells us something, with no script and no login (反馈表单)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError
from sqlalchemy.orm import Session

from api import feedback_form_page as page
from api import plain_page
from api.answers import problems
from api.csrf import check_origin
from api.feedback_form_reading import SentForm, names, read_form, rules
from api.feedback_intake import NewFeedback, receive_once
from api.idempotency import Answer, Once, keyed_digest
from api.intake_claim import TOKEN
from api.means import Means, MeansHere
from api.problem import Problem, field_error
from api.rate_limit import client_address

router = APIRouter(tags=["feedback"])
_ROUTE = "POST /feedback-form"
_KEY = re.compile(r"[A-Za-z0-9_-]{43}")
_TOLD = ("customer_name", "contact", "type", "product", "description", "urgency", "region")
_FIELDS = (*_TOLD, "order_number")
_HTML: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {}}}}
_BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["key", *page.REQUIRED],
                "properties": {
                    **{name: {"type": "string"} for name in ("key", "upload_token", *_FIELDS)},
                    page.FILES: {
                        "type": "array",
                        "items": {"type": "string", "format": "binary"},
                    },
                },
            },
        }
    },
}
Language = Annotated[str, Query(max_length=10, description="`zh-CN` or `en`; else the browser's.")]


@router.get(
    "/feedback-form",
    operation_id="get_feedback_form",
    response_class=Response,
    responses={**problems("fields_invalid"), **_HTML},
)
def get_feedback_form(request: Request, means: MeansHere, lang: Language = "") -> Response:
    """Show the form in the reader's language; nothing is kept."""
    return page.form(_locale(request, lang), _fresh(means))


@router.post(
    "/feedback-form",
    operation_id="send_feedback_form",
    response_class=Response,
    openapi_extra={"requestBody": _BODY},
    responses={
        **problems(
            "csrf_token_invalid",
            "fields_invalid",
            "body_malformed",
            "body_too_large",
            "media_type_unsupported",
            "rate_limited",
            "idempotency_key_reused",
            "process_not_deployed",
            "upload_token_invalid",
            "instance_busy",
        ),
        **_HTML,
    },
)
async def send_feedback_form(request: Request, means: MeansHere, lang: Language = "") -> Response:
    """Receive what was told, once for each form, and show its number, or what is wrong with it."""
    locale = _locale(request, lang)
    limited = _limited(request, means)
    try:
        check_origin(request)
        sent = await read_form(request, means, with_files=limited is None)
    except Problem as problem:
        return _again(locale, _fresh(means), problem)
    return await to_thread.run_sync(partial(_received, means, locale, sent, limited))


def _locale(request: Request, lang: str) -> str:
    if lang in plain_page.LOCALES:
        return lang
    return plain_page.choose_locale(request.headers.get("accept-language", ""))


def _fresh(means: Means) -> page.FormState:
    return page.FormState(secrets.token_urlsafe(32), may_send_files=rules(means) is not None)


def _limited(request: Request, means: Means) -> Problem | None:
    """Count who knocks; what they typed is read all the same, to stand in the form again."""
    try:
        means.intake_limit.check(client_address(request))
    except Problem as problem:
        return problem
    return None


def _received(means: Means, locale: str, sent: SentForm, limited: Problem | None) -> Response:
    state = replace(_fresh(means), fields=sent.fields, token=sent.token)
    try:
        if limited is not None:
            raise limited
        answer = _receive(means, sent)
    except ValidationError as error:
        state = replace(state, errors=_errors(error.errors(), sent))
        return _again(locale, _with_files(means, state), Problem("fields_invalid"))
    except Problem as problem:
        return _again(locale, _with_files(means, state), problem)
    if answer is None:
        state = replace(state, errors={page.FILES: sent.file_error})
        return _again(locale, _with_files(means, state), Problem("fields_invalid"))
    return page.received(locale, str(answer.content["number"]))


def _receive(means: Means, sent: SentForm) -> Answer | None:
    """Receive the item; None where a file stood in the way.

    Raises:
        Problem: as the API's own route.
        ValidationError: of the fields.
    """
    told = _told(sent.fields)
    asked = _once(means, sent.fields.get("key", ""), told)
    if sent.file_error:
        # Unless the same form came through before: then its files are the item's already.
        with Session(means.engine) as session:
            return asked.begin(session)
    if re.fullmatch(TOKEN, sent.token):
        told = told.model_copy(update={"upload_token": sent.token})
    return receive_once(means, asked, told)


def _told(fields: Mapping[str, str]) -> NewFeedback:
    given = {name: fields[name] for name in _FIELDS if fields.get(name, "").strip()}
    return NewFeedback.model_validate({**given, "channel": "web"})


def _once(means: Means, key: str, told: NewFeedback) -> Once:
    """Return the handle on this form: its key is known to whoever got the form, and nobody else."""
    digest = keyed_digest(means, told.model_dump_json().encode())
    known = key if _KEY.fullmatch(key) else None
    return Once(keyed_digest(means, b"feedback-form"), _ROUTE, known, digest, means.now())


def _errors(found: list[Any], sent: SentForm) -> dict[str, str]:
    wrong = {one["field"]: one["code"] for one in map(field_error, found)}
    files = {page.FILES: sent.file_error} if sent.file_error else {}
    return {
        name: wrong[name] for name in (page.TEXT, *page.LINES, "type", "urgency") if name in wrong
    } | files


def _with_files(means: Means, state: page.FormState) -> page.FormState:
    """Return the form with the files that came before; with none if they wait no more."""
    try:
        return replace(state, files=names(means, state.token)) if state.token else state
    except Problem:
        return replace(state, token="")


def _again(locale: str, state: page.FormState, problem: Problem) -> Response:
    """Show the form with what was typed, under a key of its own, and what stood in the way."""
    said = "" if state.errors else problem.code
    if problem.code == "upload_token_invalid":
        state = replace(state, token="", files=())
    answer = page.form(locale, replace(state, problem=said), problem.status)
    if problem.retry_after is not None:
        answer.headers["Retry-After"] = str(problem.retry_after)
    if problem.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        answer.headers["Connection"] = "close"
    return answer
