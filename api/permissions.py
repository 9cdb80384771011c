"""Who may do what: one table of actions, roles and relations to the item (权限)."""

from collections.abc import Mapping

from api.authentication import Caller, CallerHere
from api.problem import Problem
from api.relation import Relation, Rule
from models.person import ROLES

ANY = Relation.ANY
ASSIGNEE = Relation.ASSIGNEE
CANDIDATE = Relation.CANDIDATE
DEPARTMENT = Relation.DEPARTMENT
HEAD = Relation.HEAD
COLLABORATOR = Relation.COLLABORATOR
ACCOUNT_MANAGER = Relation.ACCOUNT_MANAGER
HOLDER = Relation.HOLDER
COPIED = Relation.COPIED
NO_ITEM = Relation.NO_ITEM
SELF = Relation.SELF

_EVERYBODY = frozenset(ROLES)
_HANDLERS = frozenset({"specialist", "team_lead", "duty_manager", "engineer", "staff", "head"})
_READERS = _HANDLERS | {"product_manager", "management", "auditor", "administrator"}
_OVERLOOKS = frozenset(
    {
        "specialist",
        "team_lead",
        "duty_manager",
        "product_manager",
        "management",
        "auditor",
        "administrator",
    }
)
_READS_FIGURES: Rule = {
    ANY: frozenset({"management", "product_manager", "administrator"}),
    HEAD: frozenset({"head"}),
}
# Whose instances one sees: those of the items that one sees, and these.
_SEES_INSTANCES: Rule = {
    ANY: _OVERLOOKS,
    DEPARTMENT: _READERS,
    COLLABORATOR: _READERS,
    ASSIGNEE: _READERS | {"account_manager"},
    HOLDER: _READERS | {"account_manager"},
    ACCOUNT_MANAGER: frozenset({"account_manager"}),
    NO_ITEM: frozenset({"administrator", "auditor", "duty_manager", "process_owner", "team_lead"}),
}
# Whoever draws the processes sees where every instance stands, though not what it holds.
_SEES_COURSES: Rule = {**_SEES_INSTANCES, ANY: _OVERLOOKS | {"process_owner"}}
_DIRECTS: Rule = {
    ANY: frozenset({"team_lead", "administrator"}),
    HEAD: frozenset({"head"}),
}
# Whoever checks the others' work does none of it.
_WORKERS = _EVERYBODY - {"auditor"}

# An action alone with roles is theirs with whatever item they see. `docs/permissions.md` is
# printed from this by `python -m api.permission_page`.
PERMISSIONS: Mapping[str, frozenset[str] | Rule] = {
    "session": _EVERYBODY,
    "session.manage": _EVERYBODY,
    "token.manage": _EVERYBODY,
    "login.manage": frozenset({"administrator"}),
    "feedback.read": {
        ANY: _OVERLOOKS,
        DEPARTMENT: _READERS,
        COLLABORATOR: _READERS,
        ASSIGNEE: _EVERYBODY,
        HOLDER: _EVERYBODY,
        ACCOUNT_MANAGER: frozenset({"account_manager"}),
        COPIED: _EVERYBODY,
    },
    "feedback.copied": {SELF: _EVERYBODY},
    "feedback.reveal": {
        ANY: frozenset({"specialist", "team_lead", "duty_manager", "head"}),
        ASSIGNEE: _HANDLERS,
    },
    "feedback.extend": {ANY: frozenset({"team_lead", "head"}), ASSIGNEE: _HANDLERS},
    "feedback.collaborate": {ANY: frozenset({"team_lead", "head"}), ASSIGNEE: _HANDLERS},
    "feedback.pause": {ANY: frozenset({"team_lead", "head"}), ASSIGNEE: _HANDLERS},
    "feedback.rate": {
        ANY: frozenset({"specialist", "team_lead", "duty_manager", "head"}),
        ASSIGNEE: _HANDLERS,
    },
    "feedback.progress": _HANDLERS,
    "feedback.message": _HANDLERS,
    # Whoever sees the item adds files and gets them; what one added is one's own (SELF).
    "attachment.add": _HANDLERS,
    "attachment.read": _HANDLERS,
    "attachment.delete": {ANY: frozenset({"team_lead", "head"}), SELF: _HANDLERS},
    "feedback.withdraw": frozenset({"specialist", "team_lead"}),
    "feedback.records": frozenset({"auditor"}),
    "audit.replay": frozenset({"auditor"}),
    # Counts and times of many instances, and nothing of any one.
    "audit.mine": frozenset({"auditor", "process_owner"}),
    "audit.export": frozenset({"auditor"}),
    "audit.seal": frozenset({"auditor"}),
    "audit.verify": frozenset({"auditor", "administrator"}),
    "access_record.read": frozenset({"auditor", "administrator"}),
    "legal_hold.manage": frozenset({"auditor", "administrator"}),
    # How a member was chosen: each sees their own score, only who directs the work compares.
    "assignment.read": {
        ANY: _OVERLOOKS,
        DEPARTMENT: _READERS,
        COLLABORATOR: _READERS,
        ASSIGNEE: _READERS | {"account_manager"},
        ACCOUNT_MANAGER: frozenset({"account_manager"}),
    },
    "assignment.compare": {ANY: frozenset({"team_lead", "auditor"}), HEAD: frozenset({"head"})},
    "assignment.contest": {SELF: _HANDLERS},
    "assignment.decide": {ANY: frozenset({"team_lead"}), HEAD: frozenset({"head"})},
    "customer.read": {
        ANY: frozenset({"specialist", "team_lead", "duty_manager", "auditor", "administrator"}),
        ACCOUNT_MANAGER: frozenset({"account_manager"}),
    },
    "customer.erase": frozenset({"administrator"}),
    "erasure.read": frozenset({"administrator", "auditor"}),
    "import.create": frozenset({"administrator"}),
    "figures.read": _READS_FIGURES,
    "reports.read": _READS_FIGURES,
    "user_task.read": {
        ANY: frozenset({"team_lead", "duty_manager", "auditor", "administrator"}),
        ASSIGNEE: _EVERYBODY,
        CANDIDATE: _EVERYBODY,
        HEAD: frozenset({"head"}),
    },
    # Whoever directs a task may also do it in the place of others, but for a head's decision.
    "user_task.work": {ASSIGNEE: _WORKERS, CANDIDATE: _WORKERS, **_DIRECTS},
    "user_task.direct": _DIRECTS,
    "user_task.urge": _WORKERS,
    "user_task.copy": _WORKERS,
    "definition.read": frozenset({"process_owner", "auditor", "administrator"}),
    "definition.edit": frozenset({"process_owner"}),
    "definition.approve": frozenset({"process_owner"}),
    "deployment.create": frozenset({"process_owner"}),
    "message.publish": frozenset({"administrator", "process_owner"}),
    "health.read": frozenset({"administrator"}),
    "settings.read": frozenset({"administrator"}),
    "incident.read": frozenset({"administrator", "process_owner"}),
    "incident.resolve": frozenset({"administrator"}),
    "process_instance.read": _SEES_INSTANCES,
    "element_instance.read": _SEES_COURSES,
    "variable.read": _SEES_INSTANCES,
    "variable.write": frozenset({"administrator"}),
    "process_instance.create": frozenset({"administrator", "process_owner"}),
    "ad_hoc_activity.activate": frozenset({"administrator", "team_lead"}),
    "decision.evaluate": frozenset({"administrator", "process_owner"}),
    "process_instance.cancel": frozenset({"administrator", "team_lead"}),
    "calendar.read": _EVERYBODY,
    "calendar.write": frozenset({"process_owner", "administrator"}),
    "quiet_hours.manage": _EVERYBODY,
    "saved_filter.manage": _EVERYBODY,
    "person.read": _EVERYBODY,
    # Skills and staff numbers: one's own, those of one's staff, those of all.
    "person.details": {
        ANY: frozenset({"team_lead", "duty_manager", "administrator"}),
        HEAD: frozenset({"head"}),
        SELF: _EVERYBODY,
    },
    "person.write": frozenset({"administrator"}),
    "department.deputise": {ANY: frozenset({"administrator"}), HEAD: frozenset({"head"})},
    "roster.write": {ANY: frozenset({"administrator"}), HEAD: frozenset({"head"})},
    "absence.write": {
        ANY: frozenset({"administrator"}),
        HEAD: frozenset({"head"}),
        SELF: _EVERYBODY,
    },
}

# A token that an API client holds does none of these, whatever its scope: it could make itself
# another one, or shut its owner out.
IN_PERSON = frozenset(
    {"session.manage", "token.manage", "login.manage", "person.write", "customer.erase"}
)

# Whoever asks without a login may do these, and why.
PUBLIC: Mapping[tuple[str, str], str] = {
    ("GET", "/"): "the console's pages and scripts: the same for everybody, and hold no data",
    ("GET", "/api/health"): "supervisors and load balancers ask; it tells up or down",
    ("GET", "/api/login"): "tells how to log in",
    ("POST", "/api/login"): "brings name and password",
    ("POST", "/api/session"): "brings name and password",
    ("GET", "/api/oidc/login"): "sends to the provider; limited by address",
    ("GET", "/api/oidc/callback"): "brings the provider's answer, once; limited by address",
    ("POST", "/api/oidc/backchannel-logout"): "brings a token that the provider signed, once",
    ("POST", "/api/feedback"): "customers write to us; limited by address",
    ("POST", "/api/feedback-uploads"): "customers send files with what they tell; limited likewise",
    ("POST", "/api/feedback-uploads/files"): "brings the token of the line above, in a header",
    ("GET", "/feedback-form"): "customers have no login; a page that holds no data",
    ("POST", "/feedback-form"): "customers write to us; limited by address",
    ("GET", "/survey/{token}"): "customers have no login; the link is signed and expires",
    ("POST", "/survey/{token}"): "customers have no login; the link is signed and expires",
    ("GET", "/openapi.json"): "describes the interface and holds no data",
    ("GET", "/docs"): "the page of the description, and holds no data",
    ("GET", "/docs/oauth2-redirect"): "a page of the description, and holds no data",
    ("GET", "/static-offline-docs"): "scripts and styles of the page of the description",
}


def rule(action: str) -> Rule:
    """Return who may do an action, by relation."""
    found = PERMISSIONS[action]
    return {ANY: found} if isinstance(found, frozenset) else found


def roles(action: str, *relations: Relation) -> frozenset[str]:
    """Return the roles that may do an action by one of these relations, without any by each."""
    found = rule(action)
    chosen = relations or tuple(found)
    return frozenset[str]().union(*(found.get(one, frozenset()) for one in chosen))


def may(caller: Caller, action: str, *relations: Relation) -> bool:
    """Say whether one of the caller's roles may do an action by one of these relations."""
    return not roles(action, *relations).isdisjoint(caller.roles)


def covers(scope: frozenset[str], action: str) -> bool:
    """Say whether a token's scope covers an action: itself, or all that begin with a word of it."""
    return action not in IN_PERSON and any(
        action == one or action.startswith(f"{one}.") for one in scope
    )


def actions(caller: Caller) -> list[str]:
    """Return what the caller may do with at least some items: what a menu shows."""
    return sorted(one for one in PERMISSIONS if may(caller, one))


def delegable(caller: Caller) -> list[str]:
    """Return the actions that the caller may let a token do."""
    return [one for one in actions(caller) if one not in IN_PERSON]


class Allowed:
    """A dependency: the caller, if one of their roles may do `action`.

    Here, and nowhere else, the scope of an API token is held against what it is used for.
    """

    def __init__(self, action: str) -> None:
        self.action = action
        self._roles = roles(action)

    async def __call__(self, caller: CallerHere) -> Caller:
        """Return the caller.

        Raises:
            Problem: `forbidden` or `scope_insufficient`.
        """
        if self._roles.isdisjoint(caller.roles):
            raise Problem("forbidden", action=self.action)
        if caller.scope is not None and not covers(caller.scope, self.action):
            raise Problem("scope_insufficient", action=self.action)
        return caller
