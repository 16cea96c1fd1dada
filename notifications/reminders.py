"""The table of reminders and letters (提醒一览): for each deadline and each decision, in which words it is told.

When a reminder fires is the procedure's business (``marks``, ``repeat_days``), and so is whom it calls (``owner``,
``escalate_to``): the outbox row names the role. Here stands what is said to them, and by which channel. A deadline that
only a county's own document has is announced in general words (``ANY_REMINDER``) until it gets a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from notifications.due_words import DUE
from states.say import Sentence, say

INBOX = "inbox"
#: an e-mail of its own, and a line in the day's e-mail
MAIL = "mail"
DIGEST = "digest"
#: that the reader took note of a reminder
NOTED = "noted"
BOTH = (INBOX, MAIL)
PREFIX = "remind_"


@dataclass(frozen=True, slots=True)
class Reminder:
    """What is said about one deadline. ``escalation``: to those who are told after the end."""

    deadline: str
    template: str
    escalation: Sentence
    channels: tuple[str, ...] = BOTH


def _reminder(deadline: str, escalation: Sentence) -> Reminder:
    return Reminder(deadline, f"{PREFIX}{deadline}", escalation)


_OVERDUE = say("经办单位逾期未办，请督促。")

#: deadline → what is said. One row for every deadline that has marks in a shipped procedure, and for filings.
REMINDERS: Mapping[str, Reminder] = {
    row.deadline: row
    for row in (
        _reminder("first_check", _OVERDUE),
        _reminder("recheck_reply", _OVERDUE),
        _reminder("township_review", _OVERDUE),
        _reminder("selection_filing", _OVERDUE),
        _reminder("contract_due", say("人员已上岗而合同逾期未签，请督促用人单位补签。")),
        _reminder("assessment_due", say("年度考核逾期未完成，请督促。")),
        _reminder("term_end", say("期限已满而去留未定，请督促用人单位作出决定。")),
        _reminder("service_limit", say("使用期限将满或已满，请督促用人单位安排退出。")),
        _reminder("over_term_watch", say("超期人员仍未处理，补贴已经停发，请督促用人单位尽快办理续签或离岗。")),
        _reminder("filing", say("备案逾期未报，请督促。")),
        _reminder("objection", say("异议逾期未答复，公示不能结束，请督促。")),
    )
}

#: the letter that tells whoever can clear the way that a step of the system was refused
BLOCKED = "blocked"
#: templates of the letters that steps send. Those to the applicant are handed over on paper.
DECISIONS = frozenset({"approved", BLOCKED, "rejected", "contract_signed", "left", "notice_over", "over_term"}) | {
    *("renewal_decided", "end_decided", "leaving_decided")
}
ANY_DECISION = "decided"
#: the letter that a year of the calendar was loaded: about many hires, and so in words of its own
CALENDAR_MOVED = "calendar_moved"
#: letters about a past fact that is set right
CORRECTING = frozenset({"correction_proposed", "correction_made"})
#: the letter that a decision to end, or a resignation, counts no more
LEAVING_TAKEN_BACK = "leaving_taken_back"
#: letters that no step of a document sends: that one, somebody objected, a place has come free, a day is due
OF_THE_HOUSE = frozenset({CALENDAR_MOVED, "objection_lodged", "place_freed", LEAVING_TAKEN_BACK}) | CORRECTING | DUE

ANY_REMINDER = Reminder("", "remind_any", _OVERDUE)


def is_reminder(template: str) -> bool:
    return template.startswith(PREFIX)


def reminder_for(template: str) -> Reminder:
    """The row of an outbox template such as ``remind_term_end``; general words where the table has none."""
    return REMINDERS.get(template.removeprefix(PREFIX), ANY_REMINDER)


def template_of(template: str) -> str:
    """The file of words for an outbox template; general words for one that only a county's own document has."""
    if is_reminder(template):
        return reminder_for(template).template
    return template if template in DECISIONS | OF_THE_HOUSE else ANY_DECISION


def channels_of(template: str) -> tuple[str, ...]:
    """By which channels a letter goes out, as far as its reader has them."""
    return reminder_for(template).channels if is_reminder(template) else BOTH
