"""Process definitions, immutable and named by digest."""

from datetime import datetime

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import Timestamp


class ProcessDefinition(SQLModel, table=True):
    """One version of a process (流程定义): drawing, decisions, forms and calendar together."""

    __tablename__ = "process_definition"
    __table_args__ = (UniqueConstraint("process_id", "version"),)

    digest: str = Field(primary_key=True, max_length=64)
    key: int = Field(unique=True, sa_type=BigInteger)
    version: int
    process_id: str
    deployed_at: datetime = Field(sa_type=Timestamp)
    deployed_by: str
    calendar_version: int
    active: bool = True


class ProcessResource(SQLModel, table=True):
    """One file of a definition (流程资源)."""

    __tablename__ = "process_resource"

    digest: str = Field(primary_key=True, max_length=64, foreign_key="process_definition.digest")
    name: str = Field(primary_key=True)
    content: bytes
