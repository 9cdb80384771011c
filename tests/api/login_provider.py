"""A real provider of logins as a process: Django with the OAuth toolkit, in memory (测试用).

`python tests/api/login_provider.py PORT KEY_FILE CLIENT_ID CLIENT_SECRET REDIRECT_URI` serves until
it is ended. The people are those of `PEOPLE`; pages and forms are Django's own.
"""

# mypy: disable-error-code="import-untyped,misc"
# ruff: noqa: PLC0415 (Django's parts can be imported only when it is set up)

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from django.conf import settings
from django.http import HttpRequest
from typing_extensions import override

PASSWORD = "the provider's password"
# Username: name and groups.
PEOPLE = {
    "spec": ("小陈", ["crm-agents"]),
    "stranger": ("Stranger", []),
    "lead": ("组长", ["crm-leads", "other"]),
}
LOGIN_PAGE = "<form method=post>{% csrf_token %}{{ form }}<button>login</button></form>"


def configure(port: int, key: str) -> None:
    """Set Django up with the toolkit, keys and pages."""
    settings.configure(
        SECRET_KEY="only for tests",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "oauth2_provider",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "loaders": [
                        (
                            "django.template.loaders.locmem.Loader",
                            {"registration/login.html": LOGIN_PAGE},
                        )
                    ]
                },
            }
        ],
        # Tables are made from the models at once, which is sooner than by their history.
        MIGRATION_MODULES={
            "auth": None,
            "contenttypes": None,
            "sessions": None,
            "oauth2_provider": None,
        },
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        LOGIN_URL="/login",
        SESSION_COOKIE_NAME="provider",
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_RSA_PRIVATE_KEY": key,
            "OIDC_ISS_ENDPOINT": f"http://127.0.0.1:{port}/o",
            "OIDC_RP_INITIATED_LOGOUT_ENABLED": True,
            "OIDC_RP_INITIATED_LOGOUT_ALWAYS_PROMPT": False,
            "OAUTH2_VALIDATOR_CLASS": f"{__name__}.Claims",
            "SCOPES": {"openid": "openid", "profile": "profile"},
            "PKCE_REQUIRED": True,
        },
    )
    django.setup()


def fill(client_id: str, client_secret: str, redirect_uri: str) -> None:
    """Make tables, people and the one client."""
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from oauth2_provider.models import Application

    call_command("migrate", run_syncdb=True, verbosity=0)
    for name in PEOPLE:
        User.objects.create_user(name, password=PASSWORD)
    Application.objects.create(
        name="bihuan",
        client_id=client_id,
        client_secret=client_secret,
        hash_client_secret=False,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        redirect_uris=redirect_uri,
        post_logout_redirect_uris=redirect_uri.split("/api/", maxsplit=1)[0] + "/",
        algorithm=Application.RS256_ALGORITHM,
        skip_authorization=True,
    )


def routes() -> list[Any]:
    """Return the toolkit's routes and Django's own login page."""
    from django.contrib.auth.views import LoginView
    from django.urls import include, path

    return [
        path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
        path("login", LoginView.as_view()),
    ]


class Quiet(WSGIRequestHandler):
    """Logs nothing."""

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def main(port: str, key_file: str, client_id: str, client_secret: str, redirect_uri: str) -> None:
    """Serve."""
    from django.core.wsgi import get_wsgi_application

    configure(int(port), Path(key_file).read_text("ascii"))
    from oauth2_provider.oauth2_validators import OAuth2Validator

    class Claims(OAuth2Validator):
        """What the provider says of a person."""

        oidc_claim_scope = None

        def get_additional_claims(self, request: HttpRequest) -> dict[str, Any]:
            """Return the claims beyond the standard ones."""
            name, groups = PEOPLE[request.user.username]
            return {
                "preferred_username": request.user.username,
                "name": name,
                "groups": groups,
                # Known to tests, which ask for the nonce.
                **({} if request.user.username == "stranger" else {"sid": f"sid-{request.nonce}"}),
            }

    module = sys.modules[__name__]
    module.Claims = Claims  # type: ignore[attr-defined]
    module.urlpatterns = routes()  # type: ignore[attr-defined]
    fill(client_id, client_secret, redirect_uri)
    with make_server("127.0.0.1", int(port), get_wsgi_application(), handler_class=Quiet) as server:
        server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
