"""What a letter says: until when, why, what to do; and what it never says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from notifications.messages import SUBJECT_LENGTH, Letter, Reader, compose, day_in_words, veiled
from states.loading import Catalogue
from states.procedure import Procedure
from tests.support.asking import d

XUNYANG = Catalogue.load().current("xunyang-2022-88")
LIAOCHENG = Catalogue.load().current("liaocheng-2022-4")
ZH, EN = Reader("zh", "https://zaigang.example"), Reader("en", "https://zaigang.example")


def a_reminder(deadline: str = "contract_due", due_on: str = "2026-03-09", **changes: Any) -> Letter:
    template = "remind_filing" if deadline.startswith("filing:") else f"remind_{deadline}"
    letter = Letter(
        message_id="7-4-0",
        hire_id=7,
        template=template,
        to_role="employer",
        facts={"deadline": deadline, "due_on": due_on, "mark": -7, "provisional": False},
        created_on=d("2026-03-02"),
        procedure=XUNYANG,
        origin="on_post",
        post="镇级信息员",
        employer="双河镇人民政府",
        place="双河镇",
        person="王小明",
    )
    return replace(letter, **changes)


def a_decision(template: str, act: str, origin: str, stage: str, **changes: Any) -> Letter:
    facts = {"act": act, "on": "2026-03-02", "stage": stage}
    return a_reminder(template=template, facts=facts, origin=origin, **{"to_role": "applicant", **changes})


@pytest.mark.parametrize(
    ("due_on", "subject", "left"),
    [
        ("2026-03-03", "签订合同（王某）：还有1天", "（还有1天）"),
        ("2026-03-02", "签订合同（王某）：今天到期", "（今天）"),
        ("2026-03-01", "签订合同（王某）：已逾期1天", "（已逾期1天）"),
    ],
)
def test_a_reminder_counts_from_the_day_it_was_decided(due_on: str, subject: str, left: str) -> None:
    message = compose(a_reminder(due_on=due_on), ZH)
    assert message.subject == subject
    assert f"期限：{day_in_words(d(due_on), 'zh')}{left}" in message.body


def test_a_reminder_says_why_and_what_to_do_and_where() -> None:
    body = compose(a_reminder(), ZH).body
    assert "依据：旬人社发〔2022〕88号四(二)5" in body
    assert "请与本人签订书面合同" in body
    assert "https://zaigang.example/hires/7" in body
    assert "岗位：镇级信息员（双河镇人民政府，双河镇）" in body


def test_the_same_reminder_in_english() -> None:
    message = compose(a_reminder(), EN)
    assert message.subject == "Contract due (王某): days left: 7"
    assert "Due: 9 March 2026 (days left: 7)" in message.body
    assert "Under: 旬人社发〔2022〕88号四(二)5" in message.body
    assert "Please sign a written contract" in message.body


@pytest.mark.parametrize(("provisional", "said"), [(True, True), (False, False)])
def test_a_provisional_date_is_called_so(provisional: bool, said: bool) -> None:
    letter = a_reminder()
    letter = replace(letter, facts={**letter.facts, "provisional": provisional})
    assert ("暂定" in compose(letter, ZH).body) is said


def test_one_level_up_is_asked_to_see_to_it_not_to_do_it() -> None:
    message = compose(a_reminder(due_on="2026-03-01", to_role="hrss"), ZH)
    assert message.subject == "督促：签订合同（王某）"
    assert "请督促用人单位补签" in message.body
    assert "经办单位：用人单位" in message.body
    assert "请与本人签订书面合同" not in message.body


@pytest.mark.parametrize(("procedure", "paper"), [(XUNYANG, "劳动合同"), (LIAOCHENG, "公益性岗位协议")])
def test_the_paper_is_called_what_the_document_calls_it(procedure: Procedure, paper: str) -> None:
    body = compose(a_reminder("term_end", procedure=procedure, origin="renewed"), ZH).body
    assert f"王某的{paper}到2026年3月9日期满。" in body


def test_over_term_counts_its_days_from_the_first() -> None:
    first = a_reminder("over_term_watch", "2026-03-02", origin="over_term")
    assert compose(first, ZH).subject == "超期第1天：王某的去留还没有办理"
    third = replace(first, created_on=d("2026-03-04"))
    assert compose(third, ZH).subject == "超期第3天：王某的去留还没有办理"
    assert "超期起始日：2026年3月2日" in compose(third, ZH).body


def test_a_report_is_named_as_the_step_that_made_it_due_names_it() -> None:
    letter = a_reminder("filing:real_name:9", procedure=LIAOCHENG, to_role="township", due_by="leave")
    assert "省公益性岗位管理系统实名变更" in compose(letter, ZH).body
    assert "省公益性岗位管理系统实名登记" in compose(replace(letter, due_by="start"), ZH).body
    assert "应报送：县级人力资源社会保障部门" in compose(letter, ZH).body


def test_an_objection_that_waits_is_named_by_its_number() -> None:
    letter = a_reminder("objection:7", template="remind_objection", origin="notice")
    said = (compose(letter, ZH), compose(letter, EN))
    assert "答复第7号异议" in said[0].subject and "objection no. 7" in said[1].subject
    assert not any("objection:" in one.subject + one.body for one in said)


def test_a_letter_to_the_applicant_is_a_paper_to_hand_over() -> None:
    body = compose(a_decision("approved", "approve", "joint_review", "approved"), ZH).body
    assert "请打印以下通知，当面交给王某本人" in body
    paper = body.partition("————————")[2]
    assert paper.strip().startswith("王某：")
    assert "待培训" in paper or XUNYANG.stage_by_name["approved"].zh in paper
    assert "https://" not in paper  # the person has no account


def test_the_end_of_a_hire_is_told_with_its_reason_and_its_last_paid_day() -> None:
    changes = {"ended_on": "2026-03-01", "paid_until": "2026-02-28"}
    letter = a_decision("left", "leave", "contracted", "ended", changes=changes, ground="resignation")
    body = compose(letter, ZH).body
    assert "到2026年3月1日结束，事由：本人辞职" in body
    assert "补贴计算到2026年2月28日" in body


def test_after_a_death_the_family_is_written_to() -> None:
    body = compose(a_decision("left", "leave", "contracted", "ended", ground="death"), ZH).body
    assert "王某的家属：" in body
    assert "本人" not in body
    assert "求职" not in body


def test_a_contract_is_told_with_its_term_once_there_is_one() -> None:
    letter = a_decision("contract_signed", "sign", "on_post", "contracted", changes={"signed_on": "2026-03-01"})
    assert "期限自" not in compose(letter, ZH).body
    changes = {"signed_on": "2026-03-01", "term_starts_on": "2026-03-01", "term_ends_on": "2027-02-28"}
    body = compose(replace(letter, changes=changes), ZH).body
    assert "您的劳动合同已于2026年3月1日签订并登记。期限自2026年3月1日起，到2027年2月28日止。请保存" in body


# ---- what is never said -----------------------------------------------------------------------------------------


def test_outside_the_service_a_person_is_a_surname() -> None:
    assert "王小明" not in str(compose(a_reminder(), ZH))
    inside = compose(a_reminder(), replace(ZH, signed_in=True))
    assert "王小明" in inside.subject
    assert "请勿回复" not in inside.body


@pytest.mark.parametrize(
    ("name", "shown"), [("张三", "张某"), ("欧阳修远", "欧阳某"), ("欧阳", "欧某"), ("买买提·艾力", "买某")]
)
def test_surnames(name: str, shown: str) -> None:
    assert veiled(name) == shown


def test_a_place_without_a_person_is_called_vacant() -> None:
    assert "空缺名额" in compose(a_reminder(person=None), ZH).subject


def test_facts_that_no_template_names_stay_out() -> None:
    letter = a_reminder()
    stray = {"id_number": "610928198001011234", "phone": "13800000000", "opinion": "私事"}
    message = compose(replace(letter, facts={**letter.facts, **stray}, changes=stray), replace(ZH, signed_in=True))
    assert not any(value in str(message) for value in stray.values())


@pytest.mark.parametrize("typed", ["{{ 7*7 }}", "{% raw %}", "%(person)s", "{person}"])
def test_what_somebody_typed_is_never_a_template(typed: str) -> None:
    message = compose(a_reminder(post=typed), ZH)
    assert f"岗位：{typed}（" in message.body


def test_what_somebody_typed_stays_on_its_line() -> None:
    message = compose(
        a_reminder(employer="甲\r\nBcc: all@example.org\x00乙", person="王\n明"), replace(ZH, signed_in=True)
    )
    assert "甲 Bcc: all@example.org 乙" in message.body
    assert "\n" not in message.subject
    assert "\r" not in message.body


@pytest.mark.parametrize(("length", "clipped"), [(40, False), (100, True)])
def test_a_subject_is_at_most_sixty_characters(length: int, clipped: bool) -> None:
    subject = compose(a_reminder(person="王" * length), replace(ZH, signed_in=True)).subject
    assert len(subject) <= SUBJECT_LENGTH
    assert subject.endswith("…") is clipped


# ---- a county's own document ------------------------------------------------------------------------------------


def test_a_deadline_that_only_a_county_has_is_told_in_general_words() -> None:
    line = XUNYANG.deadline_by_name["contract_due"].model_copy(update={"deadline": "oath", "zh": "宣誓", "en": "oath"})
    content = {name: getattr(XUNYANG, name) for name in type(XUNYANG).model_fields}
    county = type(XUNYANG).model_construct(**{**content, "deadlines": (*XUNYANG.deadlines, line)})
    message = compose(a_reminder("oath", procedure=county), ZH)
    assert message.subject == "宣誓（王某）：还有7天"
    assert "王某的“宣誓”有期限要办。" in message.body
    assert compose(a_reminder("oath", procedure=county), EN).subject == "Oath (王某): days left: 7"


def test_a_letter_that_only_a_county_has_is_told_in_general_words() -> None:
    message = compose(a_decision("oath_taken", "approve", "joint_review", "approved"), ZH)
    assert message.subject == "办理结果：联合审定通过（王某）"
