"""What stands in the head of every page (导航), by what the reader's roles have to do with.

A village cadre has few entries, an administrator (三员) only their own, an officer all of them in two levels. The
navigation hides what is of no use; what may be done is decided elsewhere, by the pages themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from states.facts import Actor
from states.say import Sentence, say
from states.vocabulary import ADMINISTRATORS, Role

OFFICE = frozenset({Role.TOWNSHIP, Role.EMPLOYER, Role.HRSS, Role.RURAL, Role.COUNTY, Role.SUPERVISOR})
DESK = OFFICE | {Role.VILLAGE, Role.FINANCE, Role.COMPANY}
CLERKS = DESK - {Role.FINANCE, Role.SUPERVISOR}
INSURERS = frozenset({Role.TOWNSHIP, Role.HRSS, Role.COUNTY, Role.FINANCE})
#: who works with a few entries only
BRIEF = frozenset({Role.VILLAGE, Role.COMPANY, Role.FINANCE, Role.APPLICANT})


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the navigation: ``key`` is what the page calls itself (``page.show(…, here)``)."""

    key: str
    href: str
    words: Sentence
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Group:
    """Several entries under one word: the second level, and there is no third."""

    words: Sentence
    entries: tuple[Entry, ...]


_TASKS = Entry("tasks", "/", say("我的待办"), DESK)
_HIRES = Entry("hires", "/hires", say("聘用"), DESK)
_NOTICES = Entry("notices", "/notices", say("公示管理"), OFFICE | {Role.VILLAGE})
_INBOX = Entry("inbox", "/inbox", say("消息"), DESK)
_OPENINGS = (
    Entry("openings", "/openings", say("招聘公告"), DESK | {Role.APPLICANT}),
    Entry("vacancies", "/openings/vacancies", say("空出的岗位"), OFFICE),
    Entry("posts", "/posts", say("岗位一览"), OFFICE),
    Entry("people", "/people", say("人员档案"), CLERKS | {Role.SUPERVISOR}),
)
_ATTENDANCE = Entry("attendance", "/attendance", say("考勤"), OFFICE | {Role.VILLAGE, Role.COMPANY})
_PAY = (
    Entry("pay", "/pay", say("待遇发放"), OFFICE | {Role.FINANCE, Role.COMPANY}),
    Entry("rates", "/rates", say("标准和资金"), OFFICE | {Role.FINANCE}),
    Entry("lists", "/lists", say("表册"), DESK),
    Entry("imports", "/imports", say("导入记录"), DESK),
    Entry("insurance", "/insurance", say("意外伤害险"), INSURERS),
    Entry("publications", "/publications", say("村务公开"), OFFICE | {Role.VILLAGE}),
    Entry("claims", "/claims", say("社保补贴申领"), OFFICE | {Role.COMPANY, Role.FINANCE}),
    Entry("filings", "/filings", say("备案报送"), OFFICE | {Role.VILLAGE, Role.COMPANY}),
)
_AFTER = (
    Entry("assessments", "/assessments", say("年度考核"), OFFICE | {Role.VILLAGE}),
    Entry("renewals", "/renewals", say("续签"), OFFICE),
    Entry("leaving", "/leaving", say("建议离岗"), OFFICE),
    Entry("old_posts", "/old-posts", say("原有岗位人员"), OFFICE | {Role.VILLAGE}),
    Entry("aftercare", "/aftercare", say("离岗后帮扶"), OFFICE | {Role.VILLAGE}),
    Entry("recoveries", "/recoveries", say("追回"), OFFICE | {Role.FINANCE}),
)
_CALENDAR = Entry("calendar", "/calendar", say("期限日历"), DESK)
_OVERVIEW = Entry("overview", "/overview", say("概览"), OFFICE | {Role.FINANCE})
_RULES = (
    Entry("procedures", "/procedures", say("办法"), frozenset(Role)),
    Entry("manual", "/procedures/manual", say("各步骤怎么办"), DESK),
    Entry("papers", "/papers/templates", say("文书模板"), frozenset({Role.HRSS, Role.RURAL, Role.COUNTY})),
    Entry("years", "/years", say("放假安排"), OFFICE),
)
_ADMINISTRATION = Entry("administration", "/administration", say("系统管理"), ADMINISTRATORS)

MENU: tuple[Entry | Group, ...] = (
    _TASKS,
    _HIRES,
    Group(say("招聘"), _OPENINGS),
    _NOTICES,
    Group(say("考勤和待遇"), (_ATTENDANCE, *_PAY)),
    Group(say("续签和离岗"), _AFTER),
    _CALENDAR,
    _OVERVIEW,
    _ADMINISTRATION,
    Group(say("规定"), _RULES),
    _INBOX,
)
BRIEF_MENU: tuple[Entry | Group, ...] = (
    _TASKS,
    _HIRES,
    _ATTENDANCE,
    _NOTICES,
    _INBOX,
    Group(say("更多"), (*_OPENINGS, *_PAY, *_AFTER, _CALENDAR, _OVERVIEW, *_RULES)),
)
#: for whoever is not signed in
PUBLIC_MENU = (
    Entry("public", "/public", say("公示"), frozenset()),
    Entry("public_openings", "/public/openings", say("正在招聘"), frozenset()),
    Entry("receipt", "/public/receipt", say("查询办理情况"), frozenset()),
)


def roles_of(actor: Actor) -> frozenset[Role]:
    return frozenset(grant.role for grant in actor.grants)


def menu(actor: Actor) -> list[Entry | Group]:
    """The entries that are of use to the actor. A group of one is that one."""
    roles = roles_of(actor)
    return list(_fitting(BRIEF_MENU if roles and roles <= BRIEF else MENU, roles))


def _fitting(entries: Iterable[Entry | Group], roles: frozenset[Role]) -> Iterator[Entry | Group]:
    for entry in entries:
        if isinstance(entry, Entry):
            if entry.roles & roles:
                yield entry
            continue
        within = tuple(one for one in entry.entries if one.roles & roles)
        if len(within) > 1:
            yield Group(entry.words, within)
        else:
            yield from within


def searches(actor: Actor) -> bool:
    """Whether the search box of the head is of use: administrators see no business data."""
    return bool(roles_of(actor) & DESK)


def home(actor: Actor | None) -> str:
    """The first page of a reader."""
    if actor is None:
        return "/public"
    entries = menu(actor)
    if not entries:  # an account without any grant in force still has its letters
        return "/inbox"
    first = entries[0]
    return first.href if isinstance(first, Entry) else first.entries[0].href


def is_administrator(actor: Actor) -> bool:
    """Whether the account does nothing but administer (三员)."""
    roles = roles_of(actor)
    return bool(roles) and roles <= ADMINISTRATORS


def current(entries: Iterable[Entry | Group], here: str, path: str) -> str:
    """The key of the entry that is open: what the page calls itself, else the entry whose address begins the path."""
    known = [one for entry in entries for one in (entry.entries if isinstance(entry, Group) else (entry,))]
    if any(one.key == here for one in known):
        return here
    above = [one for one in known if one.href != "/" and (path == one.href or path.startswith(one.href + "/"))]
    return max(above, key=lambda one: len(one.href)).key if above else here
