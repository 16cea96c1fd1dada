"""A county's own scheme of assessment (考核办法), where a document leaves it to the county."""

from __future__ import annotations

from pathlib import Path

import pytest

from states.facts import PointNote
from states.faults import InvalidProcedure
from states.house import house_steps
from states.loading import SCHEMES, Catalogue
from states.points import matter_key, reckon
from states.vocabulary import Role

LIAOCHENG = "liaocheng-2022-4"
SCHEME = """\
liaocheng-2022-4:
  due_month: 11
  due_day: 30
  scale: points
  base_points: 100
  grades:
    - {grade: good, zh: 好, en: good, at_least: 85, passes: true}
    - {grade: fair, zh: 较好, en: fair, at_least: 60, passes: true}
    - {grade: poor, zh: 差, en: poor, passes: false}
  levels:
    - {level: county, zh: 县级, en: county}
    - {level: each, zh: 每次, en: each time}
  items:
    - {name: praised, zh: 受表扬, en: praised, points: {county: 2.5}, cite: 《示例县绩效考核办法》第三条}
    - {name: absent, zh: 无故缺勤, en: absent, points: {each: -5}, counts: record, cite: 《示例县绩效考核办法》第四条}
  cite: 《示例县绩效考核办法》第二条
"""


def test_the_scheme_makes_a_version_of_its_own_and_counts(tmp_path: Path) -> None:
    (tmp_path / SCHEMES).write_text(SCHEME, encoding="utf-8")
    (tmp_path / "gaps.yaml").write_text(f"{LIAOCHENG}: {{notice_working_days: 7}}\n", encoding="utf-8")
    catalogue = Catalogue.load(tmp_path)
    before, procedure = catalogue.get(f"{LIAOCHENG}@1"), catalogue.current(LIAOCHENG)
    assert before.assessment.scale == "grades", "who began under the document goes on under it"
    assert procedure.version.count("+") == 2 and procedure.gap_by_name["notice_working_days"].default == 7
    assert (procedure.assessment.due_month, procedure.assessment.ruled_by) == (11, before.assessment.ruled_by)
    acts = {step.act: step.by for steps in house_steps(procedure).values() for step in steps}
    assert acts["note_point"] == (Role.VILLAGE, Role.TOWNSHIP)
    assert "note_point" not in {step.act for steps in house_steps(before).values() for step in steps}
    notes = [
        PointNote(1, 2026, "praised", "county", 1, 1, matter_key("甲"), Role.VILLAGE, "a"),
        PointNote(2, 2026, "absent", "each", 4, 1, matter_key("乙"), Role.VILLAGE, "a"),
    ]
    total = reckon(procedure, notes, 2026)
    assert (total.tenths, total.grade and total.grade.grade) == (825, "fair")


@pytest.mark.parametrize(
    ("old", "new", "place", "said"),
    [
        ("liaocheng-2022-4:", "nowhere-1:", "nowhere-1", "没有名为"),
        ("  base_points: 100\n", "", "items", "基础分"),
        ("  due_month: 11\n", "  due_month: 13\n", "due_month", "不能大于12"),
        ("  due_month: 11\n", "  ruled_by: [village]\n", "ruled_by", "不认识"),
        ("{county: 2.5}", "{province: 2.5}", "items.praised.points", "levels"),
        ("passes: true", "passes: false", "grades", "没有一个等次"),
    ],
)
def test_a_scheme_with_a_fault_stops_the_start_at_its_line(
    tmp_path: Path, old: str, new: str, place: str, said: str
) -> None:
    (tmp_path / SCHEMES).write_text(SCHEME.replace(old, new), encoding="utf-8")
    with pytest.raises(InvalidProcedure) as refused:
        Catalogue.load(tmp_path)
    (fault,) = refused.value.faults
    assert fault.file == SCHEMES and place in fault.where and said in str(fault.problem)
