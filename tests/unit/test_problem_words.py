"""What problems say in words: both languages, and for codes that exist."""

import json

import httpx
import pytest
from fastapi import FastAPI

from api import problem
from api.codes import CODES
from api.plain_page import LOCALES
from api.problem import Problem
from api.problem_words import catalogue


def test_the_catalogues_of_problems_hold_the_same_codes_and_each_exists() -> None:
    held = [set(catalogue(locale)) for locale in LOCALES]

    assert all(codes == held[0] for codes in held)
    assert held[0] <= set(CODES)


def test_whatever_can_happen_to_a_draft_is_told_in_words() -> None:
    of_drafts = {code for code in CODES if code.startswith(("draft_", "deployment_"))}

    assert of_drafts <= set(catalogue("zh-CN"))


@pytest.mark.parametrize(
    ("language", "begins"), [("en", "You made"), ("zh-CN,en;q=0.5", "这份草稿"), ("", "这份草稿")]
)
async def test_a_problem_speaks_the_language_of_its_reader(language: str, begins: str) -> None:
    app = FastAPI()
    problem.install(app)

    @app.get("/")
    def refuse() -> None:
        raise Problem("draft_own_work")

    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://bihuan.test") as client:
        answer = await client.get("/", headers={"Accept-Language": language})

    told = json.loads(answer.content)
    assert told["code"] == "draft_own_work"
    assert told["detail"].startswith(begins)
