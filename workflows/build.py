"""Which code a worker replays with, for Temporal to show (构建标识)."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from temporalio.common import WorkerDeploymentVersion
from temporalio.worker import WorkerDeploymentConfig

NAME = "bihuan"
_HOUSE = Path(__file__).resolve().parents[1]
# What runs inside the sandbox; whatever else changes, histories do not feel it.
_CODE = ("workflows/*.py", "bpmn/**/*.py", "activities/contracts.py")
_SHOWN = 12


def build_id() -> str:
    """Return a digest of the code that histories are replayed with."""
    digest = sha256()
    for path in sorted(one for pattern in _CODE for one in _HOUSE.glob(pattern)):
        digest.update(f"{path.relative_to(_HOUSE)}\n{path.stat().st_size}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:_SHOWN]


def deployment() -> WorkerDeploymentConfig:
    """Return how a worker calls its build; nothing is routed by it (ADR 24)."""
    version = WorkerDeploymentVersion(deployment_name=NAME, build_id=build_id())
    return WorkerDeploymentConfig(version=version, use_worker_versioning=False)
