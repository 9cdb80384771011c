"""How a person stands to an item, a task or a customer (与事项的关系)."""

from collections.abc import Mapping
from enum import StrEnum


class Relation(StrEnum):
    """Why somebody may do something with this item and not with every other (关系)."""

    ANY = "any"  # whatever the item: nothing more is asked than the role, and that one sees it
    ASSIGNEE = "assignee"  # 经办人: it is given to them
    CANDIDATE = "candidate"  # 候选人: they may claim it
    DEPARTMENT = "department"  # 主办部门: their department answers for it
    HEAD = "head"  # 部门负责人: they lead the department that answers for it
    COLLABORATOR = "collaborator"  # 协办部门: their department helps with it
    ACCOUNT_MANAGER = "account_manager"  # 客户经理: they look after its customer
    HOLDER = "holder"  # 在办人: an open task of it is theirs, as delegate, signer or owner
    COPIED = "copied"  # 抄送: it was copied to them for information
    SELF = "self"  # 本人: it is about themselves
    NO_ITEM = "no_item"  # 无事项的实例: the instance belongs to no item


Rule = Mapping[Relation, frozenset[str]]
"""The roles that may do an action, by the relation that they need."""
