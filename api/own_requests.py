"""Nobody decides on what they asked for themselves, or on their own item (回避), req. 28."""

from sqlalchemy.orm import Session

from api.authentication import Caller
from api.instances import variables_of_task
from api.problem import Problem
from models import feedback
from models.user_task import UserTask

# Tasks with this form decide on somebody's request.
_FORM = "approve_extension"


def check_not_own(session: Session, caller: Caller, task: UserTask) -> None:
    """Keep whoever asked for more time, or has the item, from the decision and from giving it away.

    Raises:
        Problem: `decision_on_own_request`.
    """
    if task.form_id != _FORM:
        return
    asked = variables_of_task(session, task).get("extension")
    item = feedback.find(session, task.instance_key)
    own = {asked.get("requested_by") if isinstance(asked, dict) else None}
    own |= {item.assignee if item else None}
    if caller.username in own:
        raise Problem("decision_on_own_request", key=str(task.key))
