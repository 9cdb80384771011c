"""The connection to PostgreSQL."""

import json
from typing import Any

from sqlalchemy import Engine, create_engine, make_url


def engine(url: str, *, pool_size: int = 8, application_name: str = "bihuan") -> Engine:
    """A pool of connections to the database at `url`.

    Sessions speak UTC. Connections are probed when they leave the pool, so that a restart of
    PostgreSQL costs the next caller nothing.
    """
    address = make_url(url)
    if address.drivername in {"postgresql", "postgres"}:
        address = address.set(drivername="postgresql+psycopg")
    return create_engine(
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


def compact_json(value: Any) -> str:
    """`value` as JSON without spaces, Chinese as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
