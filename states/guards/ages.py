"""Ages (年龄): bands of ages, and groups of persons whose ages and categories go together."""

from __future__ import annotations

from datetime import date

from states.age import AgeReading, BirthWindow, age_on, birth_window, birthday
from states.facts import Person
from states.guards import Ask, IntOrGap, Params, StrOrGap, Verdict, guard, passed, refused
from states.guards.common import iso, nobody, reckonable
from states.guards.labels import CATEGORIES, EVENTS
from states.retirement import Category, statutory_retirement
from states.say import Sentence, say
from states.vocabulary import RecordKind


class Measured(Params):
    """On which day ages are measured and how “X周岁以下” is read; both are often left open by the document."""

    measured_on: StrOrGap = "announced_on"
    reading: StrOrGap = AgeReading.UNTIL_NEXT_BIRTHDAY.value


class AgeBetween(Measured):
    """Whole years, both bounds inclusive (Civil Code 1259)."""

    at_least: IntOrGap
    at_most: IntOrGap | None = None


def _measured(ask: Ask, rule: Measured) -> date | None:
    """The day on which an age counts. An application taken now is measured today."""
    event = ask.settle(rule.measured_on)
    if event == "announced_on":
        return ask.hire.opening.announced_on
    if event == "applied_on" and ask.step.records is RecordKind.APPLICATION:
        return ask.on
    day = getattr(ask.hire.dossier, str(event), None)
    return day if isinstance(day, date) else None


def _undated(event: str) -> Verdict:
    name = EVENTS.get(event, event)
    return refused(
        say("缺少计算年龄的日期（{event}）", event=name), say("先登记{event}", event=name), measured_on=event
    )


def _window(ask: Ask, rule: Measured, on: date, at_least: int | None, at_most: int | None) -> BirthWindow:
    return birth_window(on, at_least, at_most, AgeReading(ask.settle(rule.reading)))


@guard("age_between", AgeBetween, meets=("XY-09", "BH-10", "NM-14", "LC-06"))
@reckonable
def age_between(ask: Ask, rule: AgeBetween) -> Verdict:
    """年龄: asked as a window of birth dates, which everyone reads the same way and announcements print.

    The window of birth dates and the age in whole years are among the inputs; the birth date is not.
    """
    person = ask.hire.person
    if person is None:
        return nobody(ask)
    event = str(ask.settle(rule.measured_on))
    on = _measured(ask, rule)
    if on is None:
        return _undated(event)
    at_least, at_most = ask.settle(rule.at_least), ask.settle(rule.at_most)
    window = _window(ask, rule, on, at_least, at_most)
    age = age_on(person.born, on)
    inputs = {
        "age": age,
        "measured_on": iso(on),
        "born_from": iso(window.earliest),
        "born_to": iso(window.latest),
        "reading": str(ask.settle(rule.reading)),
    }
    if window.admits(person.born):
        return passed(say("{on}时{age}周岁，符合年龄条件", on=on, age=age), **inputs)
    if window.latest is not None and person.born > window.latest:
        remedy = _grows_into(event, birthday(person.born, at_least))
        return refused(_too_young(on, age, at_least, window.latest), remedy, **inputs)
    return refused(_too_old(on, age, at_most, window.earliest), _no_cure_for_age(), **inputs)


def _too_young(on: date, age: int, low: int, latest: date) -> Sentence:
    return say("{on}时{age}周岁，未满{low}周岁（须在{latest}及以前出生）", on=on, age=age, low=low, latest=latest)


def _too_old(on: date, age: int, high: int | None, earliest: date | None) -> Sentence:
    return say(
        "{on}时{age}周岁，超过{high}周岁以下的范围（须在{earliest}及以后出生）",
        on=on,
        age=age,
        high=high,
        earliest=earliest,
    )


def _grows_into(event: str, day: date) -> Sentence:
    if event == "announced_on":
        return say("可报名{day}及以后发布的招聘公告", day=day)
    return say("{day}起可报名", day=day)


def _no_cure_for_age() -> Sentence:
    return say("年龄超过上限不能补正；出生日期登记有误的，先更正人员信息")


class Group(Params):
    """Persons for whom a post is meant: any of ``categories`` (none: all), of an age, before retirement or not."""

    name: str
    categories: tuple[str, ...] = ()
    at_least: IntOrGap | None = None
    at_most: IntOrGap | None = None
    women_at_least: IntOrGap | None = None
    men_at_least: IntOrGap | None = None
    below_retirement: bool = False


class Groups(Measured):
    """Belonging to any one of these groups suffices."""

    groups: tuple[Group, ...]


@guard("in_group", Groups, meets=("LC-06", "LC-07"))
@reckonable
def in_group(ask: Ask, rule: Groups) -> Verdict:
    """安置对象: belongs to at least one group. Ages include both bounds; retirement is the statutory age in force.

    Sex is read from the retirement category, which is a required field with evidence.
    """
    person = ask.hire.person
    if person is None:
        return nobody(ask)
    on = _measured(ask, rule)
    if on is None:
        return _undated(str(ask.settle(rule.measured_on)))
    inputs = {"age": age_on(person.born, on), "measured_on": iso(on), "categories": ",".join(sorted(person.categories))}
    near_miss: Sentence | None = None
    for group in rule.groups:
        if group.categories and not any(code in person.categories for code in group.categories):
            continue
        failing = _fails_by_age(ask, rule, group, person, on)
        if failing is None:
            sentence = say("属于安置对象：{group}", group=CATEGORIES.get(group.name, group.name))
            return passed(sentence, **inputs, group=group.name)
        near_miss = near_miss or failing
    names = "、".join(CATEGORIES.get(group.name, group.name) for group in rule.groups)
    remedy = say("须属于其中一类并登记认定：{groups}", groups=names)
    return refused(near_miss or say("不属于任何一类安置对象"), remedy, **inputs)


def _fails_by_age(ask: Ask, rule: Groups, group: Group, person: Person, on: date) -> Sentence | None:
    """Why the age keeps a person out of a group; None when it does not."""
    woman = person.retirement_category.startswith("woman")
    by_sex = group.women_at_least if woman else group.men_at_least
    bounds = [ask.settle(bound) for bound in (group.at_least, by_sex) if bound is not None]
    window = _window(ask, rule, on, max(bounds, default=None), ask.settle(group.at_most))
    name = CATEGORIES.get(group.name, group.name)
    if not window.admits(person.born):
        return say("{on}时{age}周岁，不符合“{group}”的年龄条件", on=on, age=age_on(person.born, on), group=name)
    if not group.below_retirement:
        return None
    if person.retirement_category not in set(Category):
        return say("退休类别未登记，不能判断是否达到法定退休年龄")
    retires = statutory_retirement(person.born, Category(person.retirement_category)).on
    return None if on < retires else say("{on}时已达到法定退休年龄（{retires}）", on=on, retires=retires)
