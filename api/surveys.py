"""`/survey/{token}`: a customer rates us by a signed link (满意度评价)."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.exceptions import HTTPException

from activities.survey_link import LinkExpiredError, LinkInvalidError, verify
from api import survey_page
from api.answers import problems
from api.idempotency import in_transaction
from api.means import Means, MeansHere
from api.plain_page import choose_locale
from api.problem import Problem, field_error, response
from api.rate_limit import client_address
from api.survey_answers import SurveyAnswer, open_survey, record, reply_to, tell
from api.texts import AbsentIfEmpty, Clean
from models.survey import SCORES

router = APIRouter(tags=["surveys"])
Token = Annotated[str, Path(max_length=200, examples=["dGhlIGxpbmsgaW4gdGhlIG1lc3NhZ2U"])]
Score = Literal["very_satisfied", "satisfied", "neutral", "dissatisfied", "very_dissatisfied"]
_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
_ERRORS = ("survey_not_found", "survey_expired", "survey_answered", "rate_limited")


class Rating(BaseModel):
    """How satisfied, and what else to say (评价)."""

    model_config = ConfigDict(extra="forbid")

    score: Score
    comment: Annotated[
        str | None, Field(max_length=survey_page.MAX_COMMENT), AbsentIfEmpty, Clean
    ] = None


_BODY = {
    "required": True,
    "content": {
        kind: {
            "schema": {
                "type": "object",
                "required": ["score"],
                "properties": {
                    "score": {"type": "string", "enum": list(SCORES)},
                    "comment": {"type": "string", "maxLength": survey_page.MAX_COMMENT},
                },
            },
            "example": {"score": "satisfied", "comment": "处理很快"},
        }
        for kind in (_JSON, _FORM)
    },
}
_PAGE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {}}}}


@router.get(
    "/survey/{token}",
    operation_id="get_survey",
    response_class=Response,
    responses={**problems(*_ERRORS), **_PAGE},
)
async def get_survey(request: Request, token: Token, means: MeansHere) -> Response:
    """Show our reply and the question in the reader's language; nothing is consumed."""
    locale = choose_locale(request.headers.get("accept-language", ""))
    try:
        means.survey_limit.check(client_address(request))
        survey_id = _survey_of(means, token)
        number = await in_transaction(means, lambda s: open_survey(s, means, survey_id))
        reply = await in_transaction(means, lambda s: reply_to(s, means, survey_id))
    except Problem as problem:
        return _page_of(locale, problem)
    return survey_page.form(locale, number, reply=reply)


@router.post(
    "/survey/{token}",
    operation_id="answer_survey",
    response_class=Response,
    openapi_extra={"requestBody": _BODY},
    responses={
        **problems(*_ERRORS, "fields_invalid", "body_malformed", "body_too_large", "instance_busy"),
        200: {
            "content": {"application/json": {"example": {"status": "answered"}}, "text/html": {}}
        },
    },
)
async def answer_survey(request: Request, token: Token, means: MeansHere) -> Response:
    """Take the answer, once. JSON is answered with JSON, the form of the page with a page."""
    is_json = request.headers.get("content-type", "").partition(";")[0].strip() == _JSON
    locale = choose_locale(request.headers.get("accept-language", ""))
    number = ""
    try:
        means.survey_limit.check(client_address(request))
        survey_id = _survey_of(means, token)
        number = await in_transaction(means, lambda s: open_survey(s, means, survey_id))
        given = await _read(request, is_json=is_json)
        told = await in_transaction(means, lambda s: record(s, means, survey_id, given))
    except Problem as problem:
        if is_json:
            return response(problem)
        return _page_of(locale, problem, number)
    # Recorded: if the process cannot be told now, it is told later.
    await tell(means, told)
    if is_json:
        return Response('{"status":"answered"}', media_type=_JSON)
    return survey_page.message(locale, "thanks", 200)


def _survey_of(means: Means, token: str) -> UUID:
    try:
        return verify(token, means.link_key, means.now())
    except LinkInvalidError:
        raise Problem("survey_not_found") from None
    except LinkExpiredError:
        raise Problem("survey_expired") from None


async def _read(request: Request, *, is_json: bool) -> SurveyAnswer:
    try:
        sent = await request.json() if is_json else dict(await request.form(max_files=0))
        rating = Rating.model_validate(sent)
    except ValidationError as error:
        errors = [field_error(one) for one in error.errors()]
        raise Problem("fields_invalid", errors=errors) from None
    except HTTPException:
        raise
    except (ValueError, RecursionError):
        raise Problem("body_malformed") from None
    return SurveyAnswer(rating.score, rating.comment)


def _page_of(locale: str, problem: Problem, number: str = "") -> Response:
    if problem.code == "fields_invalid":
        return survey_page.form(locale, number, problem.code)
    page = survey_page.message(locale, problem.code, problem.status)
    if problem.retry_after is not None:
        page.headers["Retry-After"] = str(problem.retry_after)
    return page
