"""Who may do what: one table of actions and roles (权限)."""

from collections.abc import Mapping

from api.authentication import Caller, CallerHere
from api.problem import Problem
from models.person import ROLES

_EVERYBODY = frozenset(ROLES)
_HANDLERS = frozenset({"specialist", "team_lead", "duty_manager", "engineer", "staff", "head"})
_READERS = _HANDLERS | {"product_manager", "management", "auditor", "administrator"}
_READS_FIGURES = frozenset({"management", "head", "product_manager", "administrator"})

PERMISSIONS: Mapping[str, frozenset[str]] = {
    "session": _EVERYBODY,
    "feedback.read": _READERS | {"account_manager"},
    "feedback.reveal": _HANDLERS,
    "feedback.extend": _HANDLERS,
    "feedback.progress": _HANDLERS,
    "feedback.message": _HANDLERS,
    "feedback.withdraw": frozenset({"specialist", "team_lead"}),
    "feedback.records": frozenset({"auditor"}),
    "customer.read": frozenset(
        {"specialist", "team_lead", "duty_manager", "account_manager", "auditor", "administrator"}
    ),
    "import.create": frozenset({"administrator"}),
    "figures.read": _READS_FIGURES,
    "reports.read": _READS_FIGURES,
    "user_task.read": _EVERYBODY,
    # Whoever checks the others' work does none of it.
    "user_task.work": _EVERYBODY - {"auditor"},
    "user_task.direct": frozenset({"team_lead", "head", "administrator"}),
    "definition.read": frozenset({"process_owner", "auditor", "administrator"}),
    "definition.edit": frozenset({"process_owner"}),
    "definition.approve": frozenset({"process_owner"}),
    "deployment.create": frozenset({"process_owner"}),
    "message.publish": frozenset({"administrator", "process_owner"}),
    "incident.read": frozenset({"administrator", "process_owner"}),
    "incident.resolve": frozenset({"administrator"}),
    # Which instances: those of the items that somebody sees, and more (`api.instance_visibility`).
    "process_instance.read": _READERS | {"account_manager", "process_owner"},
    "element_instance.read": _READERS | {"account_manager", "process_owner"},
    "variable.read": _READERS | {"account_manager", "process_owner"},
    "variable.write": frozenset({"administrator"}),
    "process_instance.create": frozenset({"administrator", "process_owner"}),
    "ad_hoc_activity.activate": frozenset({"administrator", "team_lead"}),
    "decision.evaluate": frozenset({"administrator", "process_owner"}),
    "process_instance.cancel": frozenset({"administrator", "team_lead"}),
}

# These see every item; the others those of their department and those they handle, account
# managers those of their own customers.
SEES_ALL_FEEDBACK = (
    "specialist",
    "team_lead",
    "duty_manager",
    "product_manager",
    "management",
    "auditor",
    "administrator",
)
# These see where every instance stands, though not what those of unseen items hold; and these the
# instances that have no item.
SEES_EVERY_COURSE = (*SEES_ALL_FEEDBACK, "process_owner")
SEES_OTHER_INSTANCES = ("administrator", "auditor", "duty_manager", "process_owner", "team_lead")
SEES_DEPARTMENT = tuple(sorted(_READERS))
MANAGES_CUSTOMERS = ("account_manager",)
# These may look at every customer, account managers at their own.
SEES_ALL_CUSTOMERS = ("specialist", "team_lead", "duty_manager", "auditor", "administrator")
SEES_ALL_TASKS = ("team_lead", "duty_manager", "auditor", "administrator")
# These see the figures and reports of every department, heads those of their own.
READS_ALL_FIGURES = ("management", "product_manager", "administrator")
# These may see a customer's data and ask for more time for any item they see; the others only for
# those that they handle themselves.
REVEALS_ALL = ("specialist", "team_lead", "duty_manager", "head")
EXTENDS_ALL = ("team_lead", "head")
DIRECTS_ALL_TASKS = ("team_lead", "administrator")


class Allowed:
    """A dependency: the caller, if one of their roles may do `action`."""

    def __init__(self, action: str) -> None:
        self.action = action
        self._roles = PERMISSIONS[action]

    def __call__(self, caller: CallerHere) -> Caller:
        """Return the caller.

        Raises:
            Problem: `forbidden`.
        """
        if self._roles.isdisjoint(caller.roles):
            raise Problem("forbidden", action=self.action)
        return caller
