import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from settings import PROJECT, Settings


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    monkeypatch.setenv("BIHUAN_HOME", str(tmp_path))
    return Settings(_env_file=None)


def test_settings_cannot_be_changed_after_they_were_read(bare: Settings) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        bare.locale = "en"  # type: ignore[misc]


def test_words_are_separated_by_blanks(bare: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIHUAN_NOTICE_URLS", "json://one/?a=1,2  json://two")

    assert Settings(_env_file=None).notice_urls == ("json://one/?a=1,2", "json://two")
    assert bare.notice_urls == ()


def test_an_unknown_part_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIHUAN_PARTS", "postgres nonsense")

    with pytest.raises(ValidationError, match="nonsense"):
        Settings(_env_file=None)


def test_passwords_in_addresses_do_not_show_when_settings_are_printed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BIHUAN_DATABASE_URL", "postgresql+psycopg://a:geheim@h/d")
    monkeypatch.setenv("BIHUAN_NOTICE_URLS", "wecombot://geheim")

    assert "geheim" not in repr(Settings(_env_file=None))


def test_paths_follow_the_home(bare: Settings, tmp_path: Path) -> None:
    assert bare.secrets_path == tmp_path / "secrets"
    assert bare.demo_logins_path == tmp_path / "demo-logins.txt"


def test_the_example_file_names_every_setting_with_its_default(bare: Settings) -> None:
    text = (PROJECT / ".env.example").read_text()

    shown = dict(re.findall(r"^#(BIHUAN_\w+)=(.*)$", text, re.MULTILINE))

    assert set(shown) == {f"BIHUAN_{name.upper()}" for name in Settings.model_fields}
    example = Settings(_env_file=None, **{k[7:].lower(): v for k, v in shown.items() if v})
    same = set(Settings.model_fields) - {"home"}
    assert example.model_dump(include=same) == bare.model_dump(include=same)
