"""One hire as a page (聘用页面): everything that the templates of the screen and of the print are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from fastapi.responses import Response
from sqlalchemy import Connection

from api.pages import life, paper_block, points, points_forms, reading, record, wording, words
from api.pages.after_blocks import after_blocks
from api.pages.cards import Telling
from api.pages.hire_files import UPLOAD, files_of, hint, upload_form
from api.pages.house_forms import Asked, house_views, is_house
from api.pages.papers import CaseFile, blocks_of
from api.pages.render import Page
from api.pages.steps import Tried, steps_of
from states.decide import Offer
from states.facts import Hire
from states.guards import Answer
from states.house import officers
from states.procedure import Procedure
from states.refusals import InputRefused, NoSuchHire, Refusal, StepNotOffered, StepRefused
from states.say import Sentence, say
from states.tenure import to_confirm
from states.vocabulary import RecordKind, Role
from workflow import queries
from workflow.engine import offers_of
from workflow.files import FileRefused
from workflow.queries import HireLine, Scope, case_file, scoped

STALE = say("这份聘用在您打开之后已有变动，刚才没有办理。请看过现在的情况再办。")


@dataclass(frozen=True, slots=True)
class Attempt:
    """A form that was just refused: it is shown again as it was filled in."""

    act: str = ""
    given: Mapping[str, list[str]] = field(default_factory=dict)
    faults: Mapping[str, Sentence] = field(default_factory=dict)
    answers: tuple[Answer, ...] = ()

    @classmethod
    def of(cls, act: str, given: Mapping[str, list[str]], refusal: Refusal) -> Self:
        """What was tried, with what was wrong with it."""
        faults = refusal.faults if isinstance(refusal, InputRefused) else {}
        answers = refusal.answers if isinstance(refusal, StepRefused) else ()
        return cls(act, given, faults, answers)


NOTHING_TRIED = Attempt()


def hire_page(page: Page, hire_id: int, attempt: Attempt = NOTHING_TRIED, refusal: Refusal | None = None) -> Response:
    """The page of a hire; after a refusal with its answers at the top. Raises NoSuchHire."""
    hire, offers = offers_of(page.office, hire_id, page.actor, page.at)
    scope = scoped(page.actor)
    with page.office.database.reading(scope.reach) as connection:
        case = Case.read(page, connection, scope, hire, offers)
        context = {**case.shared(), **case.to_do(connection, attempt)}
        context["blocks"] += after_blocks(page, connection, hire)
    status = 200 if refusal is None else 422 if isinstance(refusal, InputRefused) else 409
    if isinstance(refusal, StepNotOffered) and refusal.facts.get("forbidden"):
        status = 403
    return page.show("hire.html", "hires", status=status, refusal=_refusal(case.telling, refusal), **context)


def _refusal(telling: Telling, refusal: Refusal | None) -> dict[str, Any] | None:
    if refusal is None:
        return None
    tell = telling.page.tell
    answers = refusal.answers if isinstance(refusal, StepRefused) else ()
    stopping = [answer for answer in answers if answer.stops]
    title = say("填报内容有误，没有办理") if isinstance(refusal, InputRefused) else say("没有办理")
    words_said: Sentence = refusal.sentence
    if isinstance(refusal, FileRefused):
        title = say("文件没有接收")
    elif isinstance(refusal, InputRefused):
        words_said = say("请改正下面标出的各项，再办一次。")
    elif stopping:
        words_said = say("有{n}项条件不符合，什么都没有改动。", n=len(stopping))
    return {"title": tell(title), "say": tell(words_said), "answers": telling.cards(stopping)}


@dataclass(frozen=True, slots=True)
class Case:
    """A hire with everything that was read for its page, in one pass."""

    page: Page
    procedure: Procedure
    hire: Hire
    offers: Sequence[Offer]
    line: HireLine
    trail: Sequence[queries.TrailLine]
    telling: Telling
    file: CaseFile
    documents: Sequence[case_file.DocumentLine]
    comments: Sequence[case_file.CommentLine]
    names: Mapping[int, str]

    @classmethod
    def read(cls, page: Page, connection: Connection, scope: Scope, hire: Hire, offers: Sequence[Offer]) -> Self:
        """Reads what the page shows. Raises NoSuchHire where the reader sees nothing."""
        procedure = page.office.procedure(hire.procedure)
        line = queries.hire_line(connection, scope, hire.id)
        if line is None:
            raise NoSuchHire(hire.id)
        places = reading.place_names(connection, {hire.region, *([hire.person.home_region] if hire.person else [])})
        rows = queries.records(connection, scope, hire.id) or {}
        given = {row["to_account"] for row in rows.get("assignment", ()) if row["to_account"] is not None}
        about = queries.person_line(connection, scope, hire.person.id) if hire.person else None
        decided = case_file.decisions(connection, scope, hire.id)
        file = CaseFile(hire, about, places, rows, decided, case_file.suspensions(connection, scope, hire.id))
        return cls(
            page,
            procedure,
            hire,
            offers,
            line,
            reading.whole_trail(connection, scope, hire.id),
            Telling(page, procedure, places),
            file,
            case_file.documents(connection, scope, hire.id),
            case_file.comments(connection, scope, hire.id),
            case_file.account_names(connection, given | set(hire.dossier.assigned.values())),
        )

    def shared(self) -> dict[str, Any]:
        """What the screen and the print have in common."""
        page, procedure, hire = self.page, self.procedure, self.hire
        given_to = {Role(role): self.names.get(account, "") for role, account in hire.dossier.assigned.items()}
        filed_from = {entry.seq: entry.on_day for entry in self.trail}
        return {
            "hire": self._head(),
            "life": life.life_line(page, procedure, hire, self.trail),
            "next": life.what_comes_next(life.Waiting(page, procedure, hire, self.offers, given_to)),
            "deadlines": record.deadlines_of(page, procedure, hire, filed_from),
            "trail": record.trail_of(page, procedure, self.trail, record.Papers(self.file.rows, self.names)),
            "blocks": blocks_of(page, procedure, self.file),
            "files": files_of(page, procedure, hire, self.documents),
            "comments": [self._comment(comment) for comment in self.comments],
            "assessed": points.card_of(page, procedure, hire, self.file.rows, self.trail),
        }

    def to_do(self, connection: Connection, attempt: Attempt) -> dict[str, Any]:
        """What the reader may do: the steps of the document, the small forms of the house, adding a file."""
        page, hire = self.page, self.hire
        tried = Tried(attempt.act, attempt.given, attempt.faults, attempt.answers)
        colleagues = case_file.officers_for(connection, hire.region, officers(self.procedure), page.today)
        asked = Asked(attempt.act, attempt.given, attempt.faults)
        noted = points.Tried(attempt.act, attempt.given, attempt.faults)
        may_attach = any(o.step.records is RecordKind.DOCUMENT and o.open for o in self.offers)
        fault = attempt.faults.get("file") if attempt.act == UPLOAD else None
        uploaded = attempt.given if attempt.act == UPLOAD else {}
        scope = scoped(page.actor)
        steps = steps_of(self.telling, hire, self.offers, tried)
        made = paper_block.lines_of(connection, scope, hire)
        return {
            "steps": paper_block.prefilled(self.procedure, steps, made or ()),
            "papers": paper_block.block_of(page, connection, self.procedure, hire, made, tried)
            if made is not None
            else None,
            "no_steps": page.tell(self._no_steps()),
            "house": house_views(self.telling, hire, self.offers, colleagues, asked),
            "assessed": points.card_of(page, self.procedure, hire, self.file.rows, self.trail, self.offers, noted),
            "noting": points_forms.forms_of(page, self.procedure, hire, self.offers, self.file.rows, noted),
            "upload": upload_form(page, hire, uploaded, fault) if may_attach else None,
            "upload_hint": hint(page),
            "may_correct": any(offer.step.records is RecordKind.CORRECTION for offer in self.offers),
            "correcting": hire.dossier.correcting_seq is not None and not page.actor.is_system,
        }

    def _head(self) -> dict[str, Any]:
        page, procedure, hire, line = self.page, self.procedure, self.hire, self.line
        entered = hire.dossier.entered_on
        last = procedure.validity.last_day
        asked = to_confirm(procedure, hire.kind, hire.person, hire.dossier) if hire.person is not None else None
        return {
            "id": hire.id,
            "version": hire.version,
            "who": line.person_name or page.tell(say("空缺名额")),
            "post": line.post_title,
            "employer": line.employer,
            "place": self.file.places.get(hire.region, hire.region),
            "state": hire.state.value,
            "means": wording.stage_words(page, procedure, hire.stage, hire.dossier.notice_ends_on),
            "stage": page.named(procedure.stage_by_name[hire.stage]),
            "procedure": page.named(procedure.title),
            "procedure_key": procedure.key,
            "lapsed": last is not None and last < page.today,
            "unpaid": procedure.stage_by_name[hire.stage].pay_stopped,
            "suspended": hire.dossier.suspended_on is not None,
            "to_confirm": page.tell(asked) if asked is not None else "",
            "since": page.tell(say("{day}进入本环节", day=page.day(entered))) if entered else "",
            "head": hire.audit_head,
            "entries": hire.audit_seq,
        }

    def _comment(self, comment: case_file.CommentLine) -> dict[str, str]:
        page = self.page
        role = words.roles_in_words(page, self.procedure, [comment.role])
        who = page.tell(say("{who}（{role}）", who=comment.by or page.tell(say("账户已注销")), role=role))
        return {"text": comment.text, "who": who, "at": page.moment(comment.at)}

    def _no_steps(self) -> Sentence:
        if self.procedure.stage_by_name[self.hire.stage].final:
            return say("已经办结，没有可以办理的步骤。")
        if all(is_house(offer) for offer in self.offers) and self.offers:
            return say("这一环节没有等您办理的步骤；轮到您时会出现在“我的待办”里。下面可以添加材料和附言。")
        return say("这一环节没有等您办理的步骤；轮到您时会出现在“我的待办”里。")
