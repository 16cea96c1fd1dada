"""What an announcement says (公告内容): drafted from the document and the post, completed by a clerk, checked.

The draft is Chinese, because it is posted on a village board. Birth dates are computed from the document's own rule of
age, so that nobody has to know what “45周岁以下” means.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from states.age import AgeReading, birth_window
from states.facts import Post
from states.guards.common import yuan
from states.guards.labels import CATEGORIES, EDUCATION, EVENTS, STATEMENTS, joined
from states.meets import enforces
from states.posts import Pool
from states.procedure import Procedure
from states.say import Fact, Sentence, say
from states.standard import base_fen, performance_fen
from states.steps import GuardLine
from states.vocabulary import State

#: every part of an announcement, in the order of the paper; the second: whether it may be left out
PARTS: Mapping[str, bool] = {
    "duties": False,
    "conditions": False,
    "materials": True,
    "where": False,
    "contact": False,
    "pay": False,
    "term": False,
    "scoring": True,
    "other": True,
}
PART_NAMES: Mapping[str, Sentence] = {
    "duties": say("岗位职责"),
    "conditions": say("报名条件"),
    "materials": say("报名材料"),
    "where": say("报名方式和地点"),
    "contact": say("联系人和电话"),
    "pay": say("岗位报酬"),
    "term": say("聘用期限"),
    "scoring": say("评分项目"),
    "other": say("其他事项"),
}
LONGEST = 2000
MOST_ITEMS, MOST_POINTS = 20, 1000
_IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?![\dXx])")
_TELEPHONE = re.compile(r"\d[\d\s-]{5,}\d")
_BORN = re.compile(r"(?:\d{4}年\d{1,2}月\d{1,2}日至)?\d{4}年\d{1,2}月\d{1,2}日(?:及以前|及以后)?出生")
_ITEM = re.compile(r"(?P<name>[^\d:：]{1,40}?)[\s:：]*(?P<points>\d{1,4})\s*分?")
#: a person who has not been chosen yet stands in one of these
_BEFORE = frozenset({State.POSTED, State.APPLIED, State.QUALIFIED})


# ---- birth dates -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BirthRange:
    """The birth dates that the document admits (出生日期范围): both days belong to it, None is an open side.

    ``measured``: the event on whose day ages count; ``articles`` say where the ages stand.
    """

    earliest: date | None
    latest: date | None
    on: date
    measured: str
    articles: tuple[str, ...]

    def sentence(self, day: Callable[[date], str] | None = None) -> Sentence:
        """As announcements print it; ``day`` tells a day in the reader's language (default: Chinese)."""
        said = day or in_words
        facts = {
            name: said(on) for name, on in (("earliest", self.earliest), ("latest", self.latest)) if on is not None
        }
        if self.earliest is None:
            return say("{latest}及以前出生", **facts)
        if self.latest is None:
            return say("{earliest}及以后出生", **facts)
        return say("{earliest}至{latest}出生", **facts)

    def note(self, day: Callable[[date], str] | None = None) -> Sentence:
        """On which day ages are measured."""
        facts = {"event": EVENTS.get(self.measured, self.measured), "day": (day or in_words)(self.on)}
        if self.measured == "announced_on":
            return say("年龄以{event}（{day}）计算", **facts)
        return say("年龄以{event}计算；上列日期按{day}推算", **facts)


def in_words(day: date) -> str:
    """A day as it is written in Chinese."""
    return f"{day.year}年{day.month}月{day.day}日"


def birth_range(procedure: Procedure, kind: str, on: date) -> BirthRange | None:
    """The birth dates admitted by every rule of age for a kind of post, measured on ``on``; None without such a rule.

    Rules that stand side by side all hold: the narrower bound counts. Ages of single groups (安置对象) are not among
    them; they stand with their group in the conditions.
    """
    lines = [line for line in lines_of(procedure, kind) if line.use == "age_between"]
    windows = [_window(procedure, line.params, on, line.params.get("at_least")) for line in lines]
    if not windows:
        return None
    earliest = max((low for low, _ in windows if low is not None), default=None)
    latest = min((high for _, high in windows if high is not None), default=None)
    measured = str(_settled(procedure, lines[0].params.get("measured_on", "announced_on")))
    return BirthRange(earliest, latest, on, measured, tuple(dict.fromkeys(line.cite for line in lines)))


def _window(
    procedure: Procedure, params: Mapping[str, Any], on: date, at_least: Any
) -> tuple[date | None, date | None]:
    low, high = _settled(procedure, at_least), _settled(procedure, params.get("at_most"))
    reading = AgeReading(str(_settled(procedure, params.get("reading", AgeReading.UNTIL_NEXT_BIRTHDAY.value))))
    window = birth_window(on, None if low is None else int(low), None if high is None else int(high), reading)
    return window.earliest, window.latest


def _settled(procedure: Procedure, value: Any) -> Any:
    """A parameter as the file has it: the value itself, or what its gap says."""
    if isinstance(value, Mapping) and "gap" in value:
        return procedure.gap_by_name[value["gap"]].default
    return value


# ---- the draft ---------------------------------------------------------------------------------------------------


def lines_of(procedure: Procedure, kind: str) -> list[GuardLine]:
    """Every rule that an applicant for a kind of post has to fulfil before the choice, each once, in order."""
    early = {stage.stage for stage in procedure.stages if stage.state in _BEFORE}
    found: dict[str, GuardLine] = {}
    for step in procedure.steps:
        if not early.isdisjoint(step.origin) and not step.adverse:
            for line in procedure.guards_of(step):
                if not line.kinds or kind in line.kinds:
                    found.setdefault(f"{line.use}{sorted(map(str, line.params.items()))}", line)
    return list(found.values())


def asked_codes(procedure: Procedure, kind: str) -> frozenset[str]:
    """The codes of categories and statements that the document speaks of for this kind of post."""
    rules: list[Any] = lines_of(procedure, kind)
    found = {code for pool in pools_of(procedure, kind) for code in pool.categories}
    for rule in rules:
        found |= {str(code) for code in rule.params.get("categories", ())}
        found |= {str(code) for group_ in rule.params.get("groups", ()) for code in group_.get("categories", ())}
        found |= {str(rule.params["statement"])} if "statement" in rule.params else set()
    return frozenset(found | {"relatives"})


def draft(procedure: Procedure, post: Post, employer: str, on: date) -> dict[str, str]:
    """The parts of an announcement as far as document and post tell them; whom to ask only the office knows."""
    return {
        "duties": _duties(procedure, post),
        "conditions": "\n".join(
            f"{n}.{sentence.text()}" for n, sentence in enumerate(conditions(procedure, post.kind, on), 1)
        ),
        "materials": say("身份证、户口簿、学历证书原件及复印件；人员类别的认定材料。").text(),
        "where": say("到{employer}现场报名，也可以在网上报名。", employer=employer).text(),
        "contact": "",
        "pay": _pay(procedure, post).text(),
        "term": _term(procedure).text(),
        "scoring": "",
        "other": "",
    }


def _duties(procedure: Procedure, post: Post) -> str:
    kind = procedure.kind_by_name[post.kind]
    return "\n".join([kind.zh, *(field.zh for field in kind.fields)])


def _pay(procedure: Procedure, post: Post) -> Sentence:
    base, later = base_fen(procedure, post.kind, post.monthly_fen), performance_fen(procedure, post.kind)
    if base and later:
        facts = {"yuan": yuan(base), "later": yuan(later)}
        return say("每月{yuan}元，另有绩效工资每月{later}元，年度考核审定后发放；按规定缴纳社会保险。", **facts)
    if base:
        return say("每月{yuan}元，按规定缴纳社会保险。", yuan=yuan(base))
    return say("按{number}规定的标准发放。", number=procedure.document.number)


def _term(procedure: Procedure) -> Sentence:
    months = int(procedure.settle(procedure.contract.term_months))
    facts: dict[str, Fact] = {"instrument": procedure.contract.instrument.zh, "months": months}
    if procedure.service.months is None:
        return say("签订{instrument}，期限{months}个月。", **facts)
    most = procedure.service.months
    return say("签订{instrument}，期限{months}个月；在公益性岗位累计不超过{most}个月。", **facts, most=most)


def conditions(procedure: Procedure, kind: str, on: date) -> Iterator[Sentence]:
    """The conditions in plain words, with the birth dates computed for ``on``."""
    born = birth_range(procedure, kind, on)
    if born is not None:
        yield say("{born}（{note}）。", born=born.sentence().text(), note=born.note().text())
    for line in lines_of(procedure, kind):
        if line.use == "in_group":
            yield _groups(procedure, line.params, on)
        elif (sentence := _condition(line.use, line.params)) is not None:
            yield sentence
    for pool in pools_of(procedure, kind):
        if pool.use != "eligible":
            yield say("{rule}：{who}。", rule=pool.zh, who=joined(pool.categories, CATEGORIES))


def pools_of(procedure: Procedure, kind: str) -> tuple[Pool, ...]:
    """The groups of persons (安置对象、优先) that a kind of post knows."""
    return tuple(pool for pool in procedure.pools if not pool.kinds or kind in pool.kinds)


def _condition(use: str, params: Mapping[str, Any]) -> Sentence | None:
    if use == "category_in":
        return say("属于以下人员之一：{who}。", who=joined(params["categories"], CATEGORIES))
    if use == "education_at_least":
        return say("{level}以上文化程度。", level=EDUCATION.get(params["level"], params["level"]))
    if use == "statement_signed":
        return say("签署“{statement}”承诺。", statement=STATEMENTS.get(params["statement"], params["statement"]))
    return {
        "resident_of_village": say("岗位所在村（社区）的居民。"),
        "one_post_only": say("没有在其他公益性岗位上岗。"),
        "no_relative": say("与审批、经办人员没有近亲属关系。"),
    }.get(use)


def _groups(procedure: Procedure, params: Mapping[str, Any], on: date) -> Sentence:
    """安置对象: any of the groups, with the birth dates of those whose age counts; women and men apart."""
    return say(
        "属于以下安置对象之一：{groups}。", groups="；".join(_group(procedure, params, g, on) for g in params["groups"])
    )


def _group(procedure: Procedure, params: Mapping[str, Any], group: Mapping[str, Any], on: date) -> str:
    name = CATEGORIES.get(group["name"], group["name"])
    rule = {**params, "at_most": group.get("at_most")}
    by_sex = [(sex, group.get(key)) for sex, key in (("女", "women_at_least"), ("男", "men_at_least"))]
    spans = [(sex, _window(procedure, rule, on, low)) for sex, low in by_sex if low is not None]
    if not spans and (group.get("at_least") is not None or group.get("at_most") is not None):
        spans = [("", _window(procedure, rule, on, group.get("at_least")))]
    said = [f"{sex}{BirthRange(low, high, on, '', ()).sentence().text()}" for sex, (low, high) in spans]
    if group.get("below_retirement"):
        said.append(say("未达到法定退休年龄").text())
    return f"{name}（{'，'.join(said)}）" if said else name


# ---- the check ---------------------------------------------------------------------------------------------------


def cleaned(given: Mapping[str, Any]) -> dict[str, str]:
    """The parts with ends trimmed and empty ones left out; unknown parts are kept, to be refused."""
    return {name: text for name, value in given.items() if (text := str(value).replace("\r\n", "\n").strip())}


def faults_of(content: Mapping[str, str]) -> dict[str, Sentence]:
    """What an announcement still lacks, and what it must not say, by ``content.<part>``. Empty: it can be published."""
    found = {f"content.{name}": say("没有这一项") for name in content if name not in PARTS}
    for name, may_lack in PARTS.items():
        text = content.get(name, "")
        fault = _missing(name) if not text and not may_lack else _fault(name, text)
        if fault is not None:
            found[f"content.{name}"] = fault
    return found


def _missing(name: str) -> Sentence:
    return say("公告须写明“{part}”，请补上后再发布", part=PART_NAMES[name].pattern)


def _fault(name: str, text: str) -> Sentence | None:
    if len(text) > LONGEST or "\0" in text:
        return say("内容过长，请缩到{most}字以内", most=LONGEST)
    if _IDENTITY.search(unicodedata.normalize("NFKC", text)):
        return say("公告中不能出现公民身份号码，请删去")
    if name == "contact" and not _TELEPHONE.search(text):
        return say("请写明联系人和电话号码")
    if name == "scoring" and text:
        return _fault_of_scheme(text)
    return None


def fault_of_dates(procedure: Procedure, post: Post, on: date, content: Mapping[str, str]) -> Sentence | None:
    """Birth dates in the conditions that do not follow from the rule of age on the day of the announcement.

    They go stale when a draft is announced on another day than it was made for. Text without such dates says nothing
    wrong.
    """
    right = set(_BORN.findall(draft(procedure, post, "", on)["conditions"]))
    wrong = [found for found in _BORN.findall(content.get("conditions", "")) if found not in right]
    if not wrong:
        return None
    return say(
        "出生日期与公告日（{day}）推算的不符，应为：{right}", day=in_words(on), right="；".join(sorted(right)) or "—"
    )


@enforces("LC-10", "LC-12")
def fault_of_fields(procedure: Procedure, post: Post, content: Mapping[str, str]) -> Sentence | None:
    """What is wrong with the field that the duties name (岗位领域): one that is recorded, or several together.

    A line such as “公共服务类：村容保洁” names a class and what of it; neither may be of our own making.
    """
    kind = procedure.kind_by_name.get(post.kind)
    fields = [_split(field.zh) for field in kind.fields] if kind else []
    known = {name: set(items.split("、")) for name, items in fields}
    duties = content.get("duties", "")
    if not known or not duties:
        return None
    for line in duties.splitlines():
        name, items = _split(line.strip())
        if not name.endswith("类"):
            continue
        strange = set(filter(None, re.split("[、，,；;。 ]", items))) - known.get(name, set())
        if name not in known or strange:
            what = "、".join(sorted(strange)) if name in known else name
            return say("“{what}”不在办法列出的岗位领域里，请改为列出的领域", what=what)
    if not any(word in duties for name, items in known.items() for word in (name, *items)):
        return say("岗位职责须写明办法列出的一个或者几个领域：{fields}", fields="、".join(known))
    return None


def _split(line: str) -> tuple[str, str]:
    name, _, items = line.replace(":", "：").partition("：")
    return name.strip(), items.strip()


def scheme_of(content: Mapping[str, str]) -> dict[str, int]:
    """评分项目: item → most points, in order; empty where the announcement has none (or none that can be read)."""
    found = (_ITEM.fullmatch(line.strip()) for line in content.get("scoring", "").splitlines() if line.strip())
    return {match["name"].strip(): int(match["points"]) for match in found if match}


def _fault_of_scheme(text: str) -> Sentence | None:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    scheme = scheme_of({"scoring": text})
    if len(scheme) != len(lines) or not all(0 < points <= MOST_POINTS for points in scheme.values()):
        return say("一行一项，写项目名称和满分，例如“面试 60”，项目不能重复")
    return say("最多{most}项", most=MOST_ITEMS) if len(scheme) > MOST_ITEMS else None
