"""Papers on the hire page (文书): what can be made and why not yet, what was made, and what a late contract costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection, select

from api.pages.render import Page
from api.pages.steps import StepView, Tried
from states.certificate import handed_over_by
from states.facts import Hire
from states.late_contract import is_labour_contract, late_contract
from states.procedure import Procedure
from states.say import Sentence, say
from workflow.papers import making
from workflow.papers.kinds import NUMBERED, Kind, kinds_of, may_make, term_of, title_of, why_not
from workflow.papers.making import PaperLine
from workflow.papers.names import KNOWN
from workflow.queries import Scope
from workflow.tables import metadata

#: what is tried when a paper is asked for, with its kind behind it
ACT = "paper-"


@dataclass(frozen=True, slots=True)
class OfferView:
    """A paper that the reader makes: ``why`` is what has to happen first, ``missing`` what was not there just now."""

    kind: str
    title: str
    why: str
    live: str
    anew: bool
    opened: bool
    missing: list[tuple[str, str]]
    reason_error: str
    reason: str


@dataclass(frozen=True, slots=True)
class MadeView:
    """A paper that was made."""

    title: str
    number: str
    who: str
    href: str
    aside: str


@dataclass(frozen=True, slots=True)
class PapersView:
    """The block: ``late`` what a late contract means, ``certificate`` by when somebody who left gets theirs.

    ``masked``: the reader gets the papers without full numbers.
    """

    offers: list[OfferView]
    made: list[MadeView]
    late: str
    certificate: str
    certificate_late: bool
    masked: bool


def raised(words: str) -> str:
    """English names begin with a capital where they stand alone."""
    return words[:1].upper() + words[1:]


def lines_of(connection: Connection, scope: Scope, hire: Hire) -> tuple[PaperLine, ...] | None:
    """The papers of a hire; None for who only applies: the block is for the offices."""
    return making.papers_of(connection, scope, hire.id) if scope.covers(hire.region) else None


def block_of(
    page: Page, connection: Connection, procedure: Procedure, hire: Hire, lines: Sequence[PaperLine], tried: Tried
) -> PapersView:
    """What the page shows of papers. ``tried``: a paper that was just refused, with what was missing."""
    offers = [
        _offer(page, procedure, hire, paper.kind, paper.once, lines, tried)
        for paper in kinds_of(procedure)
        if may_make(page.actor, procedure, paper.kind, hire.region)
    ]
    late = _late(page, connection, procedure, hire)
    certificate, overdue = _certificate(page, procedure, hire, lines)
    made = [_made(page, procedure, hire, line) for line in lines]
    return PapersView(
        offers,
        made,
        page.tell(late) if late else "",
        page.tell(certificate) if certificate else "",
        overdue,
        not making.reads_full(page.actor, hire.region),
    )


def _offer(
    page: Page, procedure: Procedure, hire: Hire, kind: Kind, once: bool, lines: Sequence[PaperLine], tried: Tried
) -> OfferView:
    again = tried.act == ACT + kind.value
    why = why_not(procedure, kind, hire)
    term = term_of(kind, hire, page.today.year)
    held = (line.paper == kind and line.term_no == term and line.replaced_at is None for line in lines)
    live = next((line.number for line, same in zip(lines, held, strict=True) if same), "")
    faults = tried.faults if again else {}
    return OfferView(
        kind.value,
        page.tell(title_of(procedure, kind)),
        page.tell(why) if why else "",
        live,
        anew=once and bool(live),
        opened=again,
        missing=[(page.tell(said), _where(hire, kind, name)) for name, said in faults.items() if name != "reason"],
        reason_error=page.tell(faults["reason"]) if "reason" in faults else "",
        reason=(tried.given.get("reason") or [""])[0] if again else "",
    )


def _where(hire: Hire, kind: Kind, name: str) -> str:
    """The page on which a missing value is entered."""
    known = KNOWN[kind].get(name)
    if known is not None and known.page == "person" and hire.person is not None:
        return f"/people/{hire.person.id}/edit"
    return f"/posts/{hire.post.id}" if known is not None and known.page == "post" else ""


def _made(page: Page, procedure: Procedure, hire: Hire, line: PaperLine) -> MadeView:
    aside = ""
    if line.replaced_at is not None:
        aside = page.tell(say("已被新的一份替代"))
        if line.reason:
            aside = page.tell(say("已作废，理由：{reason}", reason=line.reason))
    who = line.by or page.tell(say("账户已注销"))
    return MadeView(
        raised(page.tell(title_of(procedure, Kind(line.paper)))),
        line.number,
        f"{page.moment(line.made_at)} · {who}",
        f"/hires/{hire.id}/papers/{line.digest}.docx",
        aside,
    )


def _late(page: Page, connection: Connection, procedure: Procedure, hire: Hire) -> Sentence | None:
    """What it costs that the first labour contract was, or is, not signed in time."""
    started_on = hire.dossier.first_started_on
    if started_on is None or not is_labour_contract(procedure):
        return None
    if hire.dossier.ended_on is not None and hire.dossier.signed_on is None:
        return say("离岗以前没有签订劳动合同，未签期间的二倍工资依《劳动合同法》第八十二条办理")
    contract = metadata.tables["contract"].c
    asked = select(contract.signed_on).where(
        contract.hire_id == hire.id, contract.term_no == 1, contract.corrected_by.is_(None)
    )
    signed_on = connection.execute(asked).scalar()
    until = hire.dossier.ended_on or page.today
    late = late_contract(started_on, signed_on, min(until, page.today), page.office.setting.calendar)
    return late.sentence() if late else None


def _certificate(
    page: Page, procedure: Procedure, hire: Hire, lines: Sequence[PaperLine]
) -> tuple[Sentence | None, bool]:
    """Whether somebody who left has their certificate, and by when file and insurance move on."""
    ended_on = hire.dossier.ended_on
    if ended_on is None:
        return None, False
    made = any(line.paper == Kind.CERTIFICATE and line.replaced_at is None for line in lines)
    due = handed_over_by(ended_on)
    if not is_labour_contract(procedure):
        return (say("离岗证明已制作。") if made else say("离岗证明尚未制作。")), False
    return _told(made, due, page.today)


def _told(made: bool, due: date, today: date) -> tuple[Sentence, bool]:
    if made:
        return say("离岗证明已制作。档案和社会保险关系须在{due}以前转移（《劳动合同法》第五十条）。", due=due), False
    if today > due:
        return say(
            "离岗证明尚未制作，已超过{due}。请立即出具，并转移档案和社会保险关系（《劳动合同法》第五十条）。", due=due
        ), True
    return say(
        "离岗证明尚未制作：应在离岗时出具，并在{due}以前转移档案和社会保险关系（《劳动合同法》第五十条）。", due=due
    ), False


def prefilled(procedure: Procedure, steps: list[StepView], lines: Sequence[PaperLine]) -> list[StepView]:
    """The steps with the number of the paper that was made where they ask for the number of what was signed."""
    numbers: Mapping[Kind, str] = making.numbers_to_sign(tuple(lines))
    kinds = {step.act: NUMBERED[step.records] for step in procedure.steps if step.records in NUMBERED}
    return [_with_number(view, numbers[kinds[view.act]]) if kinds.get(view.act) in numbers else view for view in steps]


def _with_number(view: StepView, number: str) -> StepView:
    fields = [replace(f, value=number) if f.name == "number" and not f.value else f for f in view.fields]
    return replace(view, fields=fields)
