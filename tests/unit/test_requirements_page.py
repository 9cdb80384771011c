"""The page that leads from requirements to elements and tests names only what exists."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from bpmn.parse import parse_processes
from settings import PROJECT
from tests.unit.feedback_life import DIAGRAMS

PAGE = (PROJECT / "docs" / "requirements.md").read_text("utf-8")
ROWS = [row.split("|")[1:-1] for row in PAGE.splitlines() if re.match(r"\| \d", row)]
NUMBERS = [*range(3, 9), 11, 13, *range(19, 30), *range(32, 35)]


def named(column: int) -> Iterator[str]:
    for row in ROWS:
        yield from re.findall(r"`([^`]+)`", row[column])


def test_every_requirement_has_a_row_with_elements_and_tests() -> None:
    assert [int(row[0]) for row in ROWS] == NUMBERS
    assert all("`" in row[2] and "`" in row[3] for row in ROWS)


@pytest.mark.parametrize("element", sorted(set(named(2))))
def test_a_named_element_is_drawn(element: str) -> None:
    file, _, key = element.partition("#")

    [process] = parse_processes((DIAGRAMS / file).read_bytes()).values()

    assert key in process.elements


@pytest.mark.parametrize("test", sorted(set(named(3))))
def test_a_named_test_exists(test: str) -> None:
    file, _, name = test.partition("::")

    assert re.search(rf"^(async )?def {name}\(", (PROJECT / file).read_text("utf-8"), re.MULTILINE)
