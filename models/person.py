"""People who work with the service."""

from sqlmodel import Field, SQLModel

from models.columns import TextArray

ROLES = (
    "specialist",
    "team_lead",
    "duty_manager",
    "engineer",
    "staff",
    "head",
    "account_manager",
    "product_manager",
    "management",
    "process_owner",
    "auditor",
    "administrator",
)


class Person(SQLModel, table=True):
    """A member of staff with a login (人员)."""

    __tablename__ = "person"

    username: str = Field(primary_key=True)
    display_name: str
    staff_number: str = Field(unique=True)
    department: str = Field(foreign_key="department.code", index=True)
    roles: list[str] = Field(default_factory=list, sa_type=TextArray)
    password_hash: str
    active: bool = True
    locale: str = "zh-CN"
    demo: bool = False
