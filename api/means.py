"""What the routes work with, made once when the door opens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Engine

from activities.definitions import Definitions
from api.attachment_rules import AttachmentRules
from api.audit_snapshots import Snapshots
from api.identity_provider import IdentityProvider
from api.login_rules import LoginRules
from api.part_probes import PartProbes
from api.rate_limit import RateLimiter
from audit.histories import HistoryGoneError
from audit.history import Memory
from bpmn.commands import Command
from models.key_source import KeySource
from models.vault import Vault
from models.working_calendar import WorkingCalendar
from settings import Settings

Send = Callable[[str, Command], Awaitable[None]]


async def _forgotten(workflow_id: str) -> Memory:
    raise HistoryGoneError(workflow_id)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Means:
    """Database, vault, definitions, calendars and the way to running instances.

    Attributes:
        engine: PostgreSQL as the application role.
        key_source: wraps the keys of the vault and derives those of blind indexes.
        calendar: the working calendar of a version.
        send: has a command carried out by a workflow, as `workflows.messages.send`.
        recall: what Temporal remembers of a workflow, as `audit.histories.recall`.
        temporal_answers: whether Temporal can be reached.
        link_key: signs the links that customers get.
        now: the clock.
        one_pair_of_eyes: whether a process owner may deploy without a second one's approval.
        time_scale: factor on every duration; 1 in earnest.
        patience: for how many seconds a busy instance is asked again.
        logins: how long logins hold, and by what cookie.
        provider: of logins by OpenID Connect, None without one.
        attachments: where files of items go, None without a folder.
        probes: ask the other parts whether they work.
        chosen: the settings, as they were when the door opened.
        snapshots: states of instances on the way, for those who replay them.
        intake_limit, login_limit, survey_limit: how often one address may knock.
    """

    engine: Engine
    vault: Vault
    key_source: KeySource
    definitions: Definitions
    calendar: Callable[[int], WorkingCalendar]
    send: Send
    temporal_answers: Callable[[], Awaitable[bool]]
    link_key: bytes
    recall: Callable[[str], Awaitable[Memory]] = _forgotten
    now: Callable[[], datetime] = _now
    one_pair_of_eyes: bool = False
    time_scale: float = 1.0
    patience: float = 10.0
    logins: LoginRules = field(default_factory=LoginRules)
    provider: IdentityProvider | None = None
    attachments: AttachmentRules | None = None
    probes: PartProbes = field(default_factory=PartProbes)
    chosen: Settings = field(default_factory=Settings, repr=False)
    snapshots: Snapshots = field(default_factory=Snapshots)
    intake_limit: RateLimiter = field(default_factory=lambda: RateLimiter(600))
    login_limit: RateLimiter = field(default_factory=lambda: RateLimiter(60))
    survey_limit: RateLimiter = field(default_factory=lambda: RateLimiter(120))


async def _means(request: Request) -> Means:
    # Not for waiting: what is not `async` would be sent to a thread for every request.
    found = request.app.state.means
    assert isinstance(found, Means)  # noqa: S101 (set before the first request)
    return found


MeansHere = Annotated[Means, Depends(_means)]
