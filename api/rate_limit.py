"""How often one address may knock: a token bucket for each (限流)."""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from fastapi import Request

from api.problem import Problem

_KEPT = 20_000
_IPV6_PREFIX = 64


class RateLimiter:
    """A bucket an address: so many requests a minute, as many at once.

    Buckets live in this process. The least recently used are forgotten, so that a flood of
    addresses fills no memory.
    """

    def __init__(
        self,
        per_minute: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        kept: int = _KEPT,
    ) -> None:
        self._capacity = float(per_minute)
        self._per_second = per_minute / 60
        self._clock = clock
        self._kept = kept
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def wait_for(self, address: str) -> float:
        """Take one token; return 0, or the seconds until there is one again."""
        now = self._clock()
        with self._lock:
            tokens, since = self._buckets.pop(address, (self._capacity, now))
            tokens = min(self._capacity, tokens + (now - since) * self._per_second)
            allowed = tokens >= 1
            self._buckets[address] = (tokens - 1 if allowed else tokens, now)
            if len(self._buckets) > self._kept:
                self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - tokens) / self._per_second

    def check(self, address: str) -> None:
        """Take one token.

        Raises:
            Problem: `rate_limited` with Retry-After.
        """
        if (wait := self.wait_for(address)) > 0:
            seconds = max(1, math.ceil(wait))
            raise Problem("rate_limited", retry_after=seconds, retry_after_seconds=seconds)


def client_address(request: Request) -> str:
    """Return who knocks: the address, for IPv6 its network, since a client owns all of that."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, _IPV6_PREFIX), strict=False).network_address)
    return str(address)
