"""Procedure files: every fault at once and at its line, a notation without surprises, and the catalogue of versions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from states import loading
from states.faults import SENTENCES
from states.loading import Catalogue, InvalidProcedure, UnknownProcedure, load_procedure, shipped
from states.marked import read

XUNYANG = (Path(loading.FOLDER) / "xunyang-2022-88.yaml").read_text(encoding="utf-8")
GUIDE = (Path(__file__).parents[2] / "docs" / "adding-a-procedure.md").read_text(encoding="utf-8")
EXAMPLE = next(block for block in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL) if block.startswith("procedure:"))


def faults_of(text: str) -> list[tuple[int, str]]:
    with pytest.raises(InvalidProcedure) as refused:
        load_procedure(text, "mine.yaml")
    assert all(fault.file == "mine.yaml" for fault in refused.value.faults)
    return [(fault.line, f"{fault.where}: {fault.problem}") for fault in refused.value.faults]


def edited(*changes: tuple[str, str]) -> str:
    text = XUNYANG
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the file"
        text = text.replace(old, new)
    return text


def line_of(text: str, words: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if words in line)


# -- faults -----------------------------------------------------------------------------------------------------------

TEN = [
    ('version: "1"', "version: 1", "version: 应为文字，现为1（像数字的文字请加引号）"),
    ("issued_on: 2022-05-12", "issued_on: 2022-02-30", "document.issued_on: 应为真实日期，写作 2026-01-04"),
    ('region: "610981"', 'region: "61098x"', "document.region: “61098x”不行：应为2至12位行政区划代码"),
    ("{kind: city_posts, kinds: [city], rule: cap, places: 19",
     "{kind: city_posts, kinds: [city], rule: cap, places: '19'", "quotas.city_posts.places: 应为整数，现为19"),
    ("set_by: county\n    reason: {zh: 公告日", "set_by: emperor\n    reason: {zh: 公告日",
     "gaps.age_measured_on.set_by: 不能是"),
    ("{stage: checked, state: applied", "{stage: checked, state: aplied", "stages.checked.state: 没有“aplied”这一项"),
    ("{act: close_window, zh: 报名截止, en", "{act: close_window, zhh: 报名截止, en",
     "steps.close_window.zhh: 不认识“zhh”"),
    ("{act: cancel, zh: 撤销名额, en: cancel the place, from: [vacancy]",
     "{act: cancel, zh: 撤销名额, en: cancel the place, from: vacancy", "steps.cancel.from: 应为列表"),
    ("  term_months: 12\n", "  term_months: a year\n", "contract.term_months: 不能是“a year”，可以是：整数、留白"),
    ("  due_month: 12\n", "  due_month: 13\n", "assessment.due_month: 不能大于12"),
]  # fmt: skip


def test_ten_faults_are_reported_at_once_each_at_its_line() -> None:
    text = edited(*((old, new) for old, new, _ in TEN))
    faults = faults_of(text)
    for _, new, words in TEN:
        line = line_of(text, new.splitlines()[0])
        if words.startswith("gaps."):
            line = line_of(text, "set_by: emperor")
        assert any(place == line and said.startswith(words) for place, said in faults), (words, line, faults)
    # the misspelt key is also a missing one
    missing = (line_of(text, "act: close_window"), "steps.close_window: 缺少“zh”")
    assert missing in faults
    assert len(faults) == len(TEN) + 1
    assert [line for line, _ in faults] == sorted(line for line, _ in faults)


def test_a_fault_reads_like_a_compilers() -> None:
    with pytest.raises(InvalidProcedure) as refused:
        load_procedure(edited(('version: "1"', "version: 1")), "mine.yaml")
    assert str(refused.value) == "mine.yaml:3: version: 应为文字，现为1（像数字的文字请加引号）"


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('version: "1"', 'version: "1" "2"', 3, "不是合格的YAML"),
        (
            "  cite: 通知\n  meets: [XY-01]",
            "  cite: 通知\n  cite: 通知\n  meets: [XY-01]",
            13,
            "validity.cite: “cite”写了两次",
        ),
        ("  valid_from: 2022-05-12", "  valid_from: &day 2022-05-12\n  valid_to: *day", 12, "不支持锚点和引用"),
        ('version: "1"', "version: !!int 1", 3, "不支持标签"),
        ("  number: 旬人社发〔2022〕88号\n", "  ? [a, b]\n  : c\n  number: 旬人社发〔2022〕88号\n", 6, "键应为一个词"),
    ],
)
def test_faults_of_the_notation_have_their_line(old: str, new: str, line: int, said: str) -> None:
    text = XUNYANG.replace(old, new, 1)
    assert text != XUNYANG
    assert any(place == line and said in words for place, words in faults_of(text)), faults_of(text)


def test_notation_and_schema_are_reported_together() -> None:
    text = edited(
        ("  cite: 通知\n  meets: [XY-01]", "  cite: 通知\n  cite: 通知\n  meets: [XY-01]"),
        ('version: "1"', "version: 1"),
    )
    assert [line for line, _ in faults_of(text)] == [3, 13]


@pytest.mark.parametrize("text", ["", "# nothing\n", "[1, 2]", "a: b", "\t- x", "[" * 5000, "a: \x00"])
def test_anything_at_all_is_a_fault_and_never_a_crash(text: str) -> None:
    assert faults_of(text)


def test_a_wrong_item_does_not_make_its_list_too_short_as_well() -> None:
    text = edited(("from: [vacancy], to: unfilled, by: [system]", "from: [vacancy], to: unfilled, by: [sytem]"))
    assert [said.split("：")[0] for _, said in faults_of(text)] == [
        "steps.close_window.by.1: 没有“sytem”这一项，可以是"
    ]


def test_a_gap_written_wrongly_is_told_inside_the_gap() -> None:
    text = edited(("  counted_from: {gap: hired_on}\n  exceptions:", "  counted_from: {gop: hired_on}\n  exceptions:"))
    assert [words for _, words in faults_of(text)] == [
        "service.counted_from: 缺少“gap”",
        "service.counted_from.gop: 不认识“gop”",
    ]


def test_every_sentence_about_the_schema_is_chinese() -> None:
    error = {
        "type": "x", "loc": ("steps", "apply"), "input": "v", "msg": "m",
        "ctx": {"max_length": 3, "min_length": 1, "pattern": "p", "expected": "'a' or 'b'", "ge": 1, "le": 2},
    }  # fmt: skip
    for spoken in SENTENCES.values():
        words = str(spoken(error) if callable(spoken) else spoken)
        assert re.search(r"[\u4e00-\u9fff]", words)


# -- notation ---------------------------------------------------------------------------------------------------------


def test_only_true_and_false_are_answers_and_days_stay_text() -> None:
    marked = read(
        "a: on\nb: off\nc: yes\nd: no\ne: true\nf: False\non: 2022-05-12\ng: 010\nh: 1e3\ni: 1:30\nj: '5'\nk: 5\nl: ~"
    )
    assert marked.slips == ()
    assert marked.value == {
        "a": "on", "b": "off", "c": "yes", "d": "no", "e": True, "f": "False", "on": "2022-05-12", "g": "010",
        "h": "1e3", "i": "1:30", "j": "5", "k": 5, "l": None,
    }  # fmt: skip


def test_the_key_on_can_be_used() -> None:
    ended = "  ended_by:\n    - {what: {zh: 项目结束, en: over}, on: 2023-01-01, certainty: inferred}\n"
    procedure = load_procedure(
        edited(("  cite: 通知\n  meets: [XY-01]", f"{ended}  cite: 通知\n  meets: [XY-01]")), "mine"
    )
    assert procedure.validity.ended_by[0].on is not None


# -- what is shipped --------------------------------------------------------------------------------------------------


def test_every_shipped_file_is_a_procedure_named_like_its_file() -> None:
    # old terms are a version beside the present one: "document.old-terms.yaml"
    assert set(shipped()) == {path.stem.partition(".")[0] for path in Path(loading.FOLDER).glob("*.yaml")}
    assert shipped()["xunyang-2022-88"] is shipped()["xunyang-2022-88"]


def test_a_kept_version_is_read_back_the_same() -> None:
    for procedure in shipped().values():
        text = procedure.model_dump_json(by_alias=True, exclude_defaults=True)
        assert load_procedure(text, procedure.key) == procedure


def test_the_example_of_the_guide_loads(tmp_path: Path) -> None:
    (tmp_path / "example.yaml").write_text(EXAMPLE, encoding="utf-8")
    catalogue = Catalogue.load(tmp_path)
    assert catalogue.current("example-county-2026-1").key == "example-county-2026-1@1"
    assert catalogue.get("xunyang-2022-88@1") == shipped()["xunyang-2022-88"]
    assert len(catalogue.all()) == len(Catalogue.load().all()) + 1


# -- catalogue --------------------------------------------------------------------------------------------------------


def test_the_same_version_with_other_content_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(XUNYANG, encoding="utf-8")
    assert Catalogue.load(tmp_path).get("xunyang-2022-88@1") == shipped()["xunyang-2022-88"]
    other = edited(("fen: 300000000, cite", "fen: 300000001, cite"))
    (tmp_path / "a.yaml").write_text(other, encoding="utf-8")
    with pytest.raises(InvalidProcedure) as refused:
        Catalogue.load(tmp_path)
    [fault] = refused.value.faults
    assert (fault.file, "xunyang-2022-88@1" in str(fault.problem)) == ("a.yaml", True)


def test_the_newest_version_is_current_and_older_ones_stay(tmp_path: Path) -> None:
    for version in ("2", "10"):
        (tmp_path / f"v{version}.yaml").write_text(edited(('version: "1"', f'version: "{version}"')), encoding="utf-8")
    catalogue = Catalogue.load(tmp_path)
    assert catalogue.current("xunyang-2022-88").version == "10"
    assert {catalogue.get(f"xunyang-2022-88@{version}").version for version in ("1", "2", "10")} == {"1", "2", "10"}


def test_the_faults_of_all_files_are_reported_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: b", encoding="utf-8")
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(InvalidProcedure) as refused:
        Catalogue.load(tmp_path)
    assert {fault.file for fault in refused.value.faults} == {"a.yaml", "b.yaml"}


def test_a_folder_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(InvalidProcedure):
        Catalogue.load(tmp_path / "nowhere")


def test_what_nobody_knows_is_said_by_name() -> None:
    catalogue = Catalogue.load()
    for ask in (catalogue.get, catalogue.current):
        with pytest.raises(UnknownProcedure) as refused:
            ask("nothing-1@1")
        assert "nothing-1@1" in str(refused.value.problem)


def test_nobody_can_change_what_others_share() -> None:
    catalogue = Catalogue.load()
    with pytest.raises(TypeError):
        catalogue._by_key["x"] = shipped()["xunyang-2022-88"]  # type: ignore[index]
    shipped().clear()
    assert shipped()


# -- rulings on gaps --------------------------------------------------------------------------------------------------


def ruled(folder: Path, text: str) -> Catalogue:
    (folder / "gaps.yaml").write_text(text, encoding="utf-8")
    return Catalogue.load(folder)


def test_a_ruling_is_a_version_of_its_own(tmp_path: Path) -> None:
    catalogue = ruled(tmp_path, "xunyang-2022-88:\n  promptly: 3\n  hired_on: approved_on\n")
    current = catalogue.current("xunyang-2022-88")
    assert re.fullmatch(r"1\+[0-9a-f]{8}", current.version)
    assert catalogue.get(current.key) is current
    # asked by the look-up that the engine uses, which must not be that of the version before
    assert current.gap_by_name["promptly"].default == 3
    assert current.settle(current.service.counted_from) == "approved_on"
    assert catalogue.get("xunyang-2022-88@1").gap_by_name["promptly"].default == 5


def test_the_same_rulings_give_the_same_version_in_any_order(tmp_path: Path) -> None:
    one = ruled(tmp_path, "xunyang-2022-88: {promptly: 3, hired_on: approved_on}\n").current("xunyang-2022-88")
    two = ruled(tmp_path, "xunyang-2022-88: {hired_on: approved_on, promptly: 3}\n").current("xunyang-2022-88")
    other = ruled(tmp_path, "xunyang-2022-88: {hired_on: approved_on, promptly: 4}\n").current("xunyang-2022-88")
    assert one == two
    assert one.key != other.key


def test_faulty_rulings_are_reported_at_once(tmp_path: Path) -> None:
    with pytest.raises(InvalidProcedure) as refused:
        ruled(tmp_path, "xunyang-2022-88:\n  promptly: true\n  hired_on: tomorrow\n  unheard: 1\n"
                        "  contract_filing_days: 0\n  promptly: 3\nnowhere-1: {a: 1}\nbaihe-2022-72: 5\n")  # fmt: skip
    told = [(fault.line, fault.where, str(fault.problem)[:4]) for fault in refused.value.faults]
    assert told == [
        (2, "xunyang-2022-88.promptly", "应为整数"),
        (3, "xunyang-2022-88.hired_on", "不能是“"),
        (4, "xunyang-2022-88.unheard", "该办法没"),
        (5, "xunyang-2022-88.contract_filing_days", "不能小于"),
        (6, "xunyang-2022-88.promptly", "“pro"),
        (7, "nowhere-1", "没有名为"),
        (8, "baihe-2022-72", "应写明至"),
    ]
