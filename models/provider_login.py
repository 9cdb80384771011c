"""Logins by a provider that are under way."""

from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp

LIFETIME = timedelta(minutes=10)


class ProviderLogin(SQLModel, table=True):
    """Somebody was sent to the provider and is to come back (登录往返), once.

    Attributes:
        state_digest: SHA-256 of the `state` that comes back in the address.
        browser_digest: SHA-256 of what the browser keeps in a cookie, so that nobody can be sent
            to us with the answer to somebody else's login.
        nonce: what the ID token has to repeat.
        verifier: the secret of PKCE (RFC 7636).
        return_to: the page to show afterwards, a path of ours.
    """

    __tablename__ = "provider_login"

    state_digest: str = Field(primary_key=True, max_length=64)
    browser_digest: str = Field(max_length=64)
    nonce: str
    verifier: str
    return_to: str
    expires_at: datetime = Field(sa_type=Timestamp, index=True)


def begin(
    session: Session, *, browser: str, nonce: str, verifier: str, return_to: str, now: datetime
) -> str:
    """Keep what is needed when the person comes back; return the state that names it."""
    session.execute(delete(ProviderLogin).where(col(ProviderLogin.expires_at) <= now))
    state = token_urlsafe(32)
    values = {
        "state_digest": _digest(state),
        "browser_digest": _digest(browser),
        "nonce": nonce,
        "verifier": verifier,
        "return_to": return_to,
        "expires_at": now + LIFETIME,
    }
    session.execute(insert(ProviderLogin).values(**values))
    return state


def take(session: Session, state: str, browser: str, now: datetime) -> ProviderLogin | None:
    """Return what was kept for a state and this browser, and forget it: it counts once."""
    own = delete(ProviderLogin).where(
        col(ProviderLogin.state_digest) == _digest(state),
        col(ProviderLogin.browser_digest) == _digest(browser),
        col(ProviderLogin.expires_at) > now,
    )
    return session.scalars(own.returning(ProviderLogin)).first()


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
