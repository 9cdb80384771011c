"""The errors of a route for its OpenAPI description, with an example for each code (错误示例)."""

from __future__ import annotations

from typing import Any

from api.codes import CODES
from api.problem import MEDIA_TYPE, body

SCHEMA = "Problem"
_EVERYWHERE = ("internal_error", "database_unavailable")
_STAFF = ("token_missing", "token_invalid", "forbidden", "scope_insufficient")


def problems(*codes: str) -> dict[int | str, dict[str, Any]]:
    """Return the descriptions of the answers with these codes, by status."""
    found: dict[int | str, dict[str, Any]] = {}
    for code in dict.fromkeys((*codes, *_EVERYWHERE)):
        known = CODES[code]
        answer = found.setdefault(known.status, _answer(known.retry_after is not None))
        examples = answer["content"][MEDIA_TYPE]["examples"]
        examples[code] = {"value": body(code, known.status, known.example)}
    for answer in found.values():
        answer["description"] = ", ".join(answer["content"][MEDIA_TYPE]["examples"])
    return found


def for_staff(*codes: str) -> dict[int | str, dict[str, Any]]:
    """Return the descriptions for a route that needs a token and a role."""
    return problems(*_STAFF, *codes)


def example(status: int, value: Any) -> dict[int | str, dict[str, Any]]:
    """Return the description of a success with an example."""
    return {status: {"content": {"application/json": {"example": value}}}}


def _answer(has_retry_after: bool) -> dict[str, Any]:
    reference = {"$ref": f"#/components/schemas/{SCHEMA}"}
    answer: dict[str, Any] = {"content": {MEDIA_TYPE: {"schema": reference, "examples": {}}}}
    if has_retry_after:
        answer["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    return answer
