"""The `detail` of a problem: what its code means and what to do, in the reader's words (说明)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from api.plain_page import choose_locale

_WORDS = Path(__file__).parent / "words"


def detail(code: str, accepted: str) -> str | None:
    """Return the words of a code, None where the code itself says it all.

    Args:
        code: of the problem.
        accepted: the Accept-Language of the request.
    """
    return catalogue(choose_locale(accepted)).get(code)


@cache
def catalogue(locale: str) -> dict[str, str]:
    """Return the words of a language."""
    found = (_WORDS / f"problems.{locale}.json").read_text(encoding="utf-8")
    words: dict[str, str] = json.loads(found)
    return words
