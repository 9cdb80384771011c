"""What the settings say of logins, as the routes need it (登录设置)."""

from __future__ import annotations

from datetime import timedelta

from api.identity_provider import IdentityProvider, ProviderRules
from api.login_rules import LoginRules
from models.person import ROLES
from settings import Settings


def rules(chosen: Settings) -> LoginRules:
    """Return how long logins hold."""
    return LoginRules(
        public_url=chosen.public_url,
        idle=timedelta(minutes=chosen.session_idle_minutes),
        lifetime=timedelta(hours=chosen.session_hours),
        token_lifetime=timedelta(days=chosen.token_days),
        password=chosen.password_login,
    )


def provider(chosen: Settings) -> IdentityProvider | None:
    """Return the provider of logins, None if the settings name none; nothing is asked of it yet.

    Raises:
        ValueError: a group is to give a role that does not exist, or `public_url` is missing.
    """
    if not chosen.oidc_issuer:
        return None
    if unknown := sorted(set(chosen.oidc_roles.values()) - set(ROLES)):
        raise ValueError(f"BIHUAN_OIDC_ROLES: unknown roles {unknown}, known are {list(ROLES)}")
    if not chosen.public_url:
        raise ValueError("BIHUAN_OIDC_ISSUER needs BIHUAN_PUBLIC_URL, to come back to")
    return IdentityProvider(
        ProviderRules(
            issuer=chosen.oidc_issuer,
            client_id=chosen.oidc_client_id,
            client_secret=chosen.oidc_client_secret,
            public_url=chosen.public_url,
            scopes=chosen.oidc_scopes,
            claim=chosen.oidc_claim,
            person_field=chosen.oidc_person_field,
            new_department=chosen.oidc_new_department,
            roles_claim=chosen.oidc_roles_claim,
            roles=chosen.oidc_roles,
        )
    )
