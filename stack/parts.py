"""The servers of a stack, as its settings say (服务器部件)."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping

import psycopg
from temporalio.service import RPCError

from settings import Settings
from stack import prefect, temporal
from stack.doors import doors
from stack.errors import StackError
from stack.part import Part
from stack.plan import Plan, base_environment
from stack.postgres import APPLICATION, OWNER, PREFECT, Cluster, check_text_search
from stack.processes import MARK
from stack.temporal import TemporalServer


def make_plan(settings: Settings, ports: Mapping[str, int]) -> Plan:
    """Lay out all parts in the order of their start."""
    plan = Plan(settings, ports, base_environment(settings))
    _add_postgres(plan)
    _add_temporal(plan)
    _add_prefect(plan)
    plan.parts += [door for door in doors(plan) if door.name in settings.parts]
    return plan


async def check_external(settings: Settings) -> None:
    """Check the servers that this stack uses but does not start."""
    if settings.database_url:
        url = settings.owner_database_url or settings.database_url
        try:
            await asyncio.to_thread(check_text_search, url)
        except psycopg.Error as error:
            raise StackError(f"the database cannot be used: {error}") from error
    if settings.temporal_address:
        await ensure_retention(settings, settings.temporal_address)


async def ensure_retention(settings: Settings, address: str) -> None:
    """Make the namespace keep closed workflows as long as the settings promise."""
    try:
        await temporal.ensure_namespace(
            address, settings.temporal_namespace, settings.temporal_retention_days
        )
    except (RPCError, RuntimeError) as error:
        raise StackError(f"the namespace at {address} cannot be set up: {error}") from error


def _add_postgres(plan: Plan) -> None:
    if "postgres" not in plan.ports:
        plan.environment["BIHUAN_DATABASE_URL"] = plan.settings.database_url
        plan.owner_url = plan.settings.owner_database_url
        return
    cluster = plan.cluster = Cluster(plan.home, port=plan.ports["postgres"])
    plan.owner_url = cluster.url(OWNER)
    plan.environment["BIHUAN_DATABASE_URL"] = cluster.url(APPLICATION)
    plan.addresses["postgres"] = f"127.0.0.1:{cluster.port}"

    async def settle() -> None:
        try:
            await asyncio.to_thread(cluster.bootstrap)
        except psycopg.Error as error:
            raise StackError(f"the database cannot be set up: {error}") from error

    plan.parts.append(
        Part(
            "postgres",
            tuple(cluster.command()),
            environment={name: plan.environment[name] for name in ("PATH", MARK)},
            ports={"postgres": cluster.port},
            user=cluster.user,
            prepare=lambda: asyncio.to_thread(cluster.prepare),
            ready=lambda: asyncio.to_thread(cluster.ready),
            settle=settle,
            stop_signal=signal.SIGINT,
            death_signal=signal.SIGINT,
            stop_seconds=30,
        )
    )


def _add_temporal(plan: Plan) -> None:
    settings = plan.settings
    plan.environment["BIHUAN_TEMPORAL_ADDRESS"] = settings.temporal_address
    if "temporal" not in plan.ports:
        return
    server = TemporalServer(
        plan.ports["temporal"],
        ui_port=plan.ports["temporal_ui"],
        database=plan.home / "temporal.db",
        namespace=settings.temporal_namespace,
    )
    plan.environment["BIHUAN_TEMPORAL_ADDRESS"] = server.address
    plan.addresses["temporal"] = server.address
    plan.addresses["temporal_ui"] = f"http://127.0.0.1:{server.ui_port}"
    plan.parts.append(
        Part(
            "temporal",
            tuple(server.command()),
            environment=dict(plan.environment),
            ports={name: plan.ports[name] for name in ("temporal", "temporal_ui")},
            ready=lambda: temporal.answers(server.address, server.namespace),
            settle=lambda: ensure_retention(settings, server.address),
        )
    )


def _add_prefect(plan: Plan) -> None:
    folder = plan.home / "prefect"
    url = plan.settings.prefect_api_url
    if "prefect" in plan.ports:
        port = plan.ports["prefect"]
        url = prefect.api_url(port)
        database = prefect.server_environment(folder, port, _prefect_database(plan))
        plan.addresses["prefect"] = url.removesuffix("/api")
        plan.parts.append(
            Part(
                "prefect",
                prefect.server_command(port),
                environment=plan.environment | database,
                needs=("postgres",),
                ports={"prefect": port},
                ready=lambda: prefect.answers(f"{url}/health"),
            )
        )
    plan.environment |= {"BIHUAN_PREFECT_API_URL": url, **prefect.client_environment(folder, url)}


def _prefect_database(plan: Plan) -> str:
    if plan.settings.prefect_database_url:
        return plan.settings.prefect_database_url
    if plan.cluster is not None:
        return plan.cluster.url(PREFECT, "prefect", driver="asyncpg")
    return f"sqlite+aiosqlite:///{plan.home / 'prefect.db'}"
