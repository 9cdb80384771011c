"""What the settings may say of logins."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from api import opened_logins
from settings import Settings

PROVIDER = {
    "oidc_issuer": "https://login.example.org/realms/crm",
    "oidc_client_id": "bihuan",
    "public_url": "https://feedback.example.org",
}


def chosen(**values: object) -> Settings:
    return Settings(_env_file=None, **values)  # type: ignore[arg-type]


def test_without_settings_there_is_no_provider_and_cookies_work_without_https() -> None:
    rules = opened_logins.rules(chosen())

    assert opened_logins.provider(chosen()) is None
    assert (rules.idle, rules.lifetime) == (timedelta(hours=1), timedelta(hours=12))
    assert (rules.cookie, rules.secure, rules.password) == ("bihuan", False, True)


def test_over_https_cookies_are_held_to_this_host() -> None:
    rules = opened_logins.rules(chosen(public_url="https://feedback.example.org"))

    assert (rules.cookie, rules.secure) == ("__Host-bihuan", True)


def test_nothing_is_asked_of_a_provider_before_somebody_logs_in() -> None:
    found = opened_logins.provider(chosen(**PROVIDER))

    assert found is not None
    assert found.rules.redirect_uri == "https://feedback.example.org/api/oidc/callback"


@pytest.mark.parametrize("issuer", ["http://login.example.org", "login.example.org", "ftp://x"])
def test_a_provider_that_can_be_overheard_is_refused(issuer: str) -> None:
    with pytest.raises(ValidationError, match="https"):
        chosen(**PROVIDER | {"oidc_issuer": issuer})


def test_a_provider_on_this_machine_needs_no_https() -> None:
    assert chosen(**PROVIDER | {"oidc_issuer": "http://127.0.0.1:8000/o"}).oidc_issuer


def test_half_a_provider_is_refused() -> None:
    with pytest.raises(ValidationError, match="CLIENT_ID"):
        chosen(**PROVIDER | {"oidc_client_id": ""})
    with pytest.raises(ValueError, match="PUBLIC_URL"):
        opened_logins.provider(chosen(**PROVIDER | {"public_url": ""}))


def test_somebody_can_always_log_in() -> None:
    with pytest.raises(ValidationError, match="nobody could log in"):
        chosen(password_login=False)
    assert not opened_logins.rules(chosen(password_login=False, **PROVIDER)).password


def test_a_group_gives_a_role_that_exists() -> None:
    groups = {"oidc_roles": {"crm": "boss"}}

    with pytest.raises(ValueError, match="boss"):
        opened_logins.provider(chosen(**PROVIDER | groups))


def test_the_secret_of_the_client_does_not_show() -> None:
    found = chosen(**PROVIDER | {"oidc_client_secret": "geheim"})

    assert "geheim" not in repr(found)
    assert "geheim" not in repr(opened_logins.provider(found))
    provider = opened_logins.provider(found)
    assert provider is not None
    assert "geheim" not in repr(provider.rules)
