"""What the API answers where it has no route: the console's files, or its page."""

from __future__ import annotations

import gzip
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from api import problem
from api.console import Console
from api.shield import Shield

PAGE = {"Accept": "text/html,application/xhtml+xml"}
INDEX = b"<!doctype html><title>console</title>"
SCRIPT = b"export const one = 1;\n" * 100


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_bytes(INDEX)
    (folder / "assets" / "main-1a2b.js").write_bytes(SCRIPT)
    (folder / "assets" / "main-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT))
    (folder / "assets" / "main-1a2b.js.br").write_bytes(b"as brotli")
    (folder / ".build.json").write_text("{}")
    (tmp_path / "secret.txt").write_text("outside")
    return folder


def client(folder: Path) -> httpx.AsyncClient:
    app = FastAPI()
    app.add_middleware(Shield)
    problem.install(app)

    @app.post("/api/things")
    def things() -> None: ...

    app.router.default = Console(app.router.default, folder)
    transport = httpx.ASGITransport(app=app)
    return httpx.AsyncClient(transport=transport, base_url="http://bihuan.test")


@pytest.mark.parametrize("path", ["/", "/inbox", "/feedback/202609-001?tab=plan"])
async def test_every_page_of_the_console_is_the_one_page(built: Path, path: str) -> None:
    async with client(built) as door:
        answer = await door.get(path, headers=PAGE)

    assert (answer.status_code, answer.content) == (200, INDEX)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["/api/nothing", "/v2/nothing", "/survey/a/b", "/docs/nothing", "/assets/gone-1.js"]
)
async def test_what_the_api_lacks_is_a_problem_and_no_page(built: Path, path: str) -> None:
    async with client(built) as door:
        answer = await door.get(path, headers=PAGE)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_only_reading_and_only_a_browser_gets_the_page(built: Path) -> None:
    async with client(built) as door:
        program = await door.get("/inbox")
        sent = await door.post("/inbox", headers=PAGE)
        known = await door.get("/api/things", headers=PAGE)
        head = await door.head("/inbox", headers=PAGE)

    assert [program.status_code, sent.status_code, known.status_code] == [404, 404, 405]
    assert (head.status_code, head.content) == (200, b"")


async def test_files_come_compressed_as_the_client_takes_them_and_are_kept(built: Path) -> None:
    async with client(built) as door:
        path = "/assets/main-1a2b.js"
        plain = await door.get(path, headers={"Accept-Encoding": "identity"})
        zipped = await door.get(path, headers={"Accept-Encoding": "gzip, br;q=0"})
        head = await door.head(path, headers={"Accept-Encoding": "gzip, deflate, br, zstd"})

    assert plain.content == zipped.content == SCRIPT
    assert zipped.headers["content-encoding"] == "gzip"
    assert (head.headers["content-encoding"], head.headers["content-length"]) == ("br", "9")
    for answer in (plain, zipped, head):
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers["content-type"].startswith("text/javascript")


async def test_a_page_that_has_not_changed_is_not_sent_again(built: Path) -> None:
    async with client(built) as door:
        first = await door.get("/", headers=PAGE)
        again = await door.get("/", headers={"If-None-Match": first.headers["etag"]})
        (built / "index.html").write_bytes(b"new")
        changed = await door.get("/", headers={"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert (changed.status_code, changed.content) == (200, b"new")


async def test_pages_that_were_open_still_get_their_files_after_a_new_build(built: Path) -> None:
    async with client(built) as door:
        await door.get("/", headers=PAGE)
        (built / "assets" / "main-1a2b.js").rename(built / "assets" / "main-3c4d.js")
        (built / "index.html").unlink()
        between = await door.get("/", headers=PAGE)
        (built / "index.html").write_bytes(b"new")
        answers = [await door.get(f"/assets/main-{one}.js") for one in ("1a2b", "3c4d")]

    assert between.content == INDEX
    assert [answer.content for answer in answers] == [SCRIPT, SCRIPT]


@pytest.mark.parametrize(
    "path", ["/.build.json", "/../secret.txt", "/%2e%2e/secret.txt", "/assets/main-1a2b.js.br"]
)
async def test_nothing_but_what_was_built_to_be_seen_is_served(built: Path, path: str) -> None:
    async with client(built) as door:
        answer = await door.get(path)

    assert answer.status_code == 404


async def test_no_script_runs_but_files_of_ours_and_nobody_frames_the_page(built: Path) -> None:
    async with client(built) as door:
        answer = await door.get("/", headers=PAGE)

    rules = dict(
        one.strip().split(" ", 1) for one in answer.headers["content-security-policy"].split(";")
    )
    assert rules["script-src"] == rules["default-src"] == rules["connect-src"] == "'self'"
    assert rules["frame-ancestors"] == rules["object-src"] == rules["base-uri"] == "'none'"
    # Files of an item are shown in a frame; nothing else is.
    assert rules["frame-src"] == "blob:"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_where_nothing_is_built_the_page_says_so_in_both_languages(tmp_path: Path) -> None:
    async with client(tmp_path / "absent") as door:
        answer = await door.get("/inbox", headers=PAGE)
        other = await door.get("/api/nothing", headers=PAGE)

    assert (answer.status_code, other.status_code) == (503, 404)
    assert "控制台尚未构建" in answer.text
    assert "The console has not been built" in answer.text
