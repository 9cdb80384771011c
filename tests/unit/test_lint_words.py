"""Every finding is said in Chinese and in English: what is wrong and how to mend it."""

from __future__ import annotations

import re

import pytest

from api.check_page import page
from api.findings import catalogue, worded
from bpmn.lint.finding import WARNINGS
from settings import PROJECT

_ROOMS = ("bpmn/*.py", "bpmn/lint/*.py", "bpmn/dmn/read*.py", "activities/definition_starts.py")
_MADE = re.compile(
    r"(?:ParseError|XmlError|DmnError|[fF]inding|_at|_problem|_fault|_refused|required)\("
    r"[^\"()]*(?:\(\))?[^\"()]*\"([a-z]+(?:_[a-z]+)+)\""
)
# What only a running instance can raise.
_RUNNING = re.compile(r"_missing$|_invalid$")


def codes() -> set[str]:
    found: set[str] = set(WARNINGS)
    for pattern in _ROOMS:
        for path in PROJECT.glob(pattern):
            found |= set(_MADE.findall(path.read_text("utf-8")))
    return found


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_every_code_has_words(locale: str) -> None:
    words = catalogue(locale)

    wanting = {code for code in codes() - set(words) if not _RUNNING.search(code)}
    assert wanting == set()
    assert len(codes() & set(words)) > 80
    for said in words.values():
        assert set(said) == {"what", "mend"}
        assert all(said.values())


def test_the_languages_hold_the_same_codes_and_the_same_places() -> None:
    chinese, english = catalogue("zh-CN"), catalogue("en")

    assert set(chinese) == set(english)
    for code, said in chinese.items():
        assert re.search(r"[\u4e00-\u9fff]", said["what"] + said["mend"]), code
        assert ("{found}" in said["what"]) == ("{found}" in english[code]["what"]), code


def test_a_finding_is_told_in_the_language_that_is_asked_for() -> None:
    problem = {"resource": "a.bpmn", "code": "form_not_found", "element": "a", "found": "x{found}"}

    [chinese] = worded([problem], "zh")
    [english] = worded([problem], "en-GB,en;q=0.9,zh;q=0.1")

    assert chinese["what"] == "表单“x{found}”不在这次部署中"
    assert english["what"] == "The form “x{found}” is not part of this deployment"
    assert english["mend"]
    assert (english["severity"], english["line"], english["code"]) == ("error", 0, "form_not_found")


def test_the_page_of_checks_is_printed_from_the_catalogues() -> None:
    assert (PROJECT / "docs" / "checks.md").read_text("utf-8") == page()
