"""How long to wait before a part that ended is started again (退避)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Backoff:
    """Waits that double with each early end and begin anew after a long life (指数退避).

    All fields are seconds.
    """

    first: float = 0.5
    limit: float = 30.0
    steady: float = 60.0
    _next: float = 0.0

    def after(self, lived: float) -> float:
        """Return the wait after a life of this length."""
        if lived >= self.steady or not self._next:
            self._next = self.first
        wait = self._next
        self._next = min(wait * 2, self.limit)
        return wait
