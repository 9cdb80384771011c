"""An event log as OCEL 2.0 JSON, piece by piece: the file may be larger than the memory."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from audit.ocel_types import EVENT, OBJECTS
from models.database import compact_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from audit.ocel_log import EventLog
    from audit.ocel_types import Happening, Relation, Thing

MEDIA_TYPE = "application/json"
_PIECE = 256


def pieces(log: EventLog) -> Iterator[bytes]:
    """Yield the file; the types of events come last, since they are known only then."""
    yield b'{"objectTypes":'
    yield compact_json([_type(name, OBJECTS[name]) for name in OBJECTS]).encode()
    yield b',"objects":['
    yield from _joined(_object(one) for one in log.objects())
    yield b'],"events":['
    types: dict[str, None] = {}
    yield from _joined(_event(one, types) for one in log.events())
    yield b'],"eventTypes":'
    yield compact_json([_type(name, EVENT) for name in sorted(types)]).encode()
    yield b"}\n"


def moment(at: datetime) -> str:
    """Return an instant as the log writes it, UTC."""
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}Z"


def plain(value: Any) -> Any:
    """Return the value of an attribute; a day is its first instant."""
    if isinstance(value, datetime):
        return moment(value)
    return f"{value:%Y-%m-%dT00:00:00.000000Z}" if isinstance(value, date) else value


def _text(value: Any) -> str:
    """Return a value as the schema of the JSON format wants it: a text, whatever its type is."""
    return str(plain(value))


def _type(name: str, attributes: Mapping[str, str]) -> dict[str, Any]:
    listed = [{"name": one, "type": kind} for one, kind in attributes.items()]
    return {"name": name, "attributes": listed}


def _object(one: Thing) -> dict[str, Any]:
    at = moment(one.at)
    values = [
        {"name": name, "time": at, "value": _text(value)} for name, value in one.attributes.items()
    ]
    related = _related(one.relations)
    return {"id": one.id, "type": one.type, "attributes": values, "relationships": related}


def _event(one: Happening, types: dict[str, None]) -> dict[str, Any]:
    types[one.type] = None
    values = [{"name": name, "value": _text(value)} for name, value in one.attributes.items()]
    return {
        "id": one.id,
        "type": one.type,
        "time": moment(one.at),
        "attributes": values,
        "relationships": _related(one.relations),
    }


def _related(relations: Iterable[Relation]) -> list[dict[str, str]]:
    return [{"objectId": one.object, "qualifier": one.qualifier} for one in relations]


def _joined(values: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    held: list[str] = []
    comma = ""
    for value in values:
        held.append(compact_json(value))
        if len(held) == _PIECE:
            yield (comma + ",".join(held)).encode()
            held, comma = [], ","
    if held:
        yield (comma + ",".join(held)).encode()
