"""`python -m api.check_page > docs/checks.md`: every finding with its words (检查说明页)."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from api.findings import catalogue
from bpmn.lint.finding import WARNINGS

_HEAD = Path(__file__).parent / "words" / "checks.md"


def page() -> str:
    """Return the page: the introduction, then a row for each code."""
    chinese, english = catalogue("zh-CN"), catalogue("en")
    rows = [_row(code, said, chinese[code]) for code, said in sorted(english.items())]
    table = ["| Code | Severity | What and how | 问题与改法 |", "|---|---|---|---|", *rows]
    return _HEAD.read_text("utf-8") + "\n" + "\n".join(table) + "\n"


def _row(code: str, english: Mapping[str, str], chinese: Mapping[str, str]) -> str:
    severity = "warning" if code in WARNINGS else "error"
    told = f"{english['what']}. {english['mend']}."
    return f"| `{code}` | {severity} | {told} | {chinese['what']}。{chinese['mend']}。 |"


if __name__ == "__main__":
    sys.stdout.buffer.write(page().encode())
