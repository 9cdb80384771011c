"""The bundled drawings, deployed as the next version when they differ from what is there."""

from pathlib import Path

from sqlalchemy.orm import Session

from bpmn import deployment
from migrations.seeds.plan import Plan
from models import calendar_version, process_definition

DIAGRAMS = Path(__file__).resolve().parents[2] / "bpmn" / "diagrams"
SUFFIXES = {".bpmn", ".dmn", ".form"}
DEPLOYER = "bundled"


def files() -> dict[str, bytes]:
    """Return what we ship: drawings, decisions and forms by file name."""
    found = sorted(path for path in DIAGRAMS.iterdir() if path.suffix in SUFFIXES)
    return {path.name: path.read_bytes() for path in found}


def seed(session: Session, plan: Plan) -> None:
    """Deploy the bundled processes (随附流程), unless people have deployed their own since."""
    bundle = files()
    version = calendar_version.latest(session) or 1
    for process_id in deployment.check("", bundle).processes:
        newest = process_definition.latest(session, process_id)
        if newest is None or newest.deployed_by == DEPLOYER:
            process_definition.store(
                session,
                bundle,
                process_id=process_id,
                calendar_version=version,
                deployed_at=plan.now,
                deployed_by=DEPLOYER,
            )
