"""What an import found wrong, and what became of the rest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """A cell that cannot be taken (导入问题): the line of its row in the file, column and code.

    It never holds the cell's text, so that it may be shown and logged.
    """

    line: int
    column: str
    code: str


@dataclass(frozen=True)
class Record:
    """A row whose cells could be read; what its columns hold by our names."""

    line: int
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What an import did (导入结果).

    Attributes:
        ignored_columns: how many columns of the file nobody asked for.
    """

    kind: str
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    findings: tuple[Finding, ...] = ()
    ignored_columns: int = 0

    @property
    def rejected(self) -> int:
        """How many rows were left out."""
        return len({one.line for one in self.findings})

    def counts(self) -> dict[str, Any]:
        """Return the kind and the numbers."""
        named = ("kind", "inserted", "updated", "unchanged", "rejected", "ignored_columns")
        return {name: getattr(self, name) for name in named}


class SheetError(Exception):
    """The file as a whole cannot be read; `code` says why, `data` where."""

    def __init__(self, code: str, **data: Any) -> None:
        super().__init__(code)
        self.code = code
        self.data = data


class RejectedError(Exception):
    """Some rows are bad and all or nothing was asked for: nothing was taken."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(f"{outcome.rejected} rows")
        self.outcome = outcome
