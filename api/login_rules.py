"""How long logins hold, and what cookie carries them (登录规则)."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class LoginRules:
    """What the settings say of logins.

    Attributes:
        public_url: where people reach the service; only by https are cookies sent over https only.
        idle: after so long without use a session of the console ends.
        lifetime: after so long any session ends.
        token_lifetime: no API token lives longer.
        password: whether people may log in by name and password.
    """

    public_url: str = ""
    idle: timedelta = timedelta(minutes=60)
    lifetime: timedelta = timedelta(hours=12)
    token_lifetime: timedelta = timedelta(days=365)
    password: bool = True

    @property
    def secure(self) -> bool:
        """Whether cookies need https."""
        return self.public_url.startswith("https://")

    @property
    def cookie(self) -> str:
        """Name of the session's cookie; browsers hold `__Host-` to Secure and to this host."""
        return "__Host-bihuan" if self.secure else "bihuan"
