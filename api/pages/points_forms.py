"""The small forms of an assessment (加分扣分、电话抽查、满意度调查): what they ask, and a form back into a payload."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.pages.forms import Field
from api.pages.points import STRIKE, Row, Tried
from api.pages.render import Page, new_key
from api.pages.submitted import payload_of
from states.assessment import AssessmentItem
from states.decide import Offer
from states.facts import Hire
from states.noting import open_years
from states.points import in_points, points_of
from states.procedure import Procedure
from states.say import Sentence, say
from states.vocabulary import RecordKind

#: the records whose forms stand in the card of the assessment
POINTS = frozenset({RecordKind.POINT, RecordKind.POINT_STRUCK, RecordKind.SURVEY})
#: item and level as one choice
WHAT = "what"
#: which of two forms of one step was sent
FORM = "form"
MATTER, CHECK, SURVEY = "matter", "check", "survey"
_ON = {"item": WHAT, "level": WHAT}
_HINTS: Mapping[str, Sentence] = {
    "matter": say("写明是什么事，例如表彰文件、稿件标题、哪一次检查。"),
    "same_as": say("同一件事、同一篇稿件再次登记时选择；只按最高一次计分。"),
    "number": say("只有错误信息按条计分；其他填1。"),
    "authors": say("只有稿件由多人合作时填写；其他填1。"),
    "evidence": say("材料名称和编号；原件请在“材料”中上传。"),
    "listed": say("本村（社区）名册上的劳动力人数。"),
    "took_part": say("哪些服务对象参与，例如“服务对象12户”；不写个人姓名。"),
}


@dataclass(frozen=True, slots=True)
class FormView:
    """One small form of the card: which step it takes, its words and fields."""

    act: str
    form: str
    name: str
    about: str
    opened: bool
    fields: list[Field]
    key: str = field(default_factory=new_key)


def forms_of(
    page: Page,
    procedure: Procedure,
    hire: Hire,
    offers: Sequence[Offer],
    rows: Mapping[str, Sequence[Row]],
    tried: Tried,
) -> list[FormView]:
    """The forms that are open to this reader."""
    found: list[FormView] = []
    for offer in offers:
        making = _Making(page, procedure, hire, offer.step.act, rows, tried)
        if not offer.open or not open_years(hire, page.today):
            continue
        if offer.step.records is RecordKind.POINT:
            found += making.points()
        elif offer.step.records is RecordKind.SURVEY:
            found.append(making.survey())
    return found


def payload(records: RecordKind, given: Mapping[str, list[str]]) -> dict[str, Any]:
    """A form of the card as the payload of its step."""
    said = payload_of(records, given)
    if records is RecordKind.POINT_STRUCK:
        said["seq"] = _first(given, "seq")
    if records is RecordKind.POINT and _first(given, WHAT):
        said["item"], _, level = _first(given, WHAT).partition("|")
        if level:
            said["level"] = level
    return said


def _first(given: Mapping[str, list[str]], name: str) -> str:
    return (given.get(name) or [""])[0].strip()


@dataclass(frozen=True, slots=True)
class _Making:
    page: Page
    procedure: Procedure
    hire: Hire
    act: str
    rows: Mapping[str, Sequence[Row]]
    tried: Tried

    def points(self) -> list[FormView]:
        """A matter, and a month's phone check where the document has one: two forms of one step."""
        items = self.procedure.assessment.items
        found = []
        if any(item.counts != "band" for item in items):
            asked = (WHAT, "matter", "same_as", "number", "authors", "evidence")
            about = say("每件事登记一次，附佐证材料；得分由系统计算。")
            found.append(self._form(MATTER, say("登记加分、扣分"), about, asked))
        check = next((item for item in items if item.counts == "band"), None)
        if check is not None:
            about = say("每月一次。人数由登记人填写，准确率和得分由系统计算。")
            names = ("month", "listed", "asked", "correct", "evidence")
            found.append(self._form(CHECK, say("登记电话抽查"), about, names, check))
        return found

    def survey(self) -> FormView:
        about = say("请被服务对象评价；每个年度至少一次，没有调查不能审定考核。")
        return self._form(SURVEY, say("登记满意度调查"), about, ("held_on", "asked", "satisfied", "took_part"))

    def _form(
        self, form: str, name: Sentence, about: Sentence, names: tuple[str, ...], item: AssessmentItem | None = None
    ) -> FormView:
        again = self.tried.act == self.act != STRIKE and _first(self.tried.given, FORM) in ("", form)
        tried = self.tried if again else Tried()
        fields = [self._field(form, one, tried) for one in ("year", *names)]
        if item is not None:
            fields.append(Field(WHAT, "", "hidden", item.name))
        shown = [one for one in fields if one is not None]
        return FormView(self.act, form, self.page.tell(name), self.page.tell(about), again, shown)

    def _field(self, form: str, name: str, tried: Tried) -> Field | None:
        kind, options = self._control(name)
        if name == "same_as" and len(options) < 2:
            return None
        fault = next((said for place, said in tried.faults.items() if _ON.get(place, place) == name), None)
        value = _first(tried.given, name) if tried.act else self._beginning(name, options)
        return Field(
            name,
            self.page.tell(self._label(form, name)),
            kind,
            value,
            required=name != "same_as",
            hint=self.page.tell(_HINTS[name]) if name in _HINTS else "",
            error=self.page.tell(fault) if fault else "",
            options=options,
            chosen=frozenset({value}),
            prefix=f"{form}-",
        )

    def _label(self, form: str, name: str) -> Sentence:
        return _LABELS.get(f"{form}.{name}") or _LABELS[name]

    def _control(self, name: str) -> tuple[str, tuple[tuple[str, str], ...]]:
        if name in ("year", "month"):
            choices = open_years(self.hire, self.page.today) if name == "year" else range(1, 13)
            said = say("{n}年") if name == "year" else say("{n}月")
            return "select", tuple((str(n), self.page.tell(Sentence(said.pattern, {"n": n}))) for n in choices)
        if name == WHAT:
            return "select", (("", self.page.tell(say("请选择"))), *self._choices())
        if name == "same_as":
            return "select", (("", self.page.tell(say("不是，这是另一件事"))), *self._matters())
        if name == "held_on":
            return "date", ()
        return (
            ("number", ()) if name in ("number", "authors", "listed", "asked", "correct", "satisfied") else ("text", ())
        )

    def _choices(self) -> list[tuple[str, str]]:
        """Every item at every level, with its points and article."""
        rules = self.procedure.assessment
        names = {one.level: self.page.named(one) for one in rules.levels}
        found = []
        for item in rules.items:
            for level, tenths in points_of(self.procedure, item).items() if item.counts != "band" else ():
                facts = {"item": self.page.named(item), "level": names.get(level, level), "article": item.cite}
                points = ("+" if tenths > 0 else "") + in_points(tenths)
                told = say("{item} · {level}：{points}分（{article}）", **facts, points=points)
                found.append((f"{item.name}|{level}", self.page.tell(told)))
        return found

    def _matters(self) -> list[tuple[str, str]]:
        """The matters that stand noted, the latest first."""
        standing = {note.seq for note in self.hire.dossier.points if note.month is None}
        rows = [row for row in self.rows.get("point", ()) if row["seq"] in standing]
        return [
            (str(row["seq"]), self.page.tell(say("第{seq}号：{matter}", seq=row["seq"], matter=str(row["matter"]))))
            for row in reversed(rows)
        ]

    def _beginning(self, name: str, options: tuple[tuple[str, str], ...]) -> str:
        today = self.page.today
        first = {"held_on": today.isoformat(), "month": str(today.month), "number": "1", "authors": "1"}
        if name == "year":
            return str(self.hire.dossier.proposed_year or options[-1][0])
        return first.get(name, "")


_LABELS: Mapping[str, Sentence] = {
    "year": say("考核年度"),
    WHAT: say("项目和级别"),
    "matter": say("事项"),
    "same_as": say("是否与已登记的为同一件事"),
    "number": say("错误信息条数"),
    "authors": say("合作作者人数"),
    "evidence": say("佐证材料"),
    "month": say("月份"),
    "listed": say("名册人数"),
    "check.asked": say("抽查人数"),
    "correct": say("信息属实人数"),
    "held_on": say("调查日期"),
    "survey.asked": say("参与人数"),
    "satisfied": say("满意人数"),
    "took_part": say("参与的服务对象"),
}
