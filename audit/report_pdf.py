"""The audit report as a PDF document, set by Typst with a font that comes along (报告文件)."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import typst

TEMPLATE = Path(__file__).with_name("report.typ")


def document(content: dict[str, Any], at: datetime) -> bytes:
    """Return the bytes of the PDF; the same content and moment give the same bytes."""
    # The data goes in beside the source: nothing in it can become markup.
    given = {"data": json.dumps(content, ensure_ascii=False)}
    compiler = typst.Compiler(
        TEMPLATE.read_bytes(), root=str(TEMPLATE.parent), font_paths=_fonts(), sys_inputs=given
    )
    made = compiler.compile(format="pdf", timestamp=at.replace(microsecond=0))
    return made if isinstance(made, bytes) else b"".join(made or [])


@cache
def _fonts() -> typst.Fonts:
    folder = Path(pylopdf_fonts_zh_cn.__file__).parent
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)]
    )
