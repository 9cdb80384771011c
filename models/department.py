"""Departments and their heads."""

from sqlmodel import Field, SQLModel


class Department(SQLModel, table=True):
    """A department (部门)."""

    __tablename__ = "department"

    code: str = Field(primary_key=True)
    name_zh: str
    name_en: str
    # No foreign key: person refers to department, and the two are created in one go.
    head: str | None = None
    demo: bool = False
