"""Eligibility (资格条件): statements, category, education, residence, funding, one post at a time. Ages: ``ages``."""

from __future__ import annotations

from datetime import timedelta

from states.guards import Ask, NoParams, Params, Shown, Verdict, guard, passed, refused
from states.guards.common import day_given, iso, nobody
from states.guards.labels import CATEGORIES, EDUCATION, SOURCES, STATEMENTS, joined
from states.say import say
from states.tenure import served_periods

RANKS = {code: rank for rank, code in enumerate(EDUCATION)}


class Statement(Params):
    """Which declaration has to be signed (a code of ``labels.STATEMENTS``)."""

    statement: str


@guard("statement_signed", Statement, meets=("XY-08", "XY-11", "XY-12", "XY-16", "NM-15"))
def statement_signed(ask: Ask, rule: Statement) -> Verdict:
    """承诺: what the document asks and nobody can measure is declared and signed by the person."""
    if ask.hire.person is None:
        return nobody(ask)
    name = STATEMENTS.get(rule.statement, rule.statement)
    if rule.statement in ask.hire.person.statements:
        return passed(say("已签署“{statement}”承诺", statement=name), statement=rule.statement)
    remedy = say("请报名人签署“{statement}”承诺", statement=name)
    return refused(say("尚未签署“{statement}”承诺", statement=name), remedy, statement=rule.statement)


class Categories(Params):
    """Any one of these categories suffices (codes of ``labels.CATEGORIES``)."""

    categories: tuple[str, ...]


@guard("category_in", Categories, meets=("XY-10", "BH-10", "LC-06", "NM-13", "NM-16", "CQ-08"))
def category_in(ask: Ask, rule: Categories) -> Verdict:
    """人员类别: the person is recognised (认定) as one of the categories."""
    person = ask.hire.person
    if person is None:
        return nobody(ask)
    found = [code for code in rule.categories if code in person.categories]
    if found:
        return passed(say("属于：{categories}", categories=joined(found, CATEGORIES)), categories=",".join(found))
    wanted = joined(rule.categories, CATEGORIES)
    return refused(
        say("未认定为以下任何一类人员：{categories}", categories=wanted),
        say("经主管部门认定并登记人员类别后再办理"),
        categories=",".join(sorted(person.categories)),
    )


class EducationAtLeast(Params):
    """``relaxed_to`` holds for ``relaxed_kinds`` of post, once it is found on record that nobody suitable was there."""

    level: str
    relaxed_to: str | None = None
    relaxed_kinds: tuple[str, ...] = ()


@guard("education_at_least", EducationAtLeast, meets=("XY-12", "XY-15", "BH-10", "NM-15"))
def education_at_least(ask: Ask, rule: EducationAtLeast) -> Verdict:
    """文化程度以上: the level itself suffices. The relaxation needs the written finding of the opening (学历放宽)."""
    hire, person = ask.hire, ask.hire.person
    if person is None:
        return nobody(ask)
    has = RANKS.get(person.education)
    if has is None:
        return refused(say("文化程度未登记"), say("先登记文化程度"), education=person.education or None)
    inputs: dict[str, Shown] = {
        "education": person.education,
        "wanted": rule.level,
        "relaxed": bool(hire.opening.relaxed_by),
    }
    words = {"has": EDUCATION[person.education], "wanted": EDUCATION.get(rule.level, rule.level)}
    if has >= RANKS[rule.level]:
        return passed(say("文化程度为{has}，符合{wanted}以上", **words), **inputs)
    may_relax = rule.relaxed_to is not None and hire.kind in rule.relaxed_kinds and has >= RANKS[rule.relaxed_to]
    if may_relax and hire.opening.relaxed_by:
        return passed(say("文化程度为{has}，已书面认定本村无合适人选，按放宽的学历办理", **words), **inputs)
    sentence = say("文化程度为{has}，低于{wanted}", **words)
    if may_relax:
        return refused(sentence, say("书面认定本村确无合适人选并记入公告后，学历可以放宽"), **inputs)
    return refused(sentence, say("取得{wanted}以上学历并登记后再办理", wanted=words["wanted"]), **inputs)


@guard("resident_of_village", meets=("NM-13",))
def resident_of_village(ask: Ask, rule: NoParams) -> Verdict:
    """本村人员: the registered home lies in the area of the hire; an identity number is no proof of that."""
    person = ask.hire.person
    if person is None:
        return nobody(ask)
    inputs = {"home": person.home_region or None, "region": ask.hire.region}
    if not person.home_region:
        return refused(say("户籍或居住所在村未登记"), say("先登记户籍或居住所在村"), **inputs)
    if ask.hire.region and person.home_region.startswith(ask.hire.region):
        return passed(say("报名人是岗位所在村（社区）的居民"), **inputs)
    return refused(say("报名人不是岗位所在村（社区）的居民"), say("请在本人所在村（社区）报名"), **inputs)


class Funding(Params):
    """If the post is paid from one of ``sources``: the post is registered and the person in one of ``categories``."""

    sources: tuple[str, ...]
    categories: tuple[str, ...]
    registered_post: bool = True


@guard("funding_requires", Funding, meets=("NM-30",))
def funding_requires(ask: Ask, rule: Funding) -> Verdict:
    """资金来源决定条件: some money may pay only registered public-welfare posts and certain persons."""
    post, person = ask.hire.post, ask.hire.person
    if not post.sources:
        return refused(say("岗位的资金来源未登记"), say("先登记岗位的资金来源"))
    asked = [source for source in rule.sources if source in post.sources]
    inputs: dict[str, Shown] = {"sources": ",".join(sorted(post.sources)), "registered": post.registered_as_public_post}
    if not asked:
        return passed(say("资金来源不要求限定人员"), **inputs)
    sources, wanted = joined(asked, SOURCES), joined(rule.categories, CATEGORIES)
    if rule.registered_post and not post.registered_as_public_post:
        sentence = say("使用{sources}的岗位须先开发为乡村公益性岗位", sources=sources)
        return refused(sentence, say("先将岗位登记为公益性岗位，或更换资金来源"), **inputs)
    if person is None:
        return nobody(ask)
    if any(code in person.categories for code in rule.categories):
        return passed(say("人员类别符合{sources}的使用要求", sources=sources), **inputs)
    sentence = say("使用{sources}的岗位只能聘用：{categories}", sources=sources, categories=wanted)
    return refused(sentence, say("登记人员类别的认定，或更换资金来源"), **inputs)


@guard("one_post_only", meets=("XY-49", "CQ-11"))
def one_post_only(ask: Ask, rule: NoParams) -> Verdict:
    """一人一岗: nobody serves on two posts at the same time, nor on days that are written down afterwards."""
    person = ask.hire.person
    if person is None:
        return nobody(ask)
    if person.serving_hire is not None and person.serving_hire != ask.hire.id:
        remedy = say("原岗位办理离岗后再办理")
        return refused(say("报名人已在另一公益性岗位上岗"), remedy, serving_hire=person.serving_hire)
    begins = day_given(ask, "started_on") or day_given(ask, "starts_on")
    if begins is None and ask.step.params.get("starts"):
        begins = day_given(ask, "signed_on")
    elsewhere = [last for _, last, hire_id in served_periods(person) if hire_id != ask.hire.id]
    last = max(elsewhere, default=None)
    if begins is not None and last is not None and begins <= last:
        remedy = say("起始日不得早于{approved}", approved=last + timedelta(1))
        inputs: dict[str, Shown] = {"begins": iso(begins), "elsewhere_until": iso(last)}
        return refused(say("报名人已在另一公益性岗位上岗"), remedy, **inputs)
    return passed(say("没有在其他公益性岗位上岗"))


@guard("alive", meets=("BH-48", "NM-35"))
def alive(ask: Ask, rule: NoParams) -> Verdict:
    """No step goes forward for a person who is recorded as having died."""
    person = ask.hire.person
    if person is None:
        return nobody(ask)
    if person.died_on is None:
        return passed(say("没有死亡登记"))
    sentence = say("报名人已于{day}死亡", day=person.died_on)
    return refused(sentence, say("登记有误的，先更正人员信息；无误的，办理离岗"), died_on=iso(person.died_on))
