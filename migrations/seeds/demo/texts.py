"""What invented customers write."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_TEXTS = Path(__file__).with_name("texts.csv")


@dataclass(frozen=True)
class DemoText:
    """A feedback text (演示反馈) with what its writer would choose beside it.

    Attributes:
        type, category: what it is about, in the codes of the keyword library.
        product: None where no product is meant.
    """

    text: str
    type: str
    category: str
    product: str | None
    urgency: str
    channel: str
    region: str


@cache
def demo_texts() -> tuple[DemoText, ...]:
    """Return all texts, mixed as they would come in."""
    with _TEXTS.open(encoding="utf-8", newline="") as file:
        return tuple(
            DemoText(**{name: value or None for name, value in row.items()})  # type: ignore[arg-type]
            for row in csv.DictReader(file)
        )
