"""Entry of `python -m api.permission_page`: print the table as docs/permissions.md holds it."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from api.permissions import IN_PERSON, PERMISSIONS, PUBLIC, rule
from api.relation import Relation
from models.person import ROLES

_LETTERS = {
    Relation.ANY: "x",
    Relation.ASSIGNEE: "a",
    Relation.CANDIDATE: "c",
    Relation.DEPARTMENT: "d",
    Relation.HEAD: "h",
    Relation.COLLABORATOR: "k",
    Relation.ACCOUNT_MANAGER: "m",
    Relation.HOLDER: "t",
    Relation.COPIED: "i",
    Relation.SELF: "s",
    Relation.NO_ITEM: "n",
}
_MEANINGS = {
    Relation.ANY: "any that one sees (任意可见)",
    Relation.ASSIGNEE: "one is the assignee (经办人)",
    Relation.CANDIDATE: "one may claim it (候选人)",
    Relation.DEPARTMENT: "one's department answers for it (主办部门)",
    Relation.HEAD: "one leads that department, or stands in (部门负责人)",
    Relation.COLLABORATOR: "one's department helps with it (协办部门)",
    Relation.ACCOUNT_MANAGER: "one looks after its customer (客户经理)",
    Relation.HOLDER: "one has an open task of it, or gets one back (在办人)",
    Relation.COPIED: "it was copied to one for information (抄送)",
    Relation.SELF: "it is about oneself (本人)",
    Relation.NO_ITEM: "the instance belongs to no item (无事项的实例)",
}
_HEAD = """# Permissions (权限)

Printed by `python -m api.permission_page` from `api/permissions.py`, which is all that decides; a
test holds this page against it. Another one asks every route with every role and prints routes by
roles: `./bihuan test tests/api/test_api_permissions.py -m integration -rP`.

A letter says with which item, task, customer or person a role may do an action; where there is
`x`, the others add nothing. An API token does what its scope and its person's roles both cover, and
never the actions marked with ¹.
"""


def text() -> str:
    """Return the page."""
    return "\n".join([_HEAD, *_letters(), "", *_actions(), "", *_public(), ""])


def _letters() -> Iterator[str]:
    yield from ("| Letter | Allowed if |", "|---|---|")
    yield from (f"| {_LETTERS[one]} | {_MEANINGS[one]} |" for one in Relation)


def _actions() -> Iterator[str]:
    yield from ("## Actions and roles", "")
    yield f"| Action | {' | '.join(role.replace('_', ' ') for role in ROLES)} |"
    yield "|---" * (len(ROLES) + 1) + "|"
    for action in sorted(PERMISSIONS):
        mark = "¹" if action in IN_PERSON else ""
        yield f"| `{action}`{mark} | {' | '.join(_cell(action, role) for role in ROLES)} |"


def _cell(action: str, role: str) -> str:
    held = [one for one in Relation if role in rule(action).get(one, ())]
    if Relation.ANY in held:
        held = [one for one in held if one in {Relation.ANY, Relation.NO_ITEM}]
    return " ".join(_LETTERS[one] for one in held)


def _public() -> Iterator[str]:
    yield from ("## Without a login", "", "| Route | Why |", "|---|---|")
    yield from (f"| `{method} {path}` | {why} |" for (method, path), why in PUBLIC.items())


if __name__ == "__main__":
    sys.stdout.write(text())
