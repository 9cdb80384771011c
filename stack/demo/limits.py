"""The bundled process with the limits of the demonstration (演示期限)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from xml.etree.ElementTree import Element, register_namespace, tostring

from defusedxml.ElementTree import fromstring

from settings import PROJECT

DIAGRAMS = PROJECT / "bpmn" / "diagrams"
SUFFIXES = {".bpmn", ".dmn", ".form"}
# Two days in a second: weeks take seconds, but limits of hours would be over before anybody could
# act, hence the limits below.
SCALE = 1 / (2 * 86400)
DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"
WORKING_CLOCK = b'bihuan:clock="working"'
# Columns of the decision tables, in seconds of the demonstration. Its people act within a second
# or two; the rest is for machines that are busy with other things.
SECONDS: Mapping[str, float] = {
    "acceptance": 10,
    "solution": 40,
    "first_response": 60,
    "interval": 20,
    "limit": 20,
    "survey_delay": 1,
    "survey_reminder": 6,
    "survey_expiry": 16,
    "survey_link": 90,
    "second_followup": 20,
    "reopen_window": 3,
}
# Sixteen working days are eleven to fifteen seconds at the scale above, whatever the holidays.
APPROVAL = "extension_decision"
APPROVAL_DAYS, APPROVAL_SECONDS = "P16D", 12.0


def bundle(folder: Path = DIAGRAMS) -> dict[str, bytes]:
    """Return the bundled drawings, decisions and forms by file name."""
    found = sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES)
    return {path.name: path.read_bytes() for path in found}


def with_limits(files: Mapping[str, bytes], scale: float) -> dict[str, bytes]:
    """Return the files with the limits of the demonstration on a stack with this time scale.

    Only durations change. Where a stack runs in real time, working days do not fit in seconds
    either: there the approval of extensions runs on the wall clock.
    """
    texts = {name: _duration(value / scale) for name, value in SECONDS.items()}
    texts[APPROVAL] = f'"{APPROVAL_DAYS}"'
    if not keeps_working_days(scale):
        texts[APPROVAL] = _duration(APPROVAL_SECONDS / scale)
        files = {name: content.replace(WORKING_CLOCK, b"") for name, content in files.items()}
    return {name: _limited(name, content, texts) for name, content in files.items()}


def keeps_working_days(scale: float) -> bool:
    """Say whether working days pass in seconds."""
    return scale <= SCALE


def _duration(seconds: float) -> str:
    return f'"PT{round(seconds, 3)}S"'


def _limited(name: str, content: bytes, texts: Mapping[str, str]) -> bytes:
    if not name.endswith(".dmn"):
        return content
    root = fromstring(content)
    for table in root.iter(f"{{{DMN}}}decisionTable"):
        _limit(table, texts)
    return _written(root)


def _limit(table: Element, texts: Mapping[str, str]) -> None:
    """Give every rule of a table the demonstration's value in the columns that have one."""
    columns = [one.get("name") or "" for one in table.iter(f"{{{DMN}}}output")]
    for rule in table.iter(f"{{{DMN}}}rule"):
        for name, entry in zip(columns, rule.iter(f"{{{DMN}}}outputEntry"), strict=True):
            text = entry.find(f"{{{DMN}}}text")
            if name in texts and text is not None:
                text.text = texts[name]


def _written(root: Element) -> bytes:
    register_namespace("", DMN)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written
