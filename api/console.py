"""The console's files and pages, beside the routes of the API (控制台)."""

from __future__ import annotations

import asyncio
from html import escape
from http import HTTPStatus
from pathlib import Path

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from api import plain_page
from api.console_build import INDEX, ConsoleBuild, ConsoleFile
from settings import PROJECT

FOLDER = PROJECT / "web" / "dist"
_METHODS = ("GET", "HEAD")
# What is missing below these is missing: no page of the console answers for it.
_OTHERS = (
    "/api",
    "/v2",
    "/survey",
    "/feedback-form",
    "/docs",
    "/openapi.json",
    "/static-offline-docs",
    "/assets",
    "/report",
)
_FOR_EVER = "public, max-age=31536000, immutable"
_HEADERS = {
    # Components write styles into their elements; scripts come from files of ours alone.
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline';"
        " img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self';"
        " worker-src 'self' blob:; frame-src blob:; frame-ancestors 'none'; base-uri 'none';"
        " form-action 'self'; object-src 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), payment=(), usb=()",
}


class Console:
    """ASGI application: whatever no route of the API answers (控制台应用).

    Pages have paths that only the browser knows; each is answered with the one page there is.
    """

    def __init__(self, otherwise: ASGIApp, folder: Path = FOLDER) -> None:
        self._otherwise = otherwise
        self._folder = folder
        self._build: ConsoleBuild | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a file, with the page, or as the API does where nothing is."""
        answer = await self._answer(scope) if scope["type"] == "http" else None
        await (answer or self._otherwise)(scope, receive, send)

    async def _answer(self, scope: Scope) -> Response | None:
        if scope["method"] not in _METHODS:
            return None
        path, headers = scope["path"], Headers(scope=scope)
        self._build = await asyncio.to_thread(ConsoleBuild.read, self._folder, self._build)
        files = self._build.files if self._build else {}
        if path in files:
            return _sent(files[path], headers)
        if not _is_page(path, headers):
            return None
        return _sent(files[INDEX], headers) if files else _nothing_built(headers)


def install(app: FastAPI) -> None:
    """Have an application serve the console where it has no route."""
    console = Console(app.router.default)
    app.router.routes.append(Route("/", console, methods=list(_METHODS), name="console"))
    app.router.default = console


def _is_page(path: str, headers: Headers) -> bool:
    if path == "/":
        return True
    below = any(path == one or path.startswith(f"{one}/") for one in _OTHERS)
    return not below and "text/html" in headers.get("accept", "")


def _sent(file: ConsoleFile, headers: Headers) -> Response:
    coding = file.coding(headers.get("accept-encoding", ""))
    # The codings of a file are one thing in several forms: weak.
    sent = {
        # They are of the page; with each of its files they would weigh more than the file.
        **(_HEADERS if file.media_type == "text/html" else {}),
        "ETag": f'W/"{file.tag}"',
        "Cache-Control": _FOR_EVER if file.hashed else "no-cache",
        "Vary": "Accept-Encoding",
    }
    if file.tag in headers.get("if-none-match", ""):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=sent)
    if coding:
        sent["Content-Encoding"] = coding
    return Response(file.contents[coding], headers=sent, media_type=file.media_type)


def _nothing_built(headers: Headers) -> Response:
    locale = plain_page.choose_locale(headers.get("accept-language", ""))
    said = [plain_page.catalogue(one) for one in plain_page.LOCALES]
    content = "".join(
        f'<p lang="{one}">{escape(words["console.missing"])}</p>'
        for one, words in zip(plain_page.LOCALES, said, strict=True)
    )
    title = plain_page.catalogue(locale)["console.title"]
    return plain_page.page(locale, title, content, HTTPStatus.SERVICE_UNAVAILABLE)
