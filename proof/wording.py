"""Findings in words."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from string import Template

from proof.finding import Finding

LOCALES = ("zh-CN", "en")
_FOLDER = Path(__file__).parent


def say(finding: Finding, locale: str) -> str:
    """Return what a finding says (措辞), in a language that there are words for."""
    values = {
        **{name: str(value) for name, value in finding.data.items()},
        "subject": finding.subject,
        "number": str(finding.number),
    }
    return Template(words(locale)[finding.code]).safe_substitute(values)


@lru_cache(maxsize=len(LOCALES))
def words(locale: str) -> dict[str, str]:
    """Return all words of a language by their codes."""
    chosen = locale if locale in LOCALES else LOCALES[0]
    found: dict[str, str] = json.loads((_FOLDER / f"words.{chosen}.json").read_text("utf-8"))
    return found
