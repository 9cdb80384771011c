"""What an agent does at the desk, over HTTP, and how long each answer took (坐席操作)."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx

from bench.office import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.office import Agent

_TASKS = "/v2/user-tasks"
_PAGE = 50
# The number as people remember it: its end.
_TAIL = 4
SEARCHES = ("queue", "claimable", "overdue", "number", "counters")


@dataclass
class Timings:
    """Seconds by act, those of searches by kind as well, and what was refused (耗时)."""

    acts: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    searches: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    refused: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Pace:
    """How often an agent acts, in seconds, and the moment after which nobody does (节奏)."""

    every: float
    until: float


@dataclass(frozen=True)
class Work:
    """One task that an agent is to bring to its end (待办)."""

    key: int
    number: str


class Desk:
    """One agent, logged in, with the tasks that they will claim and complete."""

    def __init__(
        self, client: httpx.AsyncClient, agent: Agent, place: int, timings: Timings
    ) -> None:
        self._client = client
        self._agent = agent
        self._place = place
        self._timings = timings
        self._looks = 0

    async def log_in(self) -> None:
        """Get a session, as people do."""
        body = {"username": self._agent.username, "password": PASSWORD}
        answer = await self._client.post("/api/login", json=body)
        answer.raise_for_status()
        self._client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        # What the console shows then; not counted, as nothing is before everybody is there.
        for path in ("me", "me/counters"):
            (await self._client.get(f"{_TASKS}/{path}")).raise_for_status()

    async def work(self, todo: Sequence[Work], pace: Pace, *, first: float) -> None:
        """Do one act after another until all tasks are done, whatever acts take.

        `first` is seconds before the first one, so that agents do not act in step.
        """
        begins = time.monotonic() + first
        acts = [(act, task) for task in todo for act in ("search", "open", "claim", "complete")]
        for number, (act, task) in enumerate(acts):
            await asyncio.sleep(max(0.0, begins + number * pace.every - time.monotonic()))
            if time.monotonic() > pace.until:
                return
            await self._act(act, task)

    async def _act(self, act: str, task: Work) -> None:
        kind = ""
        if act == "search":
            # Each kind comes round with each agent, in another order.
            kind = SEARCHES[(self._looks + self._place) % len(SEARCHES)]
            self._looks += 1
        method, path, body = self._request(kind or act, task)
        began = time.perf_counter()
        try:
            answer = await self._client.request(method, path, json=body)
        except httpx.TransportError as error:
            self._timings.refused[f"{act} {type(error).__name__}"] += 1
            return
        took = time.perf_counter() - began
        if answer.is_error:
            self._timings.refused[f"{act} {answer.status_code}"] += 1
            return
        self._timings.acts[act].append(took)
        if kind:
            self._timings.searches[kind].append(took)

    def _request(self, what: str, task: Work) -> tuple[str, str, dict[str, Any] | None]:
        found = {
            "open": ("GET", f"{_TASKS}/{task.key}", None),
            "claim": (
                "POST",
                f"{_TASKS}/{task.key}/assignment",
                {"assignee": self._agent.username},
            ),
            "complete": ("POST", f"{_TASKS}/{task.key}/completion", {}),
            "queue": ("GET", f"{_TASKS}/me?limit={_PAGE}", None),
            "claimable": ("GET", f"{_TASKS}/me?queue=claimable&limit={_PAGE}", None),
            "counters": ("GET", f"{_TASKS}/me/counters", None),
        }
        if what in found:
            return found[what]
        return "POST", f"{_TASKS}/search", _asked(what, task)


def _asked(what: str, task: Work) -> dict[str, Any]:
    wanted: dict[str, Any] = {"feedbackNumber": {"$like": f"*{task.number[-_TAIL:]}*"}}
    if what == "overdue":
        wanted = {"dueDate": {"$lt": datetime.now(UTC).isoformat()}}
    return {
        "filter": {"state": "CREATED", **wanted},
        "sort": [{"field": "dueDate", "order": "ASC"}],
        "page": {"limit": _PAGE},
    }
