"""The line of a hire's life (办理进程): stages done, where it stands, the way ahead, and what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from api.pages import words
from api.pages.render import Page
from states.clocks import FILING
from states.facts import Hire
from states.procedure import Procedure, Stage, State
from states.say import say
from workflow.queries import TrailLine


@dataclass(frozen=True, slots=True)
class Station:
    """A stage on the line: ``how`` is done, here, "here off" (ended otherwise) or ahead."""

    name: str
    how: str
    mark: str
    on: date | None = None


def life_line(page: Page, procedure: Procedure, hire: Hire, trail: Sequence[TrailLine]) -> list[Station]:
    """Stages done, where the hire stands, and the way that the document foresees from there."""
    first: dict[str, date] = {}
    for entry in trail:
        first.setdefault(entry.to_stage, entry.on_day)
    here = procedure.stage_by_name[hire.stage]
    past = sorted(_known(procedure, first), key=lambda stage: _order(trail, stage.stage))
    mark = page.tell(say("（已办）"))
    done = [Station(page.named(s), "done", mark, first[s.stage]) for s in past if s != here]
    off = "here off" if here.state in (State.REJECTED, State.WITHDRAWN) or here.pay_stopped else "here"
    now = Station(page.named(here), off, page.tell(say("（当前环节）")), first.get(here.stage))
    ahead = [] if here.final else [s for s in _way_on(procedure, here) if s.stage not in first]
    return [*done, now, *(Station(page.named(s), "ahead", page.tell(say("（以后）"))) for s in ahead)]


def _known(procedure: Procedure, first: Mapping[str, date]) -> list[Stage]:
    return [procedure.stage_by_name[name] for name in first if name in procedure.stage_by_name]


def _order(trail: Sequence[TrailLine], stage: str) -> int:
    return next(entry.seq for entry in trail if entry.to_stage == stage)


def _way_on(procedure: Procedure, here: Stage) -> list[Stage]:
    """From ``here`` along the main steps, and where there is none along what happens by itself, to the work on post."""
    found: list[Stage] = []
    stage = here
    while not stage.final:
        following = _following(procedure, stage)
        if following is None or following in found or following == here:
            break
        found.append(following)
        stage = following
    return found


def _following(procedure: Procedure, stage: Stage) -> Stage | None:
    steps = [s for s in procedure.steps_from[stage.stage] if s.to is not None and s.to != stage.stage and not s.adverse]
    main = [s for s in steps if s.main] or [s for s in steps if s.automatic]
    targets = [procedure.stage_by_name[s.to] for s in main if s.to is not None]
    usual = (t for t in targets if t.state not in (State.REJECTED, State.WITHDRAWN) and not t.pay_stopped)
    return next((t for t in usual if t.state is not State.DISMISSED), None)


# ---- what comes next ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Next:
    """What comes next, in one sentence, and one more if there is more to say."""

    say: str
    more: str = ""


def what_comes_next(page: Page, procedure: Procedure, hire: Hire) -> Next:
    """Who has to do what by when, or what will happen by itself."""
    stage = procedure.stage_by_name[hire.stage]
    if stage.final:
        return Next(page.tell(say("这份聘用已经办结。")))
    if stage.pay_stopped:
        return Next(
            page.tell(say("合同或期限已满而没有作出决定，补贴已停发。")),
            page.tell(say("请尽快决定续签或解聘。")),
        )
    automatic = _automatic(page, procedure, hire)
    main = [s for s in procedure.steps_from[hire.stage] if s.main and not s.automatic]
    if not main or (not stage.owner and stage.at_work):
        return Next(automatic or page.tell(say("现在没有要办的事。")))
    signed = {s.role for s in hire.dossier.signatures if s.act == main[0].act}
    waiting = [role for role in (stage.owner or main[0].by) if role not in signed]
    roles = words.roles_in_words(page, procedure, waiting)
    due = min((c.due_on for n, c in hire.dossier.clocks.items() if not n.startswith(FILING)), default=None)
    name = page.named(main[0])
    if due is None:
        return Next(page.tell(say("等{roles}办理“{step}”。", roles=roles, step=name)), automatic)
    return Next(
        page.tell(say("等{roles}办理“{step}”，期限到{due}。", roles=roles, step=name, due=page.day(due))), automatic
    )


def _automatic(page: Page, procedure: Procedure, hire: Hire) -> str:
    """The earliest thing that the system will do by itself."""
    ends = [
        (clock.due_on, clock, procedure.deadline_by_name[name])
        for name, clock in hire.dossier.clocks.items()
        if name in procedure.deadline_by_name and procedure.deadline_by_name[name].then
    ]
    if not ends:
        return ""
    due, clock, line = min(ends, key=lambda found: found[0])
    if clock.blocked:
        return page.tell(
            say("“{name}”已于{due}届满，但还有条件不符合，系统没有办理。", name=page.named(line), due=page.day(due))
        )
    return page.tell(say("“{name}”到{due}届满，次日由系统接着办理。", name=page.named(line), due=page.day(due)))
