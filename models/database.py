"""The connection to PostgreSQL."""

import json
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url


def engine(url: str, *, pool_size: int = 8, application_name: str = "bihuan") -> Engine:
    """A pool of connections to the database at `url`.

    Sessions speak UTC. Connections are probed when they leave the pool, so that a restart of
    PostgreSQL costs the next caller nothing. What is given back after `dispose` is closed: a thread
    that nobody waits for any longer may be the last to have one.
    """
    address = make_url(url)
    if address.drivername in {"postgresql", "postgres"}:
        address = address.set(drivername="postgresql+psycopg")
    made = create_engine(
        address,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        # The values of a failed statement may be personal, and its message goes to the log.
        hide_parameters=True,
        json_serializer=compact_json,
        connect_args={
            "application_name": application_name,
            "connect_timeout": 10,
            "options": "-c timezone=UTC",
        },
    )
    _close_what_comes_back_late(made)
    return made


def _close_what_comes_back_late(made: Engine) -> None:
    # The pool that `dispose` leaves behind would take a connection back and be forgotten with it.
    disposals = 0

    def count(_: Engine) -> None:
        nonlocal disposals
        disposals += 1

    def note(_: object, record: Any) -> None:
        record.info["disposals"] = disposals

    def look(_: object, record: Any) -> None:
        if record.info.get("disposals") != disposals:
            record.invalidate()

    event.listen(made, "engine_disposed", count)
    event.listen(made, "connect", note)
    event.listen(made, "checkin", look)


def compact_json(value: Any) -> str:
    """`value` as JSON without spaces, Chinese as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
