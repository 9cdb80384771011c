"""The OpenAPI description: errors are problems, everywhere (接口描述)."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.answers import SCHEMA
from api.codes import CODES

_FRAMEWORKS_OWN = "HTTPValidationError"
_PROBLEM = {
    "type": "object",
    "title": SCHEMA,
    "description": "RFC 9457; `code` says what happened, further members are its data.",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "enum": sorted(CODES)},
    },
    "additionalProperties": True,
}


def install(app: FastAPI) -> None:
    """Have the application describe itself with our errors."""

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _corrected(
                get_openapi(title=app.title, version=app.version, routes=app.routes)
            )
        return app.openapi_schema

    app.openapi = describe  # type: ignore[method-assign]


def _corrected(schema: dict[str, Any]) -> dict[str, Any]:
    schemas = schema["components"]["schemas"]
    for name in (_FRAMEWORKS_OWN, "ValidationError"):
        schemas.pop(name, None)
    schemas[SCHEMA] = _PROBLEM
    for operations in schema["paths"].values():
        for operation in operations.values():
            answers = operation["responses"]
            if _FRAMEWORKS_OWN in str(answers.get("422")):
                del answers["422"]
    return schema
