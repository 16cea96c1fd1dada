"""One translator, and nobody meets a sentence that was forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from notifications import extraction, i18n
from notifications.extraction import check, sentences, update
from notifications.i18n import install, main, read_catalogue, translator
from states.say import say


def test_everything_that_notifications_say_is_translated() -> None:
    report = check("notifications")
    assert report.faults == []
    assert report.unused == ()


def test_chinese_is_what_is_written_and_needs_no_catalogue() -> None:
    assert translator("zh")("您好：") == "您好："


def test_english_comes_from_the_catalogue_and_what_is_missing_stays_chinese() -> None:
    english = translator("en")
    assert english("您好：") == "Hello,"
    assert english("没有人说过的话") == "没有人说过的话"
    assert english("") == ""  # in a .po file this is the header


def test_names_in_procedures_are_translated_without_a_catalogue() -> None:
    assert say("{stage}", stage="联合审定").text(translator("en")) != "联合审定"
    assert translator("en")("联合审定通过") == "approve jointly"


def test_a_language_that_nobody_speaks_here() -> None:
    with pytest.raises(KeyError):
        translator("fr")


def test_templates_are_told_the_language_or_whom_to_ask_for_it() -> None:
    language = "zh"
    source = {"a": "{% trans who='王' %}\n  您好：\n{% endtrans %}|{{ _('您好：') }}"}
    fixed = Environment(loader=DictLoader(source))
    install(fixed, "en")
    asking = Environment(loader=DictLoader(source))
    install(asking, lambda: language)
    assert fixed.get_template("a").render() == "Hello,|Hello,"
    assert asking.get_template("a").render() == "您好：|您好："
    language = "en"
    assert asking.get_template("a").render() == "Hello,|Hello,"


# ---- a small package of its own ---------------------------------------------------------------------------------


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "notifications"
    (folder / "templates").mkdir(parents=True)
    (folder / "a.py").write_text(
        'say("早{name}", name=1)\nsay("甲" "乙")\nsay("真" if x else "假")\n_("页")\nother("不说")\n'
    )
    (folder / "templates" / "b.txt").write_text("{% trans %}晚{{ name }}{% endtrans %}{{ _('安') }}")
    monkeypatch.setattr(extraction, "ROOT", tmp_path)
    monkeypatch.setattr(i18n, "ROOT", tmp_path)
    return folder


def translate(package: Path, **words: str) -> None:
    path = package / "locale" / "en.po"
    text = path.read_text()
    for pattern, translated in words.items():
        assert f'msgid "{pattern}"\nmsgstr ""' in text
        text = text.replace(f'msgid "{pattern}"\nmsgstr ""', f'msgid "{pattern}"\nmsgstr "{translated}"')
    path.write_text(text)


def test_sentences_are_found_where_they_are_said(package: Path) -> None:
    assert set(sentences("notifications")) == {"早{name}", "甲乙", "真", "假", "页", "晚%(name)s", "安"}
    assert sentences("notifications")["晚%(name)s"].file == "notifications/templates/b.txt"


def test_what_is_not_translated_is_found(package: Path) -> None:
    assert [found.pattern for found in check("notifications").untranslated] == list(sentences("notifications"))
    update("notifications")
    translate(package, 甲乙="both")
    assert "甲乙" not in [found.pattern for found in check("notifications").untranslated]
    assert main(["check", "notifications"]) == 1


def test_a_translation_that_names_other_facts_is_found(package: Path) -> None:
    update("notifications")
    translate(package, **{"早{name}": "morning {nam}", "晚%(name)s": "evening %(name)s"})
    assert check("notifications").broken == ("早{name}",)


def test_an_update_keeps_every_translation_and_a_sentence_that_comes_back_finds_its_own(package: Path) -> None:
    update("notifications")
    translate(package, 甲乙="both", 安="peace")
    before = (package / "a.py").read_text()
    (package / "a.py").write_text(before.replace('"甲" "乙"', '"丙"'))
    update("notifications")
    catalogue = package / "locale" / "en.po"
    assert '#~ msgid "甲乙"\n#~ msgstr "both"' in catalogue.read_text()
    assert read_catalogue(catalogue, "en") == {"安": "peace"}
    (package / "a.py").write_text(before)
    update("notifications")
    assert read_catalogue(catalogue, "en") == {"甲乙": "both", "安": "peace"}


def test_an_update_without_a_change_changes_nothing(package: Path) -> None:
    update("notifications")
    catalogue = package / "locale" / "en.po"
    translate(package, 安="peace")
    first = catalogue.read_text()
    update("notifications")
    assert catalogue.read_text() == first


def test_a_translation_in_doubt_is_not_shown(package: Path) -> None:
    update("notifications")
    translate(package, 安="peace")
    catalogue = package / "locale" / "en.po"
    catalogue.write_text(catalogue.read_text().replace('msgid "安"', '#, fuzzy\nmsgid "安"'))
    assert read_catalogue(catalogue, "en") == {}
    assert "安" in [found.pattern for found in check("notifications").untranslated]
    update("notifications")
    assert "fuzzy" in catalogue.read_text()


def test_sentences_that_are_no_longer_said_are_named(package: Path) -> None:
    update("notifications")
    (package / "templates" / "b.txt").write_text("")
    assert set(check("notifications").unused) == {"晚%(name)s", "安"}


def test_the_command_knows_what_it_can_do(package: Path) -> None:
    assert main([]) == main(["upgrade"]) == main(["update", "states2"]) == 2
    assert main(["update", "notifications"]) == 0
    assert not (package.parent / "api").exists()
