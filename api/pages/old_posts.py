"""People on old posts (原有岗位人员): the list with what has become of each, and one person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import ValidationError

from api.inputs import PathId
from api.pages import reading, words
from api.pages.after_words import day_key, day_key_text, day_of, region_of, yuan
from api.pages.filling import Filling, Given, faults_of, refusal_of, status_of
from api.pages.filters import filter_fields
from api.pages.forms import Field
from api.pages.hires import whole
from api.pages.move_words import preview_words
from api.pages.render import FormDep, Page, PageDep, RecentFormDep
from api.pages.submitted import given_of
from api.problems import NotFound
from states.guards import Answer
from states.inputs import Override
from states.move_entries import RECOGNISE, RUN_OUT
from states.moving import confirmers, proposers
from states.procedure import Procedure, article_of
from states.recognition import RecognitionInput, is_over
from states.refusals import InputRefused, NoSuchHire, Refusal
from states.say import Sentence, say
from states.vocabulary import Effect
from workflow import moving, old_posts
from workflow.queries import scoped
from workflow.queries.old_posts import OldLine, Standing, old_counts, old_line, old_lines
from workflow.reading import load_hires

router = APIRouter()
LIST = "/old-posts"
STANDINGS: Mapping[Standing, Sentence] = {
    Standing.OPEN: say("待认定"),
    Standing.PROPOSED: say("已提议，待确认"),
    Standing.RECOGNISED: say("已重新认定"),
    Standing.RUNNING_OUT: say("执行原协议至期满"),
    Standing.OVER: say("原协议期满待处理"),
    Standing.LEFT: say("已退出"),
}
_MARKS = {
    Standing.OPEN: "publicized",
    Standing.PROPOSED: "trained",
    Standing.RECOGNISED: "force",
    Standing.RUNNING_OUT: "lapsed",
    Standing.OVER: "rejected",
    Standing.LEFT: "dismissed",
}
KINDS: Mapping[str, Sentence] = {RECOGNISE: say("重新认定"), RUN_OUT: say("执行原协议期和标准至期满")}
#: one request may propose for as many
MOST_AT_ONCE = 200


# ---- the list ----------------------------------------------------------------------------------------------------


@router.get("/old-posts")
def show_all(page: PageDep) -> Response:
    """Everybody from an old post within the reader's regions, fifty at a time, with counts by standing."""
    asked = page.request.query_params
    standing = next((one for one in Standing if one.value == asked.get("standing")), Standing.OPEN)
    region = region_of(page, asked.get("region"))
    after, keys = day_key(asked.get("after")), list(moving.old_versions(page.office))
    with page.reading() as connection:
        scope = scoped(page.actor)
        found = old_lines(connection, scope, keys, standing=standing, region=region, after=after)
        counts = old_counts(connection, scope, keys, region)
        filters = filter_fields(page, connection, scope, {"region": region}, ["region"])
        places = reading.place_names(connection, {line.region for line in found.lines})
    picking = standing is Standing.OPEN and any(_may_propose(page, line) for line in found.lines)
    return page.show(
        "old_posts.html",
        "old_posts",
        tiles=[
            {
                "words": page.tell(name),
                "number": counts.get(one, 0),
                "href": page.address(standing=one.value, after=None),
                "here": one is standing,
                "late": one is Standing.OVER and counts.get(one, 0),
            }
            for one, name in STANDINGS.items()
        ],
        heading=page.tell(STANDINGS[standing]),
        standing=standing.value,
        rows=[_row(page, line, places) for line in found.lines],
        filters=filters,
        proposing=_proposing(Filling(page, {})) if picking else None,
        may_enter=old_posts.may_enter(page.office, page.actor),
        next_page=page.address(after=day_key_text(found.after)) if found.after else None,
        first_page=page.address(after=None) if after else None,
    )


def _may_propose(page: Page, line: OldLine) -> bool:
    roles = proposers(page.office.procedure(line.procedure))
    return bool(page.actor.roles_in(line.region) & roles)


def _row(page: Page, line: OldLine, places: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": line.hire_id,
        "version": line.version,
        "who": line.person_name,
        "post": line.post_title,
        "employer": line.employer,
        "place": places.get(line.region, line.region),
        "started_on": line.started_on,
        "months": line.months_before,
        "old_pay": yuan(line.old_fen),
        "starts_on": line.starts_on,
        "ends_on": line.ends_on,
        "days_left": (line.ends_on - page.today).days,
        "proposed": page.tell(KINDS[line.kind]) if line.kind is not None and line.kind in KINDS else "",
        "standing": page.tell(STANDINGS[line.standing]),
        "mark": _MARKS[line.standing],
    }


@router.post("/old-posts/propose")
def propose_many(page: PageDep, form: FormDep) -> Response:
    """The same proposal for everybody ticked; who cannot be proposed is named with the reason."""
    given = given_of(form)
    kind, reason = (given.get("kind") or [""])[0], (given.get("reason") or [""])[0].strip()
    picked = [one for one in (_picked(text) for text in given.get("hire", [])) if one is not None]
    if kind not in KINDS or not 2 <= len(reason) <= 2000 or not 0 < len(picked) <= MOST_AT_ONCE:
        return page.go(
            LIST, say("请勾选人员（一次最多{n}人），选定提议，并写明理由（至少2个字）", n=MOST_AT_ONCE), "stop"
        )
    done, first = 0, None
    for hire_id, version in picked:
        try:
            moving.propose_outcome(page.office, hire_id, kind, page.actor, page.at, reason, expected=version)
            done += 1
        except Refusal as refusal:
            first = first or refusal
    if first is None:
        return page.go(f"{LIST}?standing=proposed", say("已提议{n}人，请另一人确认", n=done))
    words_of = say(
        "已提议{n}人；{m}人没有提议，例如：{why}", n=done, m=len(picked) - done, why=page.tell(first.sentence)
    )
    return page.go(LIST, words_of, "care")


def _picked(text: str) -> tuple[int, int] | None:
    hire_id, version = (whole(part) for part in (text.partition(".")[0], text.partition(".")[2]))
    return None if hire_id is None or version is None else (hire_id, version)


def _proposing(filling: Filling, begun: str = RECOGNISE, over: bool = False) -> list[Field]:
    """``over``: the old agreement has no day left that it could run."""
    kinds = [(kind, filling.page.tell(name)) for kind, name in KINDS.items() if not (over and kind == RUN_OUT)]
    return [
        filling.field("kind", say("提议"), "radio", options=kinds, required=True, value=begun),
        filling.field("reason", say("理由"), "prose", say("写明核对了哪些材料。"), required=True),
    ]


# ---- one person --------------------------------------------------------------------------------------------------


@router.get("/old-posts/{hire_id}")
def show_one(page: PageDep, hire_id: PathId) -> Response:
    """One person: the old agreement, what the present document says, and what can be decided."""
    return _one(page, hire_id)


@router.post("/old-posts/{hire_id}/propose")
def propose_one(page: PageDep, form: FormDep, hire_id: PathId) -> Response:
    """The first person's proposal."""
    given = given_of(form)
    kind, reason = (given.get("kind") or [""])[0], (given.get("reason") or [""])[0].strip()
    faults = {}
    if kind not in KINDS:
        faults["kind"] = say("请选择")
    if not 2 <= len(reason) <= 2000:
        faults["reason"] = say("请写明理由（2至2000字）")
    try:
        if faults:
            raise InputRefused(faults)
        moving.propose_outcome(page.office, hire_id, kind, page.actor, page.at, reason)
    except NoSuchHire:
        raise NotFound from None
    except Refusal as refusal:
        return _one(page, hire_id, given, refusal)
    return page.go(f"{LIST}/{hire_id}", say("已提议，请另一人确认"))


@router.post("/old-posts/{hire_id}/confirm")
def confirm_one(page: PageDep, form: RecentFormDep, hire_id: PathId) -> Response:
    """The second person confirms what was proposed."""
    given = given_of(form)
    try:
        _confirm(page, hire_id, given)
    except NoSuchHire:
        raise NotFound from None
    except Refusal as refusal:
        return _one(page, hire_id, given, refusal)
    return page.go(f"{LIST}/{hire_id}", say("已确认"))


def _confirm(page: Page, hire_id: int, given: Given) -> None:
    kind, opinion = (given.get("kind") or [""])[0], (given.get("opinion") or [""])[0].strip()
    if kind == RUN_OUT:
        although = (given.get("although") or [""])[0].strip() or None
        if len(opinion) < 2:
            raise InputRefused({"opinion": say("请写明理由（2至2000字）")})
        moving.confirm_run_out(page.office, hire_id, page.actor, page.at, opinion[:2000], although=although)
        return
    signed_on = day_of((given.get("signed_on") or [""])[0])
    if signed_on is None:
        raise InputRefused({"signed_on": say("请填写日期，例如2026-03-02")})
    with page.reading() as connection:
        hire = load_hires(connection, [hire_id]).get(hire_id)
    if hire is None:
        raise NoSuchHire(hire_id)
    examined, _ = moving.examine(page.office, hire, page.actor, page.at)
    said = _recognition(given, signed_on, opinion, [one.guard for one in examined.answers if _widens(one)])
    moving.confirm_recognition(page.office, hire_id, page.actor, page.at, said)


def _widens(answer: Answer) -> bool:
    """Whether the county may set an answer aside, with its approval."""
    return answer.stops and answer.effect is Effect.PRINCIPLE


def _recognition(given: Given, signed_on: date, opinion: str, guards: list[str]) -> RecognitionInput:
    reason, number = (given.get("widen_reason") or [""])[0].strip(), (given.get("widen_no") or [""])[0].strip()
    widened: tuple[Override, ...] = ()
    try:
        if reason or number:
            widened = tuple(Override(guard=name, reason=reason, approval_no=number) for name in guards)
        said = (given.get("number") or [""])[0].strip() or None
        return RecognitionInput(signed_on=signed_on, number=said, opinion=opinion or None, overrides=widened)
    except ValidationError:
        raise InputRefused({"widen_reason": say("扩大安置范围须写明理由和批准文号")}) from None


@router.post("/old-posts/{hire_id}/drop")
def drop_one(page: PageDep, form: FormDep, hire_id: PathId) -> Response:
    """Takes the proposal back, or turns it down, with a reason."""
    given = given_of(form)
    reason = (given.get("drop_reason") or [""])[0].strip()
    try:
        if not 2 <= len(reason) <= 2000:
            raise InputRefused({"drop_reason": say("请写明理由（2至2000字）")})
        moving.drop(page.office, hire_id, page.actor, page.at, reason)
    except NoSuchHire:
        raise NotFound from None
    except Refusal as refusal:
        return _one(page, hire_id, given, refusal)
    return page.go(f"{LIST}/{hire_id}", say("提议已撤回"))


def _one(page: Page, hire_id: int, given: Given | None = None, refusal: Refusal | None = None) -> Response:
    keys = list(moving.old_versions(page.office))
    with page.reading() as connection:
        line = old_line(connection, scoped(page.actor), keys, hire_id)
        if line is None:
            raise NotFound
        places = reading.place_names(connection, {line.region})
        hire = load_hires(connection, [hire_id])[hire_id]
    filling = Filling(page, given or {}, faults_of(refusal))
    shown: dict[str, Any] = {"answers": [], "look": None, "proposing": None, "confirming": None, "dropping": None}
    if line.standing not in (Standing.RECOGNISED, Standing.LEFT):
        new, over = moving.present_of(page.office, hire), is_over(hire, page.today)
        coming = new.move_from(hire.procedure.partition("@")[2])
        examined, look = moving.examine(page.office, hire, page.actor, page.at)
        shown |= {
            "answers": words.clauses_of(page, examined.answers),
            # where no month is left a recognition would come to nothing that could be shown
            "look": preview_words(page, look, page.office.procedure(hire.procedure), new) if examined.lasts else None,
            "qualifies": examined.qualifies,
            "over": over,
            "article": article_of(new, coming.cite) if coming is not None else "",
            **_forms(page, line, new, filling, examined.answers, hire.dossier.move_by, over),
        }
    return page.show(
        "old_post.html",
        "old_posts",
        status=status_of(refusal),
        refusal=refusal_of(page, refusal, say("没有办理")),
        row=_row(page, line, places),
        renewed_until=hire.dossier.term_ends_on,
        **shown,
    )


def _forms(
    page: Page,
    line: OldLine,
    new: Procedure,
    filling: Filling,
    answers: tuple[Answer, ...],
    proposed_by: str | None,
    over: bool,
) -> dict[str, Any]:
    """Who may do what now: the first person proposes, another confirms, either lets it be.

    ``over``: the old agreement is over, and nobody can be told to let it run out.
    """
    held = page.actor.roles_in(line.region)
    first = bool(held & proposers(page.office.procedure(line.procedure)))
    if line.standing is not Standing.PROPOSED:
        if not first:
            return {"proposing": None}
        begun = RUN_OUT if any(one.stops for one in answers) and not over else RECOGNISE
        return {"proposing": _proposing(filling, begun, over)}
    second = bool(held & confirmers(new, new.move_from(line.procedure.partition("@")[2])))
    second = second and not (over and line.kind == RUN_OUT)
    drop = filling.field("drop_reason", say("撤回或者不同意的理由"), "prose", required=True)
    return {
        "confirming": _confirming(filling, line, answers) if second and page.actor.person_key != proposed_by else None,
        "dropping": [drop] if first else None,
        "own": page.actor.person_key == proposed_by,
        "kind": line.kind,
    }


def _confirming(filling: Filling, line: OldLine, answers: tuple[Answer, ...]) -> list[Field]:
    if line.kind == RUN_OUT:
        fields = [filling.field("opinion", say("理由"), "prose", required=True)]
        if not any(answer.stops for answer in answers):
            hint = say("本人符合新一轮安置条件，应重新认定；确不认定的才填写。")
            fields.append(filling.field("although", say("不认定的特别理由"), "prose", hint))
        return fields
    fields = [
        filling.field("signed_on", say("新协议签订日期"), "date", required=True, value=filling.page.today.isoformat()),
        filling.field("number", say("新协议编号")),
    ]
    if any(_widens(one) for one in answers):
        hint = say("经同级政府批准扩大安置范围的，写明理由和批准文号。")
        fields.append(filling.field("widen_reason", say("扩大安置范围的理由"), "prose", hint))
        fields.append(filling.field("widen_no", say("批准文号")))
    return [*fields, filling.field("opinion", say("意见"), "prose")]
