"""A part of the stack: a server or a door that runs as one child process (部件)."""

from __future__ import annotations

import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Part:
    """What the supervisor has to know about one child.

    Without `ready` it is a task: it ends by itself, and has succeeded when it ends with 0.

    Attributes:
        needs: names of the parts that must be ready first; one that is not there is no hindrance.
        prepare: runs before each start.
        ready: a real call that says whether the part does its work.
        settle: runs after each start, as soon as the part answers.
        stop_signal: asks the part to end; also sent by the kernel if the supervisor is killed.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    needs: tuple[str, ...] = ()
    ports: Mapping[str, int] = field(default_factory=dict)
    user: str | None = None
    prepare: Callable[[], Awaitable[None]] | None = None
    ready: Callable[[], Awaitable[bool]] | None = None
    settle: Callable[[], Awaitable[None]] | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    stop_seconds: float = 20.0
    ready_seconds: float = 120.0
    tries: int = 4
