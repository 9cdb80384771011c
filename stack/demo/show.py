"""What the demonstration shows: progress while it plays, then a table, or JSON Lines (展示)."""

from __future__ import annotations

import json
import sys
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from stack.demo.life import Life

Cells = tuple[str, str, str, str, str, str]
STATES = {
    "pending": "待处理",
    "processing": "处理中",
    "resolved": "已解决",
    "second_followup": "二次跟进",
    "closed": "已闭环",
    "archived": "归档",
    "withdrawn": "已撤回",
}
HEADING: Cells = ("编号", "场景", "经过的状态", "秒", "结果", "到期的定时器")


@dataclass(frozen=True)
class Played:
    """A life and what is wrong with it (已演场景)."""

    title: str
    life: Life
    problems: tuple[str, ...]


@dataclass
class Progress:
    """Lines about what happens, on standard error where standard output is for JSON (进度)."""

    as_json: bool
    _began: float = field(default_factory=time.monotonic)

    def say(self, text: str) -> None:
        """Tell what happens now."""
        seconds = time.monotonic() - self._began
        stream = sys.stderr if self.as_json else sys.stdout
        stream.write(f"{seconds:6.1f} s  {text}\n")
        stream.flush()

    def ended(self, played: Played) -> None:
        """Tell that a life is over; its JSON line at once."""
        word = "ok" if not played.problems else "WRONG"
        self.say(f"{played.life.number}  {played.life.scenario}  {word}")
        if self.as_json:
            sys.stdout.write(json.dumps(played.life.line(), ensure_ascii=False) + "\n")
            sys.stdout.flush()


def table(rows: Sequence[Played]) -> str:
    """Return the table of all lives, and under it what was wrong."""
    cells = [HEADING, *(_cells(row) for row in rows)]
    widths = [max(_width(row[place]) for row in cells) for place in range(len(cells[0]))]
    lines = ["  ".join(map(_padded, row, widths)).rstrip() for row in cells]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join([*lines, *wrong(rows)])


def wrong(rows: Sequence[Played]) -> list[str]:
    """Return a line for everything that was not as promised."""
    return [
        f"{row.life.number or '-'} {row.life.scenario}: {problem}"
        for row in rows
        for problem in row.problems
    ]


def _cells(row: Played) -> Cells:
    life = row.life
    result = "不符" if row.problems else "符合"
    passed = ">".join(STATES.get(one, one) for one in life.states)
    fired = _counted(life.fired)
    return (life.number, row.title, passed, f"{life.seconds}", result, fired)


def _counted(words: Sequence[str]) -> str:
    """Return each word once, with how often it is there."""
    times = {word: words.count(word) for word in words}
    return " ".join(word if count == 1 else f"{word} x{count}" for word, count in times.items())


def _width(text: str) -> int:
    """Return the columns of a terminal that a text takes: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
