"""The API on a real database with real steps; only Temporal is left out: commands run at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from activities.advance import Advance
from activities.contracts import AdvanceRequest, PerformRequest
from activities.definitions import Definitions
from activities.house import House, calendars
from activities.perform import Perform
from activities.registry import HANDLERS
from api.means import Means
from api.rate_limit import RateLimiter
from audit.histories import HistoryGoneError
from audit.history import Batch, Memory
from bpmn.apply import replay
from bpmn.commands import (
    Command,
    CompleteJob,
    FireTimers,
    Rejection,
    from_json,
)
from bpmn.state import State
from bpmn.variables import visible
from channels.null import Null
from channels.post import Post
from models import audit_record, person
from models.key_source import FileKeySource
from models.person import ROLES, Person
from models.vault import Vault
from workflows.messages import CommandRejectedError, InstanceBusyError, InstanceGoneError

LINK_KEY = b"l" * 32
PASSWORD = "a password for tests"
# Hashing takes 30 ms; everybody in the tests has the same password.
_HASH = person.hash_password(PASSWORD)
PHONE = "13812345678"
NAME = "欧阳测试"
TELL = {
    "customer_name": NAME,
    "contact": PHONE,
    "type": "repair",
    "product": "X200",
    "description": f"机器无法开机，请打电话 {PHONE} 找我。",
    "urgency": "urgent",
    "region": "华东",
    "order_number": "SO-1",
}


@dataclass
class Clock:
    """A clock that tests move."""

    at: datetime = field(default_factory=lambda: datetime(2026, 9, 21, 2, 0, tzinfo=UTC))

    def now(self) -> datetime:
        """Return the time, a little later each time."""
        self.at += timedelta(milliseconds=1)
        return self.at


class Instances:
    """What workflow and worker do, in this thread: the real engine on the real database."""

    def __init__(self, engine: Engine, house: House, clock: Clock) -> None:
        self._engine = engine
        self._house = house
        self._clock = clock
        self.sent: list[Command] = []
        self.away = False
        # How many commands still meet a busy instance; whether it never says what it did.
        self.busy_for = 0
        self.mute = False
        # What Temporal would remember of each instance.
        self.batches: dict[int, list[Batch]] = {}

    async def send(self, workflow_id: str, command: Command) -> None:
        """Carry out a command as `workflows.messages.send` does."""
        if self.away:
            raise InstanceBusyError
        if self.busy_for:
            self.busy_for -= 1
            raise InstanceBusyError
        key = int(workflow_id.removeprefix("feedback-"))
        state = self._state(key)
        if state.phase == "new" or state.ended:
            raise InstanceGoneError
        try:
            command.check(state)
        except Rejection as rejection:
            raise CommandRejectedError(rejection.code, rejection.data) from None
        self.sent.append(command)
        self.advance(key, command)
        if self.mute:
            raise InstanceBusyError

    async def recall(self, workflow_id: str) -> Memory:
        """Tell what was committed, as `audit.histories.recall` does."""
        if self.away:
            raise RuntimeError
        key = int(workflow_id.removeprefix("feedback-"))
        if key not in self.batches:
            raise HistoryGoneError(workflow_id)
        return Memory(self.batches[key], [], closed=self._state(key).ended)

    def start_all(self) -> None:
        """Start what intake owes."""
        owed = "SELECT instance_key, payload FROM start_request WHERE acknowledged_at IS NULL"
        with Session(self._engine) as session, session.begin():
            rows = session.execute(text(owed)).all()
            session.execute(text("UPDATE start_request SET acknowledged_at = now()"))
        for row in rows:
            self.advance(row.instance_key, from_json(row.payload))

    def ring(self, key: int) -> None:
        """Fire what is due now."""
        self.advance(key, FireTimers(id=f"timers:{self._clock.now().isoformat()}"))

    def advance(self, key: int, command: Command) -> None:
        """Run one command to the next wait, then the steps that left the batch."""
        state = self._state(key)
        request = AdvanceRequest(state.to_json(), command.to_json(), self._now())
        result = Advance(self._house, HANDLERS).advance(request)
        if result.rejection:
            data = dict(result.rejection)
            raise CommandRejectedError(data.pop("code"), data)
        if result.records:
            done = Batch(command.to_json(), result.records)
            self.batches.setdefault(key, []).append(done)
        self._perform(key)

    def _perform(self, key: int) -> None:
        state = self._state(key)
        for job in list(state.jobs.values()):
            host = state.elements[job.host]
            request = PerformRequest(
                key,
                state.definition,
                state.calendar,
                job.key,
                job.type,
                host.process,
                job.element,
                visible(state, job.host),
            )
            done = Perform(self._house, HANDLERS).perform(request)
            self.advance(
                key, CompleteJob(id=f"job:{job.key}", key=job.key, variables=done.variables)
            )

    def _state(self, key: int) -> State:
        with Session(self._engine) as session:
            records = audit_record.read(session, key)
        return replay(key, records) if records else State(key, last_key=key)

    def _now(self) -> str:
        return self._clock.now().isoformat()


@dataclass
class Door:
    """The API with what stands behind it."""

    client: httpx.AsyncClient
    means: Means
    instances: Instances
    clock: Clock
    engine: Engine
    tokens: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    async def headers(self, username: str) -> dict[str, str]:
        """Return the header of somebody who has logged in."""
        known = self.tokens.get(username)
        if known is None or known[1] < self.clock.at:
            given = {"username": username, "password": PASSWORD}
            answer = await self.client.post("/api/login", json=given)
            assert answer.status_code == 200, answer.text
            expires_at = datetime.fromisoformat(answer.json()["expires_at"])
            self.tokens[username] = known = (answer.json()["token"], expires_at)
        return {"Authorization": f"Bearer {known[0]}"}

    async def call(
        self, username: str, method: str, path: str, json: Any = None, **headers: str
    ) -> httpx.Response:
        """Send any request as somebody."""
        sent = await self.headers(username)
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.request(method, path, json=json, headers=sent)

    async def get(self, username: str, path: str, **more: Any) -> httpx.Response:
        """Ask for something as somebody."""
        return await self.client.get(path, headers=await self.headers(username), **more)

    async def post(
        self, username: str, path: str, json: Any = None, **headers: str
    ) -> httpx.Response:
        """Post something as somebody."""
        return await self.call(username, "POST", path, json, **headers)

    async def receive(self, **changes: Any) -> str:
        """Receive an item and start its process; return the number."""
        answer = await self.client.post("/api/feedback", json=TELL | changes)
        assert answer.status_code == 201, answer.text
        self.instances.start_all()
        return str(answer.json()["number"])

    async def task(self, number: str, username: str = "lead") -> dict[str, Any]:
        """Return the one open task of an item."""
        asked = {"filter": {"feedbackNumber": number, "state": "CREATED"}}
        answer = await self.post(username, "/v2/user-tasks/search", asked)
        assert answer.status_code == 200, answer.text
        [task] = answer.json()["items"]
        return dict(task)

    async def complete(self, number: str, username: str, **variables: Any) -> str:
        """Complete the open task of an item; return its key."""
        key = str((await self.task(number))["userTaskKey"])
        answer = await self.post(
            username, f"/v2/user-tasks/{key}/completion", {"variables": variables}
        )
        assert answer.status_code == 204, answer.text
        return key


# Username: department and roles. There is one person of each role, and some more.
PEOPLE: dict[str, tuple[str, tuple[str, ...]]] = {
    **{f"the_{role}": ("management", (role,)) for role in ROLES},
    "lead": ("service", ("team_lead",)),
    "spec": ("service", ("specialist",)),
    "tech": ("technical", ("engineer",)),
    "tech_two": ("technical", ("engineer",)),
    "tech_head": ("technical", ("head",)),
    "log": ("logistics", ("staff",)),
    "audit": ("management", ("auditor",)),
    "owner": ("operations", ("process_owner",)),
    "other_owner": ("product", ("process_owner",)),
    "admin": ("management", ("administrator",)),
}


def add_people(engine: Engine) -> None:
    """Insert the people of the tests."""
    with Session(engine) as session, session.begin():
        for number, (username, (department, roles)) in enumerate(PEOPLE.items()):
            session.add(
                Person(
                    username=username,
                    display_name=username,
                    staff_number=f"T{number:03d}",
                    department=department,
                    roles=list(roles),
                    password_hash=_HASH,
                )
            )


def make_means(engine: Engine, clock: Clock) -> tuple[Means, Instances]:
    """Return what the API works with, and the instances behind it."""
    key_source = FileKeySource({1: b"e" * 32})
    vault, definitions = Vault(key_source), Definitions(engine)
    house = House(
        engine=engine,
        vault=vault,
        definitions=definitions,
        post=Post((), schemas=(), driver=Null()),
        calendar=calendars(engine),
        public_url="http://bihuan.test",
        link_key=LINK_KEY,
    )
    instances = Instances(engine, house, clock)

    async def temporal_answers() -> bool:
        return not instances.away

    means = Means(
        engine=engine,
        vault=vault,
        key_source=key_source,
        definitions=definitions,
        calendar=house.calendar,
        send=instances.send,
        recall=instances.recall,
        temporal_answers=temporal_answers,
        link_key=LINK_KEY,
        now=clock.now,
        one_pair_of_eyes=True,
        patience=0.3,
        login_limit=RateLimiter(1000),
    )
    return means, instances
