"""The bundled drawings, deployed as the next version when they differ from what is there."""

from contextlib import suppress
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import SQLModel, col

from activities.deploy import Deployer, checked, deploy, register
from bpmn.deployment import DeploymentError, load
from migrations.seeds.plan import Plan
from models import process_definition
from models.decision_requirements import DecisionRequirements
from models.form_definition import FormDefinition
from models.process_definition import ProcessDefinition

DIAGRAMS = Path(__file__).resolve().parents[2] / "bpmn" / "diagrams"
SUFFIXES = {".bpmn", ".dmn", ".form"}
DEPLOYER = "bundled"
_KEYED: tuple[type[SQLModel], ...] = (DecisionRequirements, FormDefinition)


def files() -> dict[str, bytes]:
    """Return what we ship: drawings, decisions and forms by file name."""
    found = sorted(path for path in DIAGRAMS.iterdir() if path.suffix in SUFFIXES)
    return {path.name: path.read_bytes() for path in found}


def seed(session: Session, plan: Plan) -> None:
    """Deploy the bundled processes (随附流程), unless people have deployed their own since."""
    _catch_up(session)
    bundle = files()
    deployer = Deployer(DEPLOYER, plan.now, spares_others=True)
    deploy(session, bundle, checked(session, bundle), deployer)


def _catch_up(session: Session) -> None:
    """Give keys to the decisions and forms of what was deployed before they had any."""
    if any(session.scalars(select(table).limit(1)).first() for table in _KEYED):
        return
    in_order = select(ProcessDefinition).order_by(col(ProcessDefinition.key))
    for one in session.scalars(in_order).all():
        content = process_definition.load_resources(session, one.digest)
        deployer = Deployer(one.deployed_by, one.deployed_at)
        # What an engine of today cannot read any more stays without keys.
        with suppress(DeploymentError):
            register(session, content, load("", content), deployer, (one,))
