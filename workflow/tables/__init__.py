"""Tables (表). The only description of what is stored; migrations are made from it.

Everything about a hire is keyed by the hire and the number of the audit entry that made it, so that each row can name
its entry and no row needs an invented id. Facts are inserted and never edited; the few columns that are set later
(an objection's answer, the day a contract really ended, the day a filing was sent) are named in ``SET_LATER``.
Moments are UTC, days are Asia/Shanghai. JSON holds plain values only.
"""

from __future__ import annotations

from states.past import LATER
from workflow.tables.accounts import (
    Account,
    Feed,
    OfficeLog,
    OidcState,
    Region,
    RoleGrant,
    SavedView,
    SignIn,
    SignInAttempt,
    Substitution,
)
from workflow.tables.bank import BankCard, BankLine, BankList, PayResult
from workflow.tables.cases import (
    STATES,
    Assessment,
    AuditEntry,
    Contract,
    Correction,
    Decision,
    Departure,
    Filing,
    Hire,
    Notice,
    Objection,
    Protection,
    Training,
)
from workflow.tables.common import metadata
from workflow.tables.funds import (
    ChargeCorrection,
    ClaimLine,
    Cover,
    FilingList,
    PayCharge,
    Policy,
    Publication,
    SubsidyClaim,
)
from workflow.tables.house import Assignment, Comment, Document, Returned, Score, StoredFile, Suspension
from workflow.tables.imports import ImportLine, ImportRun, ImportUndo
from workflow.tables.money import Budget, PayApproval, PayDayDone, PayLine, PaySheet, Rate
from workflow.tables.on_post import (
    Aftercare,
    AftercareAct,
    Attendance,
    AttendanceCorrection,
    OldTerms,
    Point,
    Recovery,
    Repayment,
    Survey,
)
from workflow.tables.papers import Numbering, Paper, PaperTemplate
from workflow.tables.people import Clearance, Person, PersonLog
from workflow.tables.places import Allocation, Opening, Post, PublicApplication, PublicAttempt, Receipt
from workflow.tables.shared import CalendarYear, Figure, ProcedureVersion, Setting
from workflow.tables.work import Delivery, Idempotency, Outbox, Task, Timer

__all__ = [
    "SET_LATER",
    "STATES",
    "Account",
    "Aftercare",
    "AftercareAct",
    "Allocation",
    "Assessment",
    "Assignment",
    "Attendance",
    "AttendanceCorrection",
    "AuditEntry",
    "BankCard",
    "BankLine",
    "BankList",
    "Budget",
    "CalendarYear",
    "ChargeCorrection",
    "ClaimLine",
    "Clearance",
    "Comment",
    "Contract",
    "Correction",
    "Cover",
    "Decision",
    "Delivery",
    "Departure",
    "Document",
    "Feed",
    "Figure",
    "Filing",
    "FilingList",
    "Hire",
    "Idempotency",
    "ImportLine",
    "ImportRun",
    "ImportUndo",
    "Notice",
    "Numbering",
    "Objection",
    "OfficeLog",
    "OidcState",
    "OldTerms",
    "Opening",
    "Outbox",
    "Paper",
    "PaperTemplate",
    "PayApproval",
    "PayCharge",
    "PayDayDone",
    "PayLine",
    "PayResult",
    "PaySheet",
    "Person",
    "PersonLog",
    "Point",
    "Policy",
    "Post",
    "ProcedureVersion",
    "Protection",
    "PublicApplication",
    "PublicAttempt",
    "Publication",
    "Rate",
    "Receipt",
    "Recovery",
    "Region",
    "Repayment",
    "Returned",
    "RoleGrant",
    "SavedView",
    "Score",
    "Setting",
    "SignIn",
    "SignInAttempt",
    "StoredFile",
    "SubsidyClaim",
    "Substitution",
    "Survey",
    "Suspension",
    "Task",
    "Timer",
    "Training",
    "metadata",
]

#: columns that are set after the row was written; the entry that sets them says so (``sets``)
SET_LATER: dict[str, frozenset[str]] = {
    **LATER,
    "objection": frozenset({"answered_seq", "upheld"}),
    "point": frozenset({"struck_seq"}),
    "suspension": frozenset({"resumed_on", "resumed_seq"}),
    "filing": frozenset({"due_on", "provisional", "sent_on", "sent_seq", "receipt"}),
    "correction": frozenset({"decided_seq", "decided_by", "upheld"}),
}
