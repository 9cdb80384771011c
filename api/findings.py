"""What is wrong with a drawing, in the reader's words (检查说明)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from api.plain_page import choose_locale
from bpmn.lint import Finding

_WORDS = Path(__file__).parent / "words"
# Codes of a newer engine than the catalogue still say where something is wrong.
_UNKNOWN = {"what": "", "mend": ""}


def worded(problems: Iterable[Mapping[str, Any]], accepted: str) -> list[dict[str, Any]]:
    """Return problems with `what` is wrong and how to `mend` it.

    Args:
        problems: findings, each with at least `code`.
        accepted: the Accept-Language of the request.
    """
    words = catalogue(choose_locale(accepted))
    return [_worded(problem, words) for problem in problems]


def _worded(problem: Mapping[str, Any], words: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    whole = Finding(**{k: v for k, v in problem.items() if k != "severity"}).to_json()
    said = words.get(whole["code"], _UNKNOWN)
    texts = {name: _filled(said[name], whole) for name in ("what", "mend")}
    return {**whole, **problem, **texts}


def _filled(text: str, finding: Mapping[str, Any]) -> str:
    """Put what was found into a text; nothing in it is read as a format."""
    for name in ("found", "element"):
        text = text.replace(f"{{{name}}}", str(finding[name]))
    return text


@cache
def catalogue(locale: str) -> dict[str, dict[str, str]]:
    """Return what every code means and how it is mended, in a language."""
    found = json.loads((_WORDS / f"findings.{locale}.json").read_text(encoding="utf-8"))
    words: dict[str, dict[str, str]] = found
    return words
