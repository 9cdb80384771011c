"""What every command (命令) has: who asks, a name for it, and when it must be refused."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from bpmn.state import State


# Far deeper than any form or message, and far from where copying one would fail.
MAX_DEPTH = 100


def is_deeper(value: Any, limit: int) -> bool:
    """Tell whether lists and contexts lie deeper in one another than so many levels."""
    level = [value]
    for _ in range(limit):
        level = [
            inner
            for one in level
            if isinstance(one, list | dict)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return False
    return True


class Rejection(Exception):  # noqa: N818 (the standard word of Zeebe for a refused command)
    """The command cannot be carried out now: `code` and data, nothing has changed."""

    def __init__(self, code: str, **data: Any) -> None:
        super().__init__(code)
        self.code = code
        self.data = data


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What is asked; `id` makes a repetition recognisable, `actor` is the user name or ""."""

    kind: ClassVar[str] = ""
    id: str
    actor: str = ""

    def check(self, state: State) -> None:
        """Raise `Rejection` if the state forbids the command."""

    def to_json(self) -> dict[str, Any]:
        """Return the command as a JSON object with its `kind`."""
        return {"kind": self.kind, **asdict(self)}
