"""Errors as problem+json (RFC 9457): a machine code and data, no prose (问题详情)."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic_core import ErrorDetails
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from api.codes import CODES
from api.findings import worded
from api.problem_words import detail

MEDIA_TYPE = "application/problem+json"
_LOGGER = logging.getLogger(__name__)
_BY_STATUS = {
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    HTTPStatus.BAD_REQUEST: "body_malformed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "body_too_large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "media_type_unsupported",
}
# Where a value came from is no part of its name.
_PLACES = frozenset({"body", "query", "path", "header"})
_TOO_LONG = ("string_too_long", "too_long", "bytes_too_long")
_TOO_SHORT = ("string_too_short", "too_short")
_REASONS = {
    "missing": "missing",
    "extra_forbidden": "unknown",
    "string_unicode": "characters_invalid",
    "string_pattern_mismatch": "pattern_mismatch",
    "literal_error": "value_unknown",
    "enum": "value_unknown",
    "timezone_aware": "offset_missing",
    "json_invalid": "json_malformed",
    "greater_than": "too_small",
    "greater_than_equal": "too_small",
    "less_than": "too_large",
    "less_than_equal": "too_large",
    **dict.fromkeys(_TOO_LONG, "too_long"),
    **dict.fromkeys(_TOO_SHORT, "too_short"),
}


class Problem(Exception):  # noqa: N818 (the word of RFC 9457)
    """An answer other than success: a code of `CODES` and data for the client."""

    def __init__(self, code: str, *, retry_after: int | None = None, **data: Any) -> None:
        super().__init__(code)
        known = CODES[code]
        self.code = code
        self.status = known.status
        self.data = data
        self.retry_after = known.retry_after if retry_after is None else retry_after


def body(code: str, status: int, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of a problem."""
    # The members of the standard cannot be overwritten by data.
    return {
        **data,
        "type": f"urn:bihuan:problem:{code}",
        "title": code,
        "status": status,
        "code": code,
    }


def response(problem: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return the answer that tells a problem."""
    sent = dict(headers or {})
    if problem.retry_after is not None:
        sent["Retry-After"] = str(problem.retry_after)
    if problem.status == HTTPStatus.UNAUTHORIZED:
        sent["WWW-Authenticate"] = "Bearer"
    content = body(problem.code, problem.status, problem.data)
    return JSONResponse(content, problem.status, sent, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer with problems wherever the framework or a route fails."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_validation)
    for outage in (OperationalError, InterfaceError, PoolTimeoutError):
        app.add_exception_handler(outage, _on_outage)


def log_failure(error: BaseException) -> None:
    """Log where something failed without what it says: messages may quote personal data."""
    frames = traceback.extract_tb(error.__traceback__)[-12:]
    places = " < ".join(f"{f.filename.rsplit('/', 1)[-1]}:{f.lineno}" for f in reversed(frames))
    _LOGGER.error("request failed: %s at %s", type(error).__name__, places)


def _on_problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)  # noqa: S101 (registered for it)
    accepted = request.headers.get("accept-language", "")
    if problems := error.data.get("problems"):
        error.data["problems"] = worded(problems, accepted)
    if words := detail(error.code, accepted):
        error.data["detail"] = words
    return response(error)


def _on_http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 (registered for it)
    code = _BY_STATUS.get(HTTPStatus(error.status_code), "http_error")
    content = body(code, error.status_code, {})
    return JSONResponse(content, error.status_code, error.headers, media_type=MEDIA_TYPE)


def _on_outage(_: Request, error: Exception) -> JSONResponse:
    log_failure(error)
    return response(Problem("database_unavailable"))


def _on_validation(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 (registered for it)
    found = [field_error(one) for one in error.errors()]
    if any(one["code"] == "json_malformed" for one in found):
        return response(Problem("body_malformed"))
    # Camunda answers 400 to whatever is wrong; the feedback domain tells bad fields apart.
    code = "request_invalid" if request.url.path.startswith("/v2/") else "fields_invalid"
    return response(Problem(code, errors=found))


def field_error(error: Mapping[str, Any] | ErrorDetails) -> dict[str, Any]:
    """Return name and reason; the value itself is never sent back."""
    return {"field": _name(error["loc"]), "code": reason(error["type"], error.get("ctx"))}


def reason(kind: str, context: Mapping[str, Any] | None = None) -> str:
    """Return our word for one of pydantic's kinds of error."""
    if kind == "value_error" and context and isinstance(context.get("error"), FieldError):
        return str(context["error"])
    return _REASONS.get(kind, "type_wrong")


def _name(place: Sequence[Any]) -> str:
    parts = [str(part) for part in place]
    if parts and parts[0] in _PLACES:
        parts = parts[1:]
    return ".".join(parts)


class FieldError(ValueError):
    """A field's value is refused by a validator of ours; the text is the code."""
