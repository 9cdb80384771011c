"""`GET /api/settings`: what was chosen; of secrets only whether they are set (设置)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from api.answers import example, for_staff
from api.authentication import Caller
from api.means import MeansHere
from api.permissions import Allowed
from settings import Settings

router = APIRouter(tags=["settings"])


class SettingView(BaseModel):
    """A setting by its name in the environment; `value` is null for secrets and what is not set."""

    name: str
    state: Literal["default", "set", "unset"]
    secret: bool
    value: str | None


class SettingsView(BaseModel):
    """All settings, as the API read them when it started; they change with a restart."""

    items: list[SettingView]


_EXAMPLE: dict[str, Any] = {
    "items": [
        {"name": "BIHUAN_TOKEN_DAYS", "state": "default", "secret": False, "value": "365"},
        {"name": "BIHUAN_OIDC_CLIENT_SECRET", "state": "unset", "secret": True, "value": None},
    ]
}


@router.get(
    "/api/settings",
    operation_id="get_settings",
    responses={**for_staff(), **example(200, _EXAMPLE)},
)
def get_settings(
    _caller: Annotated[Caller, Depends(Allowed("settings.read"))], means: MeansHere
) -> SettingsView:
    """Return the settings; what may hold a secret says only whether it is set."""
    chosen = means.chosen
    return SettingsView(items=[_view(chosen, name) for name in Settings.model_fields])


def _view(chosen: Settings, name: str) -> SettingView:
    field = Settings.model_fields[name]
    value = getattr(chosen, name)
    # What must not be printed in logs is a secret here, too: addresses may hold passwords.
    secret = not field.repr
    empty = value in ("", None, (), {})
    state: Literal["default", "set", "unset"] = "set"
    if empty:
        state = "unset"
    elif value == field.get_default(call_default_factory=True):
        state = "default"
    return SettingView(
        name=f"BIHUAN_{name.upper()}",
        state=state,
        secret=secret,
        value=None if secret or empty else _text(value),
    )


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return " ".join(str(one) for one in value)
    return str(value)
