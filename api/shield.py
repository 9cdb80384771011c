"""Around every request: bounded bodies, safe headers, and no failure that tells too much (防护)."""

from __future__ import annotations

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problem import Problem, log_failure, response

MAX_BODY = 262_144
MAX_FILES = 20_000_000
# More than a deployment may allow for one attachment; what it allows is counted as it arrives.
MAX_ATTACHMENT = 200_000_000
# Whole files come here.
_FILES = ("/v2/deployments", "/api/imports/", "/api/definition-drafts/", "/api/dry-run")
_CUSTOMERS_FILES = ("/api/feedback-uploads/files", "/feedback-form")
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
)


class Shield:
    """ASGI middleware: outermost of ours, so that nothing reaches the server's own log of errors.

    That log prints messages of exceptions, which may quote what somebody sent.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = False

        async def answer(message: Message) -> None:
            nonlocal began
            if message["type"] == "http.response.start":
                began = True
                given = {name.lower() for name, _ in message["headers"]}
                message["headers"] += [h for h in _HEADERS if h[0] not in given]
            await send(message)

        limit = _limit(scope["path"])
        try:
            if _announced(scope) > limit:
                await response(Problem("body_too_large", limit=limit))(scope, receive, answer)
                return
            await self._app(scope, _bounded(receive, limit), answer)
        except Exception as error:  # noqa: BLE001 (the last place to answer)
            log_failure(error)
            if not began:
                await response(Problem("internal_error"))(scope, receive, answer)


def _limit(path: str) -> int:
    if path in _CUSTOMERS_FILES or (
        path.startswith("/api/feedback/") and path.endswith("/attachments")
    ):
        return MAX_ATTACHMENT
    return MAX_FILES if path.startswith(_FILES) else MAX_BODY


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


def _bounded(receive: Receive, limit: int) -> Receive:
    """Count what arrives, since a body in chunks announces no length."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(413)
        return message

    return counted
