"""Tokens and sessions, stored hashed."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.columns import Timestamp


class AccessToken(SQLModel, table=True):
    """A bearer token or session (访问令牌), known by its SHA-256 only."""

    __tablename__ = "access_token"

    digest: str = Field(primary_key=True, max_length=64)
    username: str = Field(foreign_key="person.username", index=True)
    created_at: datetime = Field(sa_type=Timestamp)
    expires_at: datetime = Field(sa_type=Timestamp)
    revoked_at: datetime | None = Field(default=None, sa_type=Timestamp)
    scope: str = "session"
