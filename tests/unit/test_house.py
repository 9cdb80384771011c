"""The rules of the house: the shape of the code, and documents that are true of it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from api.permissions import PUBLIC
from settings import PROJECT, Settings
from stack.processes import MARK

LONGEST = 400
TYPICAL = 150
LONGEST_WORKER = 80
HALF_A_PAGE = 40
EMPTY_NAMES = {"utils", "helpers", "common", "core", "services"}
RUNS_TEXT = {"eval", "exec", "compile", "__import__"}
# Variables that are no settings: what marks a stack's processes, and what tests and the console's
# own server are told.
OTHER_VARIABLES = {MARK, "BIHUAN_CONFORMANCE", "BIHUAN_CONSOLE_API", "BIHUAN_SANDBOX"}

ROOMS = sorted(path.parent for path in PROJECT.glob("*/__init__.py"))
PACKAGES = sorted(found.parent for room in ROOMS for found in room.rglob("__init__.py"))
CODE = sorted(found for room in ROOMS for found in room.rglob("*.py"))
MODULES = sorted([*CODE, *PROJECT.glob("*.py"), *(PROJECT / "tests").rglob("*.py")])
PAGES = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])
DECISIONS = sorted((PROJECT / "docs" / "decisions").glob("*.md"))


def name(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def parameters(paths: list[Path]) -> list[object]:
    return [pytest.param(path, id=name(path)) for path in paths]


def without_code(page: Path) -> str:
    """The prose of a page: links and anchors in code are none."""
    return re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


# The code


def test_no_module_is_longer_than_the_longest_that_one_can_read() -> None:
    long = {name(path): lines(path) for path in [*MODULES, PROJECT / "bihuan"]}

    assert {path: count for path, count in long.items() if count > LONGEST} == {}


def test_modules_are_small_in_every_room() -> None:
    typical = {name(room): median(map(lines, room.rglob("*.py"))) for room in ROOMS}

    assert median(map(lines, CODE)) < TYPICAL
    assert {room: count for room, count in typical.items() if count >= TYPICAL} == {}


def test_the_door_of_the_worker_stays_a_door() -> None:
    assert lines(PROJECT / "worker.py") < LONGEST_WORKER


@pytest.mark.parametrize("package", parameters(PACKAGES))
def test_every_package_says_what_it_is(package: Path) -> None:
    tree = ast.parse((package / "__init__.py").read_text("utf-8"))

    said = (ast.get_docstring(tree) or "").splitlines()

    assert said
    assert said[0].endswith(".")


@pytest.mark.parametrize("room", parameters(ROOMS))
def test_every_folder_with_modules_is_a_package(room: Path) -> None:
    # Migrations are found by their place; their names begin with numbers.
    folders = {path.parent for path in room.rglob("*.py")} - {PROJECT / "migrations" / "versions"}

    assert folders <= set(PACKAGES)


def test_no_module_has_a_name_that_says_nothing() -> None:
    named = {path: {path.stem, *path.relative_to(PROJECT).parts[:-1]} for path in MODULES}

    assert [name(path) for path, words in named.items() if words & EMPTY_NAMES] == []


def calls_that_run_text(source: str) -> Iterator[int]:
    """The lines in which a text is run as Python."""
    for node in ast.walk(ast.parse(source)):
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
            named = called.attr if called.value.id in {"builtins", "__builtins__"} else ""
        else:
            named = called.id if isinstance(called, ast.Name) else ""
        if named in RUNS_TEXT:
            yield node.lineno  # type: ignore[attr-defined]


def test_nothing_a_process_owner_draws_is_run_as_python() -> None:
    strict = [path for path in CODE if name(path).startswith(("bpmn/", "workflows/"))]

    found = [name(path) for path in strict if [*calls_that_run_text(path.read_text("utf-8"))]]

    assert len(strict) > 50
    assert found == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("eval('1')", True),
        ("import builtins\nbuiltins.exec('1')", True),
        ("re.compile('a')", False),
        ("tree.eval('a')", False),
    ],
)
def test_a_call_that_runs_text_would_be_found(source: str, *, found: bool) -> None:
    assert bool([*calls_that_run_text(source)]) is found


# The documents


def anchors(page: Path) -> set[str]:
    headings: list[str] = re.findall(r"^#+ (.+)$", without_code(page), re.MULTILINE)
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {text.replace(" ", "-") for text in kept}


@pytest.mark.parametrize("page", parameters(PAGES))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", without_code(page))

    broken = []
    for link in links:
        if re.match(r"[a-z]+:", link):
            continue
        place, _, anchor = link.partition("#")
        target = (page.parent / place).resolve() if place else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)

    assert broken == []


@pytest.mark.parametrize("page", parameters(PAGES))
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    named = re.findall(r"`((?:[a-z_]+/)+[\w.]*|[a-z_]+\.py)`", without_code(page))
    in_home = {"attachments/", "logs/", "secrets/", "postgres/", "prefect/"}
    made = {"secrets/postgres.json", "src/api/schema.d.ts"}

    missing = [
        place for place in named if place not in in_home | made and not (PROJECT / place).exists()
    ]

    assert missing == []


@pytest.mark.parametrize("page", parameters(PAGES))
def test_every_setting_that_a_page_names_exists(page: Path) -> None:
    known = {f"BIHUAN_{field.upper()}" for field in Settings.model_fields} | OTHER_VARIABLES

    assert set(re.findall(r"\bBIHUAN_[A-Z_]+\b", page.read_text("utf-8"))) <= known


@pytest.mark.parametrize("page", parameters(PAGES))
def test_every_route_that_a_page_names_exists(page: Path) -> None:
    paths = json.loads((PROJECT / "docs" / "openapi.json").read_text("utf-8"))["paths"]
    known = {f"{verb.upper()} {path}" for path, verbs in paths.items() for verb in verbs}
    # Some public routes are no part of the description: they show it.
    known |= {f"{verb} {path}" for verb, path in PUBLIC}

    named = set(re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) /[^`\s]*)`", page.read_text("utf-8")))

    assert named <= known


@pytest.mark.parametrize("language", ["English", "中文"])
def test_the_readme_names_every_room_in_both_languages(language: str) -> None:
    rows = section(language).split("\n")

    named = {found[1] for row in rows if (found := re.match(r"\| \[`([\w.]+)/?`\]", row))}

    assert named >= {name(room) for room in ROOMS} | {"tests", "bihuan", "settings.py", "worker.py"}


def test_the_two_halves_of_the_readme_are_of_equal_worth() -> None:
    def shape(text: str) -> tuple[int, list[str], list[str]]:
        fences = re.findall(r"^```(\w*)", text, re.MULTILINE)
        links = re.findall(r"\]\(([^)\s]+)\)", text)
        return len(re.findall(r"^### ", text, re.MULTILINE)), fences, sorted(set(links))

    assert shape(section("English")) == shape(section("中文"))


def section(title: str) -> str:
    text = (PROJECT / "README.md").read_text("utf-8")
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(path.name.partition("-")[0]) for path in DECISIONS]

    assert numbers == list(range(1, len(DECISIONS) + 1))
    assert all(re.fullmatch(r"\d{4}(-[a-z]+)+\.md", path.name) for path in DECISIONS)


@pytest.mark.parametrize("page", parameters(DECISIONS))
def test_a_decision_has_its_context_and_its_consequences_on_half_a_page(page: Path) -> None:
    text = page.read_text("utf-8")

    parts = [text.find(f"**{part}.**") for part in ("Context", "Decision", "Consequences")]

    assert text.startswith(f"# {int(page.name[:4])}. ")
    assert -1 not in parts
    assert parts == sorted(parts)
    assert lines(page) <= HALF_A_PAGE
