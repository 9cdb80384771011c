"""Our own processes in a stack: migrations, worker, API, flows (门)."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from stack import prefect, temporal
from stack.part import Part
from stack.plan import Plan

BEFORE_ALL_STARTS = datetime.fromtimestamp(0, UTC)


def doors(plan: Plan) -> list[Part]:
    """Return the doors in the order of their start."""
    # Only what a door needs is told to it: the owner's rights are for two of them.
    return [_migrations(plan), _worker(plan), _api(plan), _flows(plan)]


def _owner(plan: Plan) -> dict[str, str]:
    return plan.environment | {"BIHUAN_OWNER_DATABASE_URL": plan.owner_url}


def _migrations(plan: Plan) -> Part:
    demo = {
        "BIHUAN_DEMO_PEOPLE": str(plan.wants_demo_people).lower(),
        "BIHUAN_DEMO_LOGINS_FILE": str(plan.settings.demo_logins_path),
    }
    return Part(
        "migrations",
        (sys.executable, "-m", "migrations"),
        environment=_owner(plan) | demo,
        needs=("postgres",),
    )


def _worker(plan: Plan) -> Part:
    settings = plan.settings
    address = plan.environment["BIHUAN_TEMPORAL_ADDRESS"]
    began = _Start()

    async def ready() -> bool:
        # Clocks of other machines differ: only our own server's times are compared with ours.
        since = began.at if "temporal" in plan.ports else BEFORE_ALL_STARTS
        return await temporal.has_poller(
            address, settings.temporal_namespace, settings.task_queue, since
        )

    return Part(
        "worker",
        (sys.executable, "worker.py"),
        environment=plan.environment,
        needs=("migrations", "temporal"),
        prepare=began.note,
        ready=ready,
    )


def _api(plan: Plan) -> Part:
    settings = plan.settings
    ports = {name: plan.ports[name] for name in ("api",) if name in plan.ports}
    inside = f"http://{settings.api_host}:{plan.ports.get('api', settings.api_port)}"
    public = settings.public_url or inside
    if ports:
        plan.addresses |= {"api": public, "docs": f"{public}/docs"}
    address = {
        "BIHUAN_API_HOST": settings.api_host,
        "BIHUAN_API_PORT": str(plan.ports.get("api", settings.api_port)),
    }
    # Links in messages name the API, whichever door sends them.
    plan.environment["BIHUAN_PUBLIC_URL"] = public
    return Part(
        "api",
        (sys.executable, "-m", "api"),
        environment=plan.environment | address,
        needs=("migrations", "temporal"),
        ports=ports,
        ready=lambda: prefect.answers(f"{inside}/api/health"),
    )


def _flows(plan: Plan) -> Part:
    url = plan.environment["BIHUAN_PREFECT_API_URL"]
    began = _Start()

    async def ready() -> bool:
        return await prefect.serves(url, began.at if "prefect" in plan.ports else BEFORE_ALL_STARTS)

    return Part(
        "flows",
        (sys.executable, "-m", "flows"),
        environment=_owner(plan),
        needs=("migrations", "prefect"),
        prepare=began.note,
        ready=ready,
    )


class _Start:
    """The moment at which a part was last started."""

    at = BEFORE_ALL_STARTS

    async def note(self) -> None:
        """Note that it starts now."""
        self.at = datetime.now(UTC)
