"""`python -m api.check_page > docs/checks.md`: every finding with its words (检查说明页)."""

from __future__ import annotations

import sys
from pathlib import Path

from api.findings import catalogue
from bpmn.lint.finding import WARNINGS

_HEAD = Path(__file__).parent / "words" / "checks.md"


def page() -> str:
    """Return the page: the introduction, then a row for each code."""
    chinese, english = catalogue("zh-CN"), catalogue("en")
    rows = [
        f"| `{code}` | {'warning' if code in WARNINGS else 'error'} | {said['what']}. {said['mend']}. "
        f"| {chinese[code]['what']}。{chinese[code]['mend']}。 |"
        for code, said in sorted(english.items())
    ]
    table = ["| Code | Severity | What and how | 问题与改法 |", "|---|---|---|---|", *rows]
    return _HEAD.read_text("utf-8") + "\n" + "\n".join(table) + "\n"


if __name__ == "__main__":
    sys.stdout.buffer.write(page().encode())
