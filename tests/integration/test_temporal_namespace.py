"""The namespace on the real server."""

from datetime import UTC, datetime, timedelta

import pytest

from stack.ports import free_port
from stack.temporal import NAMESPACE, answers, ensure_namespace, has_poller, retention

pytestmark = pytest.mark.integration


async def test_the_retention_of_the_namespace_is_corrected_once(temporal_server: str) -> None:
    await ensure_namespace(temporal_server, NAMESPACE, days=1)

    changed = await ensure_namespace(temporal_server, NAMESPACE, days=90)
    again = await ensure_namespace(temporal_server, NAMESPACE, days=90)

    assert changed
    assert not again
    assert await retention(temporal_server, NAMESPACE) == timedelta(days=90)


async def test_a_namespace_that_is_not_there_is_made(temporal_server: str) -> None:
    assert not await answers(temporal_server, "fresh")

    await ensure_namespace(temporal_server, "fresh", days=7)

    assert await retention(temporal_server, "fresh") == timedelta(days=7)


async def test_a_server_that_is_not_there_does_not_answer() -> None:
    assert not await answers(f"127.0.0.1:{free_port()}", NAMESPACE)


async def test_a_queue_that_nobody_asks_has_no_poller(temporal_server: str) -> None:
    assert not await has_poller(temporal_server, NAMESPACE, "empty", datetime.now(UTC))
