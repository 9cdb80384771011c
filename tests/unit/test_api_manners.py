"""How the API fails, limits, logs and describes itself; no servers."""

from __future__ import annotations

import ast
import json
import logging
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from api import access_log, plain_page, problem, survey_page
from api.app import create_app
from api.codes import CODES
from api.openapi import text
from api.paging import from_cursor, to_cursor
from api.problem import FieldError, Problem
from api.rate_limit import RateLimiter
from api.shield import Shield
from settings import PROJECT

SECRET = "13812345678"


def description() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text())
    return found


class Body(BaseModel):
    """A body for the application of these tests."""

    number: int


def failing_app() -> httpx.AsyncClient:
    app = FastAPI()
    app.add_middleware(Shield)
    problem.install(app)

    @app.get("/fails")
    def fails() -> None:
        raise RuntimeError(SECRET)

    @app.get("/refuses")
    def refuses() -> None:
        raise Problem("rate_limited", retry_after=7, type="changed", seen=1)

    @app.post("/v2/reads")
    def reads(body: Body) -> int:
        return body.number

    transport = httpx.ASGITransport(app=app)
    return httpx.AsyncClient(transport=transport, base_url="http://bihuan.test")


async def test_a_failure_tells_nothing_to_the_client_and_no_message_to_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with failing_app() as client:
        answer = await client.get("/fails")

    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:bihuan:problem:internal_error",
        "title": "internal_error",
        "status": 500,
        "code": "internal_error",
    }
    assert "RuntimeError" in caplog.text
    assert "test_api_manners.py" in caplog.text
    assert SECRET not in caplog.text


async def test_every_error_of_the_framework_is_a_problem() -> None:
    async with failing_app() as client:
        answers = [
            await client.get("/nowhere"),
            await client.put("/fails"),
            await client.post("/v2/reads", json={"number": SECRET + "x"}),
            await client.post("/v2/reads", content=b"{", headers={"content-type": "text/json"}),
            await client.post("/v2/reads", content=b"{"),
        ]

    codes = [(one.status_code, one.json()["code"]) for one in answers]
    assert codes[:3] == [(404, "not_found"), (405, "method_not_allowed"), (400, "request_invalid")]
    assert all(code[0] == 400 for code in codes[3:])
    assert answers[1].headers["allow"] == "GET"
    for answer in answers:
        assert answer.headers["content-type"] == "application/problem+json"
        assert SECRET not in answer.text


async def test_data_of_a_problem_cannot_pass_for_its_members() -> None:
    async with failing_app() as client:
        answer = await client.get("/refuses")

    assert answer.headers["retry-after"] == "7"
    assert answer.json()["type"] == "urn:bihuan:problem:rate_limited"
    assert answer.json()["seen"] == 1


async def test_answers_are_neither_cached_nor_sniffed() -> None:
    async with failing_app() as client:
        answer = await client.get("/nowhere")

    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_bucket_fills_again() -> None:
    now = 0.0
    limiter = RateLimiter(60, clock=lambda: now)

    assert [limiter.wait_for("a") for _ in range(60)] == [0.0] * 60
    assert limiter.wait_for("a") == pytest.approx(1.0)
    assert limiter.wait_for("b") == 0.0
    now = 1.0
    assert limiter.wait_for("a") == 0.0


def test_a_flood_of_addresses_fills_no_memory() -> None:
    limiter = RateLimiter(1, kept=10)

    for n in range(100):
        limiter.wait_for(str(n))

    assert len(limiter._buckets) == 10


def test_the_access_log_holds_no_address_no_token_and_no_query() -> None:
    record = logging.LogRecord(
        "uvicorn.access",
        logging.INFO,
        "",
        0,
        '%s - "%s %s HTTP/%s" %d',
        ("127.0.0.1:1", "GET", f"/survey/{SECRET}?q={SECRET}", "1.1", 200),
        None,
    )

    assert access_log.Redacted().filter(record)

    assert record.getMessage() == '- - "GET /survey/***?*** HTTP/1.1" 200'


@pytest.mark.parametrize(
    ("accepted", "locale"),
    [
        ("", "zh-CN"),
        ("en", "en"),
        ("en-GB;q=0.5, zh-TW;q=0.9", "zh-CN"),
        ("de, en;q=0.3", "en"),
        ("fr;q=x,*", "zh-CN"),
        ("zh;q=0, en;q=0.1", "en"),
    ],
)
def test_a_page_comes_in_the_language_that_is_asked_for(accepted: str, locale: str) -> None:
    assert plain_page.choose_locale(accepted) == locale


def test_both_languages_have_the_same_words() -> None:
    words = [plain_page.catalogue(locale) for locale in plain_page.LOCALES]

    assert set(words[0]) == set(words[1])
    for one in words:
        page = survey_page.form("en", "<b>1</b>").body
        assert b"<b>1</b>" not in bytes(page)
        assert "{number}" in one["intro"]


def test_a_cursor_holds_its_place_and_no_other_text_is_one() -> None:
    assert from_cursor(to_cursor(["2026-09-21", 7])) == ["2026-09-21", 7]
    for bad in ("%%%", "a", "é", ""):
        with pytest.raises(FieldError):
            from_cursor(bad)


def test_the_description_in_docs_is_current() -> None:
    kept = (PROJECT / "docs" / "openapi.json").read_text(encoding="utf-8")

    assert kept == text(), "python -m api.openapi > docs/openapi.json"


def test_every_route_describes_its_success_and_its_errors_with_examples() -> None:
    lacking = []
    for path, operations in description()["paths"].items():
        for method, operation in operations.items():
            for status, answer in operation["responses"].items():
                for media, content in answer.get("content", {}).items():
                    has_example = content.get("examples") or content.get("example")
                    if not has_example and media != "text/html":
                        lacking.append((method, path, status))
            if not operation.get("description") or "500" not in operation["responses"]:
                lacking.append((method, path, ""))
    assert lacking == []


def test_every_example_of_a_problem_carries_its_code() -> None:
    for operations in description()["paths"].values():
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                examples = answer.get("content", {}).get(problem.MEDIA_TYPE, {}).get("examples", {})
                for code, example in examples.items():
                    assert example["value"]["code"] == code
                    assert CODES[code].status == int(status)


def test_whatever_can_be_sent_wrong_is_described() -> None:
    for path, operations in description()["paths"].items():
        for method, operation in operations.items():
            takes = operation.get("parameters") or operation.get("requestBody")
            if takes and path != "/survey/{token}":
                wanted = "400" if path.startswith("/v2/") else "422"
                assert wanted in operation["responses"], (method, path)


def test_every_code_that_is_raised_is_known_and_every_known_one_is_used() -> None:
    written: set[str] = set()
    raised: set[object] = set()
    for file in (PROJECT / "api").glob("*.py"):
        if file.name == "codes.py":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                written.add(node.value)
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Problem":
                raised |= {one.value for one in node.args if isinstance(one, ast.Constant)}
    assert raised <= set(CODES)
    assert set(CODES) <= written


def test_the_routes_exist_without_any_server() -> None:
    assert create_app().openapi()["info"]["title"] == "Bihuan"
