"""Administrators are told when a flow has failed for good."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from sqlalchemy.exc import SQLAlchemyError

import settings
from channels.apprise_driver import AppriseDriver
from channels.errors import DeliveryError
from channels.post import Post
from flows.house import transaction
from models import candidate_group, notice, notice_delivery

if TYPE_CHECKING:
    from prefect import Flow
    from prefect.client.schemas.objects import FlowRun, State
    from sqlalchemy.orm import Session

CODE = "flow_failed"
ADMINISTRATORS = "role.administrator"

_log = logging.getLogger(__name__)


def tell_administrators(
    flow: Flow[Any, Any],
    flow_run: FlowRun,
    state: State[Any],  # noqa: ARG001 (its message may hold anything; Prefect keeps it)
) -> None:
    """Tell the administrators (失败通知) by inbox and by the configured addresses.

    Without a database, which may be what the flow failed of, the addresses are written to at once.
    """
    data = {"flow": flow.name, "run": str(flow_run.id)}
    addresses = settings.load().notice_urls
    try:
        with transaction() as session:
            at = datetime.now(UTC)
            record_failure(session, flow_run.id, data, at=at, addresses=len(addresses))
    except SQLAlchemyError as error:
        _log.warning("no database for the notice: %s", type(error).__name__)
        _write_at_once(data)


def record_failure(
    session: Session, run: UUID, data: dict[str, str], *, at: datetime, addresses: int
) -> None:
    """Put the notice into inboxes and owe it to the addresses; the same run is told once."""
    members = candidate_group.on_hand(session, ADMINISTRATORS, at)
    rows = {uuid5(run, f"{CODE}|{name}"): name for name in members}
    notice.put(session, rows, code=CODE, data=data, instance_key=None, at=at)
    cause = uuid5(run, CODE)
    notice_delivery.owe(session, cause, code=CODE, data=data, at=at, addresses=addresses)


def _write_at_once(data: dict[str, str]) -> None:
    chosen = settings.load()
    post = Post(
        chosen.notice_urls,
        schemas=chosen.notice_schemas,
        locale=chosen.locale,
        driver=AppriseDriver(),
    )
    for index in range(post.addresses):
        try:
            post.notify(index, CODE, data, chosen.locale)
        except DeliveryError as error:
            _log.warning("notice not delivered: %s to address %d: %s", CODE, index, error.code)
