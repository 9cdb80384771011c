"""Files of Camunda 7 and Activiti on import: their attributes as parts of our model (导入).

Pure functions of an XML node; each answers what its namesake in `bpmn.extensions` answers for the
`zeebe:` elements:

    task_definition(node)         an external topic, or a foreign marker for a class or bean
    user_task_definition(node)    form, people, dates, priority, the standard's potentialOwner too
    mappings(node, "input")       parameters with lists, maps and scripts; `in` of a call activity
    call(node)                    decision, called process, script
    multi_instance(node)          collection, loopCardinality, completionCondition
    listeners(node)               execution and task listeners
    expression(node)              FEEL of conditionExpression, condition, loopCondition ...
    text(value)                   `${x}` -> `=x` where the model takes plain text or `=` and FEEL
    source(value)                 `${x}` -> `x` where the model always takes FEEL
    drawn_forms(root)             formData fields as form-js schemas by form id

What has no meaning here stays as a text that begins with `${` (`is_foreign`).
"""

from bpmn.camunda.calls import call, mappings
from bpmn.camunda.forms import drawn_forms
from bpmn.camunda.loops import expression, listeners, multi_instance
from bpmn.camunda.tasks import task_definition, user_task_definition
from bpmn.camunda.values import is_foreign, source, text

__all__ = [
    "call",
    "drawn_forms",
    "expression",
    "is_foreign",
    "listeners",
    "mappings",
    "multi_instance",
    "source",
    "task_definition",
    "text",
    "user_task_definition",
]
