"""The data key of each person, and the ledger of those erased."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from models.columns import Timestamp


class PersonalKey(SQLModel, table=True):
    """The data key of one person (数据密钥), wrapped by the key of an epoch."""

    __tablename__ = "personal_key"

    person_id: UUID = Field(primary_key=True)
    wrapped: bytes
    epoch: int = Field(index=True)


class PersonalErasure(SQLModel, table=True):
    """The mark that a person was erased (删除记录), so that no new key is ever made for them."""

    __tablename__ = "personal_erasure"

    person_id: UUID = Field(primary_key=True)
    erased_at: datetime = Field(sa_type=Timestamp)
    epoch: int | None = None
