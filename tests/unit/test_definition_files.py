"""Exports, names of files, and what drawings say of themselves."""

import io
import zipfile

import pytest

from activities.drawings import drawn, graphs
from api.definition_record import zipped
from api.deploying import is_file_name
from models.process_definition import bundle_digest, digest
from tests.unit.feedback_life import resources

DMN = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="{id}" name="{name}"'
    ' namespace="{namespace}">{inside}</definitions>'
)
IMPORT = '<import namespace="{}" importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>'


def dmn(name: str, imports: str = "", identity: str = "") -> bytes:
    inside = IMPORT.format(imports) if imports else ""
    return DMN.format(id=identity or name, name=name, namespace=name, inside=inside).encode()


def test_an_export_does_not_depend_on_the_order_of_the_files() -> None:
    files = {"b.dmn": b"two", "流程.bpmn": b"one", "a.form": b"three"}

    made = zipped(files)

    assert made == zipped(dict(reversed(files.items())))
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.namelist() == sorted(files)
        assert {name: archive.read(name) for name in files} == files


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\\b", "a\nb", "a\x00b", "x" * 201])
def test_a_name_that_leads_out_of_a_folder_is_refused(name: str) -> None:
    assert not is_file_name(name)


@pytest.mark.parametrize("name", ["feedback.bpmn", "流程 1.form", "..a"])
def test_a_plain_name_is_taken(name: str) -> None:
    assert is_file_name(name)


def test_each_bundled_process_has_a_name_and_its_own_file() -> None:
    found = drawn(resources())

    assert found["feedback"].resource_name == "feedback.bpmn"
    assert all(one.name for one in found.values())
    assert not any(one.start_form for one in found.values())


def test_a_file_counts_as_changed_when_one_that_it_imports_changes() -> None:
    files = {"a.dmn": dmn("a", "b"), "b.dmn": dmn("b", "c"), "c.dmn": dmn("c"), "d.dmn": dmn("d")}

    before = graphs(files)
    after = graphs(files | {"c.dmn": dmn("c", identity="c") + b"\n"})

    moved = {name for name, one in after.items() if one != before[name]}
    assert moved == {"a.dmn", "b.dmn", "c.dmn"}


def test_files_that_import_each_other_are_read_once() -> None:
    found = graphs({"a.dmn": dmn("a", "b"), "b.dmn": dmn("b", "a")})

    assert found["a.dmn"].content_digest == found["b.dmn"].content_digest


def test_copies_of_a_file_that_kept_its_id_are_told_apart_by_their_names() -> None:
    found = graphs({"a.dmn": dmn("a", identity="same"), "b.dmn": dmn("b", identity="same")})

    assert {one.id for one in found.values()} == {"a", "b"}


def test_a_version_brought_back_has_a_digest_of_its_own() -> None:
    files = {"a.bpmn": b"x"}

    names = {digest(files, 1, "a"), digest(files, 1, "a", again=3), digest(files, 1, "a", again=4)}

    assert len(names) == 3
    assert bundle_digest(files) not in names
