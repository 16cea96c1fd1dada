"""The words that documents and code share (用语): states, roles, levels, units, effects, kinds of record."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """The eight states that people speak of (状态), and the two ends of an application before the hire."""

    POSTED = "posted"
    APPLIED = "applied"
    QUALIFIED = "qualified"
    PUBLICIZED = "publicized"
    TRAINED = "trained"
    CONTRACTED = "contracted"
    RENEWED = "renewed"
    DISMISSED = "dismissed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


FINAL_STATES = frozenset({State.DISMISSED, State.REJECTED, State.WITHDRAWN})


class Role(StrEnum):
    """Who acts (角色). A document gives each role its own name and level (``Procedure.roles``)."""

    APPLICANT = "applicant"
    VILLAGE = "village"
    TOWNSHIP = "township"
    EMPLOYER = "employer"
    HRSS = "hrss"
    RURAL = "rural"
    COUNTY = "county"
    FINANCE = "finance"
    COMPANY = "company"
    SUPERVISOR = "supervisor"
    SYSTEM = "system"
    #: somebody without an account: may read what is public and object to a notice
    PUBLIC = "public"
    #: 三员: three administrators, who see no business data and exclude each other
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"


ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
#: roles that no document gives: a procedure that names one is refused
HOUSE_ROLES = ADMINISTRATORS | {Role.PUBLIC}


class Level(StrEnum):
    """Administrative level (层级)."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"


class Unit(StrEnum):
    """How a period is counted. Never assumed: every length names its unit."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    MONTHS = "months"
    #: not a length: the base is itself the last day
    ON_THE_DAY = "on_the_day"


class Effect(StrEnum):
    """What a guard does when it does not pass."""

    BLOCK = "block"
    #: 原则上 / 一般: a named officer may set it aside with a reason, on the record
    PRINCIPLE = "principle"
    #: never stops the step; the answer is shown and kept
    WARN = "warn"


class DeadlineKind(StrEnum):
    """What a deadline does at its end: moves the hire, reminds and escalates, or forbids anything before it."""

    ENFORCE = "enforce"
    ADVISE = "advise"
    BAR = "bar"


class RecordKind(StrEnum):
    """The fact that a step writes (``states.effects`` holds what each means)."""

    NONE = "none"
    APPLICATION = "application"
    #: somebody who was at work before the document, entered with the agreement that was made then
    OLD_TERMS = "old_terms"
    OPINION = "opinion"
    MEETING = "meeting"
    NOTICE = "notice"
    NOTICE_END = "notice_end"
    OBJECTION = "objection"
    OBJECTION_ANSWER = "objection_answer"
    TRAINING = "training"
    START = "start"
    AGREEMENT = "agreement"
    CONTRACT = "contract"
    ASSESSMENT = "assessment"
    ASSESSMENT_RULING = "assessment_ruling"
    RENEWAL_DECISION = "renewal_decision"
    RENEWAL_SIGNING = "renewal_signing"
    RENEWAL = "renewal"
    PROTECTION = "protection"
    #: granted by a county where the document allows it
    EXTENSION = "extension"
    #: the law itself moves the end of a term (LCL 45)
    STATUTORY_EXTENSION = "statutory_extension"
    OVERRUN = "overrun"
    RESIGNATION = "resignation"
    HANDOVER = "handover"
    ENDING_DECISION = "ending_decision"
    ENDING = "ending"
    FILING = "filing"
    #: facts of the house (``states.house``), which no document may record
    RETURN = "return"
    SUSPENSION = "suspension"
    RESUMPTION = "resumption"
    ASSIGNMENT = "assignment"
    COMMENT = "comment"
    DOCUMENT = "document"
    SCORE = "score"
    POINT = "point"
    POINT_STRUCK = "point_struck"
    ASSESSMENT_TAKEN_BACK = "assessment_taken_back"
    LEAVING_TAKEN_BACK = "leaving_taken_back"
    SURVEY = "survey"
    #: a past fact set right: proposed by one person, confirmed or refused by another
    CORRECTION = "correction"
    CORRECTION_CONFIRMED = "correction_confirmed"
    CORRECTION_REFUSED = "correction_refused"


HOUSE_RECORDS = frozenset(
    {
        RecordKind.RETURN,
        RecordKind.SUSPENSION,
        RecordKind.RESUMPTION,
        RecordKind.ASSIGNMENT,
        RecordKind.COMMENT,
        RecordKind.DOCUMENT,
        RecordKind.SCORE,
        RecordKind.POINT,
        RecordKind.POINT_STRUCK,
        RecordKind.ASSESSMENT_TAKEN_BACK,
        RecordKind.LEAVING_TAKEN_BACK,
        RecordKind.SURVEY,
        RecordKind.CORRECTION,
        RecordKind.CORRECTION_CONFIRMED,
        RecordKind.CORRECTION_REFUSED,
    }
)
