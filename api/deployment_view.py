"""What was deployed, in the shape of Camunda 8 (部署结果视图)."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from activities.deploy import Deployed
from api.paging import Shape
from api.user_task_view import TENANT
from models.decision_definition import DecisionDefinition
from models.decision_requirements import DecisionRequirements
from models.form_definition import FormDefinition
from models.process_definition import ProcessDefinition


class DeployedProcess(Shape):
    """A process and its new version."""

    process_definition_id: str
    process_definition_version: int
    process_definition_key: str
    resource_name: str
    tenant_id: str = TENANT


class DeployedDecision(Shape):
    """A decision and its version."""

    decision_definition_id: str
    decision_definition_key: str
    name: str
    version: int
    decision_requirements_id: str
    decision_requirements_key: str
    tenant_id: str = TENANT


class DeployedRequirements(Shape):
    """A file of decisions and its version."""

    decision_requirements_id: str
    decision_requirements_key: str
    decision_requirements_name: str
    version: int
    resource_name: str
    tenant_id: str = TENANT


class DeployedForm(Shape):
    """A form and its version."""

    form_id: str
    form_key: str
    version: int
    resource_name: str
    tenant_id: str = TENANT


class DeployedPart(Shape):
    """One part of what was deployed; exactly one member is there."""

    process_definition: DeployedProcess | None = None
    decision_definition: DeployedDecision | None = None
    decision_requirements: DeployedRequirements | None = None
    form: DeployedForm | None = None


class Deployment(Shape):
    """What was deployed; what had not changed is there with the version it has.

    `warnings` say in words what could be better, beyond Camunda's own members.
    """

    deployment_key: str
    tenant_id: str = TENANT
    deployments: list[DeployedPart] = Field(default_factory=list)
    warnings: list[dict[str, Any]] = Field(default_factory=list)


DEPLOYMENT_EXAMPLE = {
    "deploymentKey": "3145728",
    "tenantId": TENANT,
    "deployments": [
        {
            "processDefinition": {
                "processDefinitionId": "feedback",
                "processDefinitionVersion": 2,
                "processDefinitionKey": "3145728",
                "resourceName": "feedback.bpmn",
                "tenantId": TENANT,
            }
        },
        {
            "decisionDefinition": {
                "decisionDefinitionId": "limits",
                "decisionDefinitionKey": "5242880",
                "name": "期限",
                "version": 1,
                "decisionRequirementsId": "limits_definitions",
                "decisionRequirementsKey": "4194304",
                "tenantId": TENANT,
            }
        },
        {
            "form": {
                "formId": "accept",
                "formKey": "6291456",
                "version": 1,
                "resourceName": "accept.form",
                "tenantId": TENANT,
            }
        },
    ],
}


def shown(deployed: Deployed) -> Deployment:
    """Return what was deployed as it is shown."""
    graphs = {one.key: one for one in deployed.requirements}
    parts = [DeployedPart(process_definition=_process(one)) for one in deployed.processes]
    parts += [DeployedPart(decision_requirements=_graph(one)) for one in deployed.requirements]
    parts += [
        DeployedPart(decision_definition=_decision(one, graphs[one.requirements_key]))
        for one in deployed.decisions
    ]
    parts += [DeployedPart(form=_form(one)) for one in deployed.forms]
    keys = [one.key for one in deployed.processes] or [one.key for one in deployed.requirements]
    return Deployment(deployment_key=str(keys[0]), deployments=parts)


def _process(one: ProcessDefinition) -> DeployedProcess:
    return DeployedProcess(
        process_definition_id=one.process_id,
        process_definition_version=one.version,
        process_definition_key=str(one.key),
        resource_name=one.resource_name,
    )


def _graph(one: DecisionRequirements) -> DeployedRequirements:
    return DeployedRequirements(
        decision_requirements_id=one.requirements_id,
        decision_requirements_key=str(one.key),
        decision_requirements_name=one.name,
        version=one.version,
        resource_name=one.resource_name,
    )


def _decision(one: DecisionDefinition, graph: DecisionRequirements) -> DeployedDecision:
    return DeployedDecision(
        decision_definition_id=one.decision_id,
        decision_definition_key=str(one.key),
        name=one.name,
        version=one.version,
        decision_requirements_id=graph.requirements_id,
        decision_requirements_key=str(graph.key),
    )


def _form(one: FormDefinition) -> DeployedForm:
    return DeployedForm(
        form_id=one.form_id,
        form_key=str(one.key),
        version=one.version,
        resource_name=one.resource_name,
    )
