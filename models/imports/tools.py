"""What taking rows needs beside the database."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from models.imports.findings import Finding
from models.key_source import KeySource
from models.vault import Vault


@dataclass(frozen=True)
class Tools:
    """Vault and keys (导入所需)."""

    vault: Vault
    key_source: KeySource


@dataclass
class Intake:
    """One import under way: what it may use, and what it has found and done.

    Attributes:
        demo: whether the rows are invented ones; they and real ones never touch.
        done: how many rows were `inserted`, `updated` and `unchanged`.
    """

    session: Session
    tools: Tools
    at: datetime
    demo: bool = False
    findings: list[Finding] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)

    def refuse(self, line: int, column: str, code: str) -> None:
        """Note that a row cannot be taken."""
        self.findings.append(Finding(line, column, code))
