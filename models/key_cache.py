"""Unwrapped data keys, kept for a short while."""

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from uuid import UUID

from models.data_key import DataKey


class KeyCache:
    """The data keys used last (密钥缓存), bounded in number and age.

    It saves the unwrapping, nothing else: the wrapped key is read from the database every time,
    so that an erased person is gone for every process at once, whatever its cache holds.
    """

    def __init__(
        self,
        *,
        size: int = 4096,
        seconds: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._size = size
        self._seconds = seconds
        self._clock = clock
        self._lock = Lock()
        self._kept: OrderedDict[UUID, tuple[bytes, DataKey, float]] = OrderedDict()

    def get(self, person_id: UUID, wrapped: bytes) -> DataKey | None:
        """Return the key that `wrapped` holds, if it was unwrapped lately."""
        with self._lock:
            self._forget_old()
            kept = self._kept.get(person_id)
        return kept[1] if kept is not None and kept[0] == wrapped else None

    def put(self, person_id: UUID, wrapped: bytes, key: DataKey) -> None:
        """Keep a key; the oldest makes room."""
        with self._lock:
            self._kept.pop(person_id, None)
            self._kept[person_id] = (wrapped, key, self._clock() + self._seconds)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)

    def evict(self, person_id: UUID) -> None:
        """Forget the key of one person."""
        with self._lock:
            self._kept.pop(person_id, None)

    def clear(self) -> None:
        """Forget all keys."""
        with self._lock:
            self._kept.clear()

    def __len__(self) -> int:
        with self._lock:
            self._forget_old()
            return len(self._kept)

    def _forget_old(self) -> None:
        now = self._clock()
        while self._kept and next(iter(self._kept.values()))[2] <= now:
            self._kept.popitem(last=False)
