"""A request sent twice is done once: the header `Idempotency-Key` (幂等)."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Any, TypeVar
from uuid import UUID, uuid4, uuid5

from anyio import to_thread
from fastapi import Header
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from pydantic_core import PydanticSerializationError
from sqlalchemy.orm import Session

from api.means import Means
from api.problem import Problem
from models import idempotency_key
from models.idempotency_key import Claim

KeyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="Sent again with the same key, a request is answered as before; 7 days.",
        examples=["7b3c1e0a-3f4e-4d57-9d0b-1f6a7f1c2d3e"],
    ),
]
_NAMESPACE = UUID("9b0c0a2e-6f0f-5a6f-8d38-6e0f4f3f6a55")
_NO_CONTENT = 204
T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """What is answered, as it is kept: status, JSON content, and whether it was given before."""

    status: int
    content: Any = None
    replayed: bool = False

    def response(self, **headers: str) -> Response:
        """Return the answer for the client."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.replayed:
            sent["Idempotent-Replayed"] = "true"
        if self.status == _NO_CONTENT:
            return Response(status_code=self.status, headers=sent)
        return JSONResponse(self.content, self.status, sent)


@dataclass(frozen=True)
class Once:
    """One request that is to be done once.

    Attributes:
        principal: the username, or a digest of the address of somebody unknown.
        route: which verb on which thing.
        key: what the client sent, None without the header.
        digest: of the body, keyed, since a body may hold personal data.
    """

    principal: str
    route: str
    key: str | None
    digest: str
    at: datetime

    def command_id(self) -> str:
        """Return the id of the command that the request becomes: the same for a repetition."""
        if self.key is None:
            return str(uuid4())
        return str(uuid5(_NAMESPACE, f"{self.principal}|{self.route}|{self.key}"))

    def begin(self, session: Session) -> Answer | None:
        """Claim the key; return the answer that was given before.

        Raises:
            Problem: `idempotency_key_reused`, if it came with another body.
        """
        if self.key is None:
            return None
        own = (self.principal, self.route, self.key)
        found = idempotency_key.reserve(session, *own, body_digest=self.digest, at=self.at)
        if found.claim is Claim.OTHER_BODY:
            raise Problem("idempotency_key_reused")
        if found.claim is Claim.ANSWERED and found.status_code is not None:
            return Answer(found.status_code, found.answer, replayed=True)
        # A claim without an answer is a request that died, or one under way. Going on is safe:
        # it has the same command id, or its transaction is over.
        return None

    def keep(self, session: Session, answer: Answer) -> None:
        """Keep the answer for those who ask again."""
        if self.key is not None:
            own = (self.principal, self.route, self.key)
            given = {"status_code": answer.status, "answer": answer.content}
            idempotency_key.keep_answer(session, *own, **given)

    def release(self, session: Session) -> None:
        """Give the key back, since nothing was done."""
        if self.key is not None:
            idempotency_key.release(session, self.principal, self.route, self.key)


def once(
    means: Means, principal: str, route: str, key: str | None, body: BaseModel | None = None
) -> Once:
    """Return the handle on one request."""
    return Once(principal, route, key, keyed_digest(means, _text(body)), means.now())


def _text(body: BaseModel | None) -> bytes:
    if body is None:
        return b""
    try:
        return body.model_dump_json(exclude_unset=True).encode()
    except PydanticSerializationError:
        # Half of a surrogate pair: whoever looks at the fields says which.
        return repr(body.model_dump(exclude_unset=True)).encode()


def keyed_digest(means: Means, text: bytes) -> str:
    """Return a digest that nobody without our key can try texts on."""
    return hmac.new(means.link_key, b"digest|" + text, "sha256").hexdigest()


async def carry_out(means: Means, asked: Once, work: Callable[[], Awaitable[Answer]]) -> Answer:
    """Do the work of a request unless it was done before; what was refused frees the key."""
    if asked.key is None:
        return await work()
    if (earlier := await in_transaction(means, asked.begin)) is not None:
        return earlier
    try:
        answer = await work()
    except Problem as problem:
        # While it is open what became of the command, the key stays bound to this body.
        if problem.code != "instance_busy":
            await in_transaction(means, asked.release)
        raise
    await in_transaction(means, partial(_keep, asked, answer))
    return answer


def _keep(asked: Once, answer: Answer, session: Session) -> None:
    asked.keep(session, answer)


async def in_transaction(means: Means, work: Callable[[Session], T]) -> T:
    """Do database work in a thread and commit it."""

    def run() -> T:
        with Session(means.engine, expire_on_commit=False) as session, session.begin():
            return work(session)

    return await to_thread.run_sync(run)
