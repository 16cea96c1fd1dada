"""Rows with a grade or a total (考核等次、总分): one for each person, proposed, changed or taken back."""

from __future__ import annotations

import re
from typing import Any

from states.house import TAKE_BACK as TAKE_BACK_ACT
from states.say import say
from workflow.assessment_sheets import YearRow
from workflow.imports.assessment_rows import Found, Reading, Sheet
from workflow.imports.assessment_template import NO, TAKE_BACK, YES
from workflow.imports.table import half_width


class Grades(Reading):
    """A grade, or points that somebody adds up."""

    def __init__(self, sheet: Sheet, found: Found) -> None:
        super().__init__(sheet, found)
        self.seen: dict[int, int] = {}

    def say(self, person: YearRow) -> None:
        first = self.seen.setdefault(person.hire.id, self.row.number)
        if first != self.row.number:
            self.wrong("hire", say("与第{row}行是同一人", row=first))
            return
        said, skilled, evidence = self.text("said"), self._skilled(), self.words("evidence")
        if not said:
            self.found.blank += 1
            if skilled is not None or evidence != (person.evidence if person.proposed(self.sheet.year) else ""):
                self.wrong("said", say("没有填考核结果；要撤回已经提出的，填“{word}”", word=TAKE_BACK))
            return
        if said == TAKE_BACK:
            self._take_back(person)
            return
        payload = {"year": self.sheet.year, **self._result(said)}
        payload |= {} if skilled is None else {"skilled": skilled}
        payload |= {"evidence": evidence} if evidence else {}
        if not self.sound:
            return
        before = person.said(self.sheet.procedure, self.sheet.year)
        now = (said, skilled, evidence)
        if before and now == (half_width(before), person.hire.dossier.proposed_skilled, person.evidence):
            self.found.unchanged += 1
        else:
            self.wish(person, "changed" if before else "new", person.step.act, payload)

    def _take_back(self, person: YearRow) -> None:
        if not person.proposed(self.sheet.year):
            self.wrong("said", say("本年度没有提出过考核，没有可以撤回的"))
            return
        self.wish(person, "removed", TAKE_BACK_ACT, {"reason": say("考核表上撤回").text()})

    def _skilled(self) -> bool | None:
        text = self.text("skilled")
        if text not in ("", YES, NO):
            self.wrong("skilled", say("应填“{yes}”或“{no}”，现为：{value}", yes=YES, no=NO, value=text[:20]))
        return {YES: True, NO: False}.get(text)

    def _result(self, said: str) -> dict[str, Any]:
        rules = self.sheet.procedure.assessment
        if rules.scale == "points":
            if not re.fullmatch(r"-?\d{1,4}(\.\d)?(0*)?", said):
                self.wrong("said", say("分值应为数字，最多一位小数，现为：{value}", value=said[:20]))
            return {"points": said}
        grade = next((grade for grade in rules.grades if said in (half_width(grade.zh), grade.grade)), None)
        if grade is None:
            known = "、".join(grade.zh for grade in rules.grades)
            self.wrong("said", say("没有“{value}”这一等次，应为：{known}", value=said[:20], known=known))
            return {}
        return {"grade": grade.grade}
