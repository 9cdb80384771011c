"""The Temporal server: its command line and its namespace (工作流服务器)."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    DescribeTaskQueueRequest,
    RegisterNamespaceRequest,
    UpdateNamespaceRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from stack.binaries import program
from stack.errors import StackError
from stack.leash import leashed

HOST = "127.0.0.1"
NAMESPACE = "bihuan"
CALL_TIMEOUT = timedelta(seconds=5)
# 10 updates in flight an instance are the server's default; an item with many open tasks has more.
DYNAMIC_SETTINGS = {"history.maxInFlightUpdates": "100"}
PRAGMAS = {"journal_mode": "WAL", "synchronous": "NORMAL"}


class TemporalError(StackError):
    """The Temporal server does not start or does not answer."""


@dataclass(frozen=True)
class TemporalServer:
    """The real server of the Temporal command line, on 127.0.0.1 (服务器).

    Without a database file everything is kept in memory.
    """

    port: int
    ui_port: int | None = None
    database: Path | None = None
    namespace: str = NAMESPACE
    dynamic_settings: Mapping[str, str] | None = None

    @property
    def address(self) -> str:
        """Address for clients."""
        return f"{HOST}:{self.port}"

    def command(self) -> list[str]:
        """Return the command line of the server."""
        words = [program("temporal"), "server", "start-dev", "--ip", HOST]
        words += ["--port", str(self.port), "--namespace", self.namespace]
        words += ["--log-level", "warn", "--ui-disable-news-fetch"]
        words += ["--ui-port", str(self.ui_port)] if self.ui_port else ["--headless"]
        if self.database is not None:
            words += ["--db-filename", str(self.database)]
            for name, value in PRAGMAS.items():
                words += ["--sqlite-pragma", f"{name}={value}"]
        for name, value in (DYNAMIC_SETTINGS | dict(self.dynamic_settings or {})).items():
            words += ["--dynamic-config-value", f"{name}={value}"]
        return words

    def start(self, *, log: Path, seconds: float = 30.0) -> subprocess.Popen[bytes]:
        """Start the server as a child of this thread and wait until it answers."""
        with log.open("ab") as file:
            server = subprocess.Popen(
                leashed(self.command()),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )
        deadline = time.monotonic() + seconds
        while not asyncio.run(answers(self.address, self.namespace)):
            if server.poll() is not None or time.monotonic() > deadline:
                server.kill()
                raise TemporalError(f"Temporal did not start, see {log}")
            time.sleep(0.05)
        return server


async def connect(address: str, namespace: str = NAMESPACE) -> Client:
    """Return a client that connects at its first call."""
    return await Client.connect(address, namespace=namespace, lazy=True)


async def retention(address: str, namespace: str) -> timedelta | None:
    """Return how long closed workflows are kept; None if there is no such namespace.

    Raises:
        RPCError: the server does not answer.
    """
    client = await connect(address, namespace)
    request = DescribeNamespaceRequest(namespace=namespace)
    try:
        found = await client.workflow_service.describe_namespace(request, timeout=CALL_TIMEOUT)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    return found.config.workflow_execution_retention_ttl.ToTimedelta()


async def answers(address: str, namespace: str) -> bool:
    """Say whether the server knows the namespace: an open port alone is not readiness."""
    try:
        return await retention(address, namespace) is not None
    except (RPCError, RuntimeError):
        return False


async def ensure_namespace(address: str, namespace: str, days: int) -> bool:
    """Make the namespace, or correct how long it keeps closed workflows.

    Returns:
        Whether something had to be changed.
    """
    wanted = timedelta(days=days)
    found = await retention(address, namespace)
    if found == wanted:
        return False
    kept = Duration()
    kept.FromTimedelta(wanted)
    service = (await connect(address, namespace)).workflow_service
    if found is None:
        await service.register_namespace(
            RegisterNamespaceRequest(namespace=namespace, workflow_execution_retention_period=kept),
            timeout=CALL_TIMEOUT,
        )
    else:
        await service.update_namespace(
            UpdateNamespaceRequest(
                namespace=namespace, config=NamespaceConfig(workflow_execution_retention_ttl=kept)
            ),
            timeout=CALL_TIMEOUT,
        )
    return True


async def has_poller(address: str, namespace: str, task_queue: str, since: datetime) -> bool:
    """Say whether a worker has asked for workflow tasks on this queue since then.

    The server goes on listing a worker for minutes after it has gone.
    """
    client = await connect(address, namespace)
    request = DescribeTaskQueueRequest(
        namespace=namespace,
        task_queue=TaskQueue(name=task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    try:
        found = await client.workflow_service.describe_task_queue(request, timeout=CALL_TIMEOUT)
    except (RPCError, RuntimeError):
        return False
    return any(poller.last_access_time.ToDatetime(UTC) >= since for poller in found.pollers)
