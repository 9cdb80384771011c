"""The words of messages in every language."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from channels import wording
from channels.errors import DeliveryError
from settings import PROJECT


def test_every_language_has_the_same_messages() -> None:
    assert wording.locales() == ["en", "zh-CN"]

    assert wording.codes("en") == wording.codes("zh-CN")


@pytest.mark.parametrize("code", wording.codes("zh-CN"))
def test_a_message_shows_the_same_data_in_every_language(code: str) -> None:
    assert wording.placeholders(code, "en") == wording.placeholders(code, "zh-CN") != frozenset()


def test_every_language_has_words_for_the_same_codes() -> None:
    english, chinese = (wording._catalogue(name)["words"] for name in ("en", "zh-CN"))

    assert {name: set(words) for name, words in english.items()} == {
        name: set(words) for name, words in chinese.items()
    }


def _put_codes(folder: Path) -> Iterator[str]:
    """The codes that calls like `notices.put(..., code="...")` name."""
    for path in folder.glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in {"put", "notices.put"}:
                given = {word.arg: word.value for word in call.keywords}
                if isinstance(given.get("code"), ast.Constant):
                    yield ast.literal_eval(given["code"])


def test_every_notice_that_an_activity_puts_has_words() -> None:
    put = set(_put_codes(PROJECT / "activities"))

    assert {"user_task_created", "feedback_escalated"} <= put
    assert put <= set(wording.codes("zh-CN"))


@pytest.mark.parametrize("locale", wording.locales())
def test_no_word_stands_twice_in_a_catalogue(locale: str) -> None:
    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        names = [name for name, _ in pairs]
        assert sorted(names) == sorted(set(names))
        return dict(pairs)

    text = (wording.FOLDER / f"{locale}.json").read_text("utf-8")

    assert json.loads(text, object_pairs_hook=unique)


def test_codes_and_instants_are_shown_in_the_words_and_zone_of_the_reader() -> None:
    data = {"number": "202405-001", "decision": "approved", "due_at": "2024-05-06T16:30:00+00:00"}

    chinese = wording.render("extension_decided", data, "zh-CN", strict=False)
    english = wording.render("extension_decided", data, "en", strict=False)

    assert chinese.title == "反馈 202405-001 的延期申请：已批准"
    assert "2024-05-07 00:30" in chinese.body
    assert english.title == "Extension of feedback 202405-001: approved"


def test_a_notice_with_missing_data_shows_a_gap_and_a_customer_gets_none() -> None:
    notice = wording.render("feedback_escalated", {"number": "202405-001"}, "zh-CN", strict=False)

    assert "—" in notice.body

    with pytest.raises(DeliveryError, match="data_missing"):
        wording.render("survey", {"number": "202405-001", "link": ""}, "zh-CN", strict=True)


def test_several_values_are_joined_as_the_language_does() -> None:
    data = {"number": "202405-001", "fields": ["contact", "description"]}

    assert (
        "联系方式、问题描述"
        in wording.render("supplement_requested", data, "zh-CN", strict=True).body
    )


def test_values_are_never_read_as_templates_and_a_title_is_one_line() -> None:
    data = {"flow": "a\r\nBcc: $run {0}", "run": "7"}

    message = wording.render("flow_failed", data, "en", strict=False)

    assert message.title == "The scheduled flow a Bcc: $run {0} failed"


@pytest.mark.parametrize(("code", "locale"), [("nothing", "en"), ("survey", "../en")])
def test_an_unknown_code_or_language_has_no_template(code: str, locale: str) -> None:
    with pytest.raises(DeliveryError, match="template_missing"):
        wording.render(code, {}, locale, strict=False)
