"""What tests ask of a Prefect server over HTTP, again where it says that it is busy."""

from __future__ import annotations

import time
from typing import Any

import httpx


def call(method: str, url: str, body: Any = None) -> Any:
    """Ask the server; it answers 503 while its database has much to do."""
    with httpx.Client(trust_env=False, timeout=120) as client:
        answer = client.request(method, url, json=body)
        while answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            time.sleep(float(answer.headers.get("Retry-After", "1")))
            answer = client.request(method, url, json=body)
    answer.raise_for_status()
    return answer.json() if answer.content else None


def deployment(url: str, name: str) -> Any:
    """A deployment by its name, None while the server does not know it."""
    try:
        with httpx.Client(trust_env=False, timeout=120) as client:
            answer = client.get(f"{url}/deployments/name/{name}")
    except httpx.HTTPError:
        return None
    return answer.json() if answer.status_code == httpx.codes.OK else None
