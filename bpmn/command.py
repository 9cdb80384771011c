"""What every command (命令) has: who asks, a name for it, and when it must be refused."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from bpmn.state import State


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
