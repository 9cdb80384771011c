"""States of instances on the way, so that a look at step 9 000 does not begin at the first."""

from __future__ import annotations

import json
from collections import OrderedDict
from threading import Lock

from sqlalchemy.orm import Session

from bpmn.records import Record
from bpmn.replayed import Replayed
from bpmn.state import State
from models import audit_record
from models.database import compact_json

EVERY = 100
# A state is some kilobytes of JSON.
_MOST = 2_000


class Snapshots:
    """What instances had come to after every hundredth record (快照), the newest used kept.

    Records are never changed, so that what was true after one of them stays true.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[int, int], str] = OrderedDict()
        self._lock = Lock()

    def nearest(self, key: int, number: int) -> Replayed:
        """Return the latest known step at or before `number`, else the beginning."""
        with self._lock:
            for at in range(number // EVERY * EVERY, 0, -EVERY):
                if (found := self._kept.get((key, at))) is not None:
                    self._kept.move_to_end((key, at))
                    return Replayed.from_json(json.loads(found))
        return Replayed(State(key, last_key=key))

    def keep(self, replayed: Replayed) -> None:
        """Remember a step."""
        text = compact_json(replayed.to_json())
        with self._lock:
            self._kept[replayed.state.key, replayed.state.number] = text
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)


def replay_to(session: Session, snapshots: Snapshots, key: int, number: int) -> Replayed:
    """Return what the instance had come to after record `number`, at most its last one.

    It is what `bpmn.apply.replay` makes of the first `number` records.
    """
    replayed = snapshots.nearest(key, number)
    while replayed.state.number < number:
        done = replayed.state.number
        until = min(number, done // EVERY * EVERY + EVERY)
        rows = audit_record.read(session, key, after=done, until=until)
        for row in rows:
            replayed.add(Record.from_json(row))
        if replayed.state.number < until:
            break
        if until % EVERY == 0:
            snapshots.keep(replayed)
    return replayed
