"""Help after leaving (离岗后帮扶): the list with what is late, township by township, and one case with its acts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection, select

from api.inputs import PathId
from api.pages import reading, words
from api.pages.after_words import NEEDS_SAID, day_key, day_key_text, day_of, region_of
from api.pages.filling import Filling, Given, faults_of, refusal_of, status_of
from api.pages.filters import filter_fields
from api.pages.forms import Field
from api.pages.hires import whole
from api.pages.render import FormDep, Page, PageDep
from api.pages.submitted import given_of
from api.problems import NotFound
from states.aftercare import (
    ACTS,
    NEEDS,
    REASONS,
    SERVICES,
    STANDS,
    Act,
    Case,
    Done,
    Need,
    Reason,
    Stand,
    gap,
    wanted,
)
from states.labels import role_name
from states.refusals import InputRefused, NoSuchHire, Refusal, StaleHire
from states.say import Sentence, say
from workflow import aftercare
from workflow.aftercare import Entry
from workflow.authority import NotEntitled
from workflow.queries import aftercare as cases
from workflow.queries import scoped
from workflow.queries.aftercare import CaseLine, Which
from workflow.tables import metadata

router = APIRouter()
WHICH: Mapping[Which, Sentence] = {
    Which.OPEN: say("正在帮扶"),
    Which.OVERDUE: say("已经逾期"),
    Which.CLOSED: say("已办结"),
}
_BADGES = {
    Stand.OPEN: "publicized",
    Stand.ASSESSED: "applied",
    Stand.SERVED: "force",
    Stand.REFERRED: "trained",
    Stand.CLOSED: "dismissed",
}
STALE = say("这份帮扶在您打开之后已有变动，刚才没有登记。请看过现在的情况再办。")


# ---- the list ----------------------------------------------------------------------------------------------------


@router.get("/aftercare")
def show_all(page: PageDep) -> Response:
    """The cases of the reader's regions, the most urgent first."""
    asked = page.request.query_params
    which = next((one for one in Which if one.value == asked.get("which")), Which.OPEN)
    region = region_of(page, asked.get("region"))
    after = day_key(asked.get("after"))
    with page.reading() as connection:
        scope = scoped(page.actor)
        found = cases.cases(connection, scope, page.today, which=which, region=region, after=after)
        towns = cases.town_counts(connection, scope, page.today, region)
        filters = filter_fields(page, connection, scope, {"region": region}, ["region"])
        places = reading.place_names(connection, {one.region for one in found.lines} | {one.region for one in towns})
    return page.show(
        "aftercare.html",
        "aftercare",
        rows=[_row(page, line, places) for line in found.lines],
        towns=[{"name": places.get(one.region, one.region), "open": one.open, "late": one.overdue} for one in towns],
        under_way=sum(one.open for one in towns),
        late=sum(one.overdue for one in towns),
        filters=[_which_field(page, which), *filters],
        filtered=which is not Which.OPEN or region is not None,
        next_page=page.address(after=day_key_text(found.after)) if found.after else None,
        first_page=page.address(after=None) if after else None,
    )


def _which_field(page: Page, which: Which) -> Field:
    options = tuple((one.value, page.tell(name)) for one, name in WHICH.items())
    chosen = frozenset({which.value})
    return Field(
        "which", page.tell(say("进度")), "select", which.value, options=options, chosen=chosen, prefix="filter-"
    )


def _row(page: Page, line: CaseLine, places: Mapping[str, str]) -> dict[str, Any]:
    due = words.due_of(page, line.due_on) if line.closed_on is None else words.due_of(page, None)
    return {
        "hire": line.hire_id,
        "who": line.person_name,
        "post": line.post_title,
        "place": places.get(line.region, line.region),
        "left_on": line.left_on,
        "ground": words.document_words(page, "ground", line.ground) or line.ground if line.ground else "—",
        "need": page.tell(NEEDS[Need(line.need)]) if line.need else page.tell(NEEDS_SAID),
        "hardship": line.hardship,
        "stand": page.tell(STANDS[Stand(line.state)]),
        "badge": _BADGES[Stand(line.state)],
        "closed_on": line.closed_on,
        "reason": page.tell(REASONS[Reason(line.reason)]) if line.reason else "",
        "due_on": due.due_on,
        "provisional": due.provisional,
        "urgency": due.urgency,
        "left": due.left,
    }


# ---- one case ----------------------------------------------------------------------------------------------------


@router.get("/aftercare/{hire_id}")
def show_one(page: PageDep, hire_id: PathId) -> Response:
    """One case: what the need asks for and what of it was done, the acts, and the forms."""
    return _one(page, hire_id, {})


def _one(page: Page, hire_id: int, given: Given, refusal: Refusal | None = None) -> Response:
    with page.reading() as connection:
        line = cases.case_line(connection, scoped(page.actor), hire_id)
        if line is None:
            raise NotFound
        acts = cases.act_lines(connection, hire_id)
        places = reading.place_names(connection, {line.region})
        died_on = _died_on(connection, hire_id)
    procedure = page.office.procedure(line.procedure)
    done = tuple(Done(one.act, one.what) for one in acts)
    need = Need(line.need) if line.need else None
    case = Case(Stand(line.state), need, line.hardship, done, procedure)
    may_work, may_close = aftercare.roles_for(page.actor, line.region)
    open_ = line.closed_on is None
    forms = _Forms(page, given, refusal, line)
    return page.show(
        "aftercare_case.html",
        "aftercare",
        status=403 if isinstance(refusal, NotEntitled) else status_of(refusal),
        refusal=refusal_of(page, refusal, say("没有登记")),
        case=_row(page, line, places),
        version=line.version,
        asked=[
            {
                "name": page.tell(ACTS[one.act]),
                "n": one.n,
                "done": one.done,
                "met": one.met,
                "binds": one.binds,
                "article": one.article,
            }
            for one in wanted(case)
        ],
        acts=[
            {
                "name": page.tell(ACTS[Act(one.act)]),
                "on_day": one.on_day,
                "what": one.what,
                "who": f"{one.by or '—'}（{role_name(procedure, one.role, page.language)}）",
            }
            for one in acts
        ],
        died_on=died_on,
        period=_period(page),
        assessing=forms.assessing() if open_ and may_work else None,
        serving=forms.serving() if open_ and may_work else None,
        closing=forms.closing(died_on) if open_ and may_close else None,
        opened=forms.opened,
    )


def _died_on(connection: Connection, hire_id: int) -> date | None:
    hire, person = metadata.tables["hire"], metadata.tables["person"]
    asked = select(person.c.died_on).join(hire, hire.c.person_id == person.c.id).where(hire.c.id == hire_id)
    found: date | None = connection.execute(asked).scalar()
    return found


def _period(page: Page) -> str:
    return page.named(gap("aftercare_due_months").reason)


class _Forms:
    """The three forms of a case; what was refused stands in the one that was sent, with its faults."""

    def __init__(self, page: Page, given: Given, refusal: Refusal | None, line: CaseLine) -> None:
        self.page, self.line = page, line
        sent = (given.get("form") or [""])[0]
        self.opened = sent if refusal is not None else ""
        self._fillings = {
            name: Filling(page, given if sent == name else {}, faults_of(refusal) if sent == name else {})
            for name in ("assess", "serve", "close")
        }

    def assessing(self) -> list[Field]:
        filling, tell = self._fillings["assess"], self.page.tell
        needs = [(need.value, tell(name)) for need, name in NEEDS.items()]
        hard = filling.field(
            "hardship", say("生活状况"), "checks", options=[("yes", tell(say("退出后生活困难，需要社会救助")))],
            value="yes" if self.line.hardship else "",
        )  # fmt: skip
        return self._prefixed(
            "assess",
            [
                filling.field(
                    "need", say("本人的需求"), "radio", options=needs, required=True, value=self.line.need or ""
                ),
                hard,
                *self._common(filling, say("怎样了解的，本人怎么说")),
            ],
        )

    def serving(self) -> list[Field]:
        filling, tell = self._fillings["serve"], self.page.tell
        options = [(act.value, tell(ACTS[act])) for act in (*SERVICES, Act.CONTACT, Act.REFERRAL)]
        act = filling.field("act", say("做了什么"), "select", options=options, required=True)
        hint = say("写明课程、岗位和单位，或者转介给谁。同一个岗位只算一次。")
        return self._prefixed("serve", [act, *self._common(filling, say("具体内容"), hint)])

    def closing(self, died_on: date | None) -> list[Field]:
        filling, tell = self._fillings["close"], self.page.tell
        reasons = [(reason.value, tell(name)) for reason, name in REASONS.items()]
        first = Reason.DIED.value if died_on else ""
        reason = filling.field("reason", say("办结原因"), "radio", options=reasons, required=True, value=first)
        hint = say("已就业的写明单位，迁离的写明去向。")
        return self._prefixed("close", [reason, *self._common(filling, say("说明"), hint)])

    def _common(self, filling: Filling, label: Sentence, hint: Sentence | None = None) -> list[Field]:
        today = self.page.today.isoformat()
        return [
            filling.field("on_day", say("日期"), "date", value=today, required=True),
            filling.field("what", label, "prose", hint, required=True, lines=2),
        ]

    def _prefixed(self, name: str, fields: list[Field]) -> list[Field]:
        return [replace(one, prefix=f"{name}-") for one in fields]


@router.post("/aftercare/{hire_id}")
def entered(page: PageDep, form: FormDep, hire_id: PathId) -> Response:
    """Enters an act of a case: an assessment, a service, or its end."""
    given = given_of(form)
    try:
        entry = _entry(Filling(page, given))
        stand = aftercare.enter(page.office, hire_id, entry, page.actor, page.at)
    except StaleHire:
        return page.go(f"/aftercare/{hire_id}", STALE, "care")
    except NoSuchHire:
        raise
    except Refusal as refusal:
        return _one(page, hire_id, given, refusal)
    if stand is not Stand.CLOSED:
        return page.go(f"/aftercare/{hire_id}", say("已登记：{act}", act=ACTS[entry.act].pattern))
    short = _short(page, hire_id) if entry.reason is Reason.SERVED else None
    if short:
        said = say("已办结。参照{standard}，还没有做到：{short}", standard=short[0], short=short[1])
        return page.go(f"/aftercare/{hire_id}", said, "care")
    return page.go(f"/aftercare/{hire_id}", say("已办结"))


def _short(page: Page, hire_id: int) -> tuple[str, str] | None:
    """The standard of another place that a closed case falls short of, and in what; None where it does not."""
    with page.reading() as connection:
        line = cases.case_line(connection, scoped(page.actor), hire_id)
        done = aftercare.acts_of(connection, hire_id)
    if line is None or line.need is None:
        return None
    case = Case(Stand(line.state), Need(line.need), line.hardship, done, page.office.procedure(line.procedure))
    missing = [one for one in wanted(case) if not one.met]
    comma = "、" if page.language == "zh" else ", "
    return (missing[0].article, comma.join(page.tell(ACTS[one.act]) for one in missing)) if missing else None


def _entry(filling: Filling) -> Entry:
    sent = filling.first("form")
    act = {"assess": "assess", "close": "close"}.get(sent, filling.first("act"))
    known = next((one for one in Act if one.value == act), None)
    if known is None or (sent == "serve" and known in (Act.ASSESS, Act.CLOSE)):
        raise InputRefused({"act": say("请选择做了什么")})
    return Entry(
        known,
        filling.first("what"),
        day_of(filling.first("on_day")),
        next((need for need in Need if need.value == filling.first("need")), None),
        filling.first("hardship") == "yes",
        next((reason for reason in Reason if reason.value == filling.first("reason")), None),
        whole(filling.first("version")),
    )
