"""One screen for many hires (批量办理): the chosen list, the step, its input, what would become of each, and the run.

Nothing is written before the last press. What was done is shown at an address of its own, to be printed and kept.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.dependencies import SealDep, SessionDep, require_recent_for
from api.pages import bulk_fields, picking
from api.pages.bulk_picks import begun_at, list_of, picks_of, value_of, way_back
from api.pages.hires import hire_rows
from api.pages.money_words import document_in, each, money_of
from api.pages.render import FormDep, Page, PageDep, RecentPageDep
from api.pages.submitted import given_of
from api.problems import NotFound
from api.reasons import reasons_of, with_article
from states.facts import Hire
from states.house import house_steps
from states.refusals import InputRefused, Refusal
from states.say import Sentence, say
from states.vocabulary import RecordKind
from workflow import bulk_runs, queries
from workflow.bulk_runs import Choice, Run
from workflow.engine import Done
from workflow.exports import for_spreadsheet
from workflow.papers import many
from workflow.queries import scoped

router = APIRouter()


@router.post("/bulk")
def bulk(page: PageDep, form: FormDep, session: SessionDep, seal: SealDep) -> Response:
    """The screen, as far as it has been filled in; and the run, when everything was seen before."""
    given = given_of(form)
    name = list_of(given)
    picks = picks_of(page, name, given)
    if isinstance(picks, Sentence):
        return page.go(way_back(name, given), picks, "care")
    hires = bulk_runs.read(page.office, page.actor, [hire_id for hire_id, _ in picks])
    choices = bulk_runs.choices(page.office, page.actor, hires)
    choice = next((c for c in choices if c.key == value_of(given, "act")), None)
    screen = _Screen(page, name, value_of(given, "query"), dict(picks), hires, choices, choice, given)
    if choice is None or value_of(given, "do") not in ("preview", "run"):
        return screen.show()
    fault = bulk_fields.too_many(choice)
    if fault is not None:
        return screen.show(fault)
    try:
        orders = bulk_fields.orders_of(page, choice, hires, screen.versions, given)
    except InputRefused as refusal:
        return screen.show(refusal)
    if value_of(given, "do") == "preview":
        return screen.show(plans=bulk_runs.preview(page.office, orders, page.actor, page.at))
    procedures = [page.office.procedure(key) for key in {hire.procedure for hire in hires.values()}]
    require_recent_for(session, procedures, choice.step.act)
    run = bulk_runs.run(
        page.office,
        seal,
        value_of(given, "run")[:40] or bulk_runs.new_id(page.at),
        choice.key,
        orders,
        page.actor,
        page.at,
        lambda refusal: reasons_of(refusal, page.tell),
    )
    return page.go(f"/bulk/{run.id}")


class _Screen:
    """What the screen shows: as much as was chosen and filled in so far."""

    def __init__(
        self,
        page: Page,
        name: str,
        query: str,
        versions: dict[int, int],
        hires: dict[int, Hire],
        choices: list[Choice],
        choice: Choice | None,
        given: Mapping[str, list[str]],
    ) -> None:
        self.page, self.name, self.query, self.versions = page, name, query, versions
        self.hires, self.choices, self.choice, self.given = hires, choices, choice, given

    def show(self, refusal: InputRefused | None = None, plans: Mapping[int, Done | Refusal] | None = None) -> Response:
        page, choice = self.page, self.choice
        with page.reading() as connection:
            lines = queries.hire_lines(connection, scoped(page.actor), self.versions)
            rows = {row["id"]: row for row in hire_rows(page, connection, lines)}
        faults = {**_common_faults(plans), **(refusal.faults if refusal else {})}
        fields = bulk_fields.common_fields(page, choice, self.hires, self.given, faults) if choice else []
        in_rows = bulk_fields.row_fields(page, choice, self.hires, self.given) if choice and refusal is None else {}
        shown = [self._row(rows[i], in_rows, plans) for i in self.versions if i in rows]
        ready = sum(row["verdict"] == "yes" for row in shown)
        money = money_of(page, self._renewed(), page.today)
        return page.show(
            "bulk.html",
            self.name,
            status=422 if refusal else 200,
            back=way_back(self.name, self.given),
            begun=begun_at(self.given),
            list=self.name,
            query=self.query,
            picked=picking.written(self.versions.items()),
            digest=picking.digest(self.versions.items()),
            number=len(self.versions),
            gone=len(self.versions) - len(shown),
            rows=shown,
            choices=[self._choice(one) for one in self.choices],
            choice=self._choice(choice) if choice else None,
            fields=fields,
            refusal=page.tell(next(iter(refusal.faults.values()))) if refusal else "",
            money=each(money),
            previewed=plans is not None,
            ready=ready,
            stopped=len(plans or ()) - ready,
            run=bulk_runs.new_id(page.at),
            papers=choice is None and bool(many.offers(page.office, page.actor, self.hires)),
        )

    def _choice(self, choice: Choice) -> dict[str, Any]:
        return {
            "key": choice.key,
            "name": self.page.named(choice.step),
            "adverse": choice.step.adverse,
            "house": choice.of_the_house,
            "number": len(choice.hires),
            "current": self.choice is not None and choice.key == self.choice.key,
        }

    def _renewed(self) -> set[tuple[str, str]]:
        """The document and region of each whose renewal is decided here: whoever decides sees what money there is."""
        asked = [self.choice] if self.choice else self.choices
        if not any(one.step.records is RecordKind.RENEWAL_DECISION for one in asked):
            return set()
        return {(document_in(hire.procedure), hire.region) for hire in self.hires.values()}

    def _row(
        self, row: dict[str, Any], in_rows: Mapping[int, Any], plans: Mapping[int, Done | Refusal] | None
    ) -> dict[str, Any]:
        hire_id = row["id"]
        outcome = (plans or {}).get(hire_id)
        row |= {"fields": in_rows.get(hire_id, []), "verdict": "", "why": [], "cautions": []}
        row["offers"] = self.choice is None or hire_id in self.choice.hires
        if isinstance(outcome, Done):
            warned = [a for a in outcome.answers if not a.verdict.passed and not a.verdict.unknown]
            row |= {"verdict": "yes", "cautions": [with_article(answer, self.page.tell) for answer in warned]}
        elif outcome is not None:
            row |= {"verdict": "no", "why": reasons_of(outcome, self.page.tell)}
        elif plans is not None:
            row["verdict"] = "out"
        return row


def _common_faults(plans: Mapping[int, Done | Refusal] | None) -> dict[str, Sentence]:
    """What was filled in wrongly for all, told once beside its field."""
    faults: dict[str, Sentence] = {}
    for outcome in (plans or {}).values():
        if isinstance(outcome, InputRefused):
            faults |= {name: sentence for name, sentence in outcome.faults.items() if name not in faults}
    return faults


# ---- what was done -----------------------------------------------------------------------------------------------


@router.get("/bulk/{run_id}")
def outcome(page: PageDep, run_id: str, seal: SealDep) -> Response:
    """What became of a run: for whoever ran it."""
    run = _kept(page, run_id, seal)
    rows = _outcomes(page, run)
    return page.show(
        "bulk_done.html",
        "tasks",
        run=run,
        at=page.moment(run.at),
        act=_act_words(page, run),
        done=[row for row in rows if row["done"]],
        refused=[row for row in rows if not row["done"]],
    )


@router.get("/bulk/{run_id}/list.csv")
def as_table(page: RecentPageDep, run_id: str, seal: SealDep) -> Response:
    """The same as a table for a spreadsheet."""
    run = _kept(page, run_id, seal)
    told = io.StringIO()
    table = csv.writer(told)
    heads = (say("编号"), say("姓名"), say("岗位"), say("村（社区）"), say("结果"), say("说明"))
    table.writerow([page.tell(head) for head in heads])
    between = "；" if page.language == "zh" else "; "
    for row in _outcomes(page, run):
        result = page.tell(say("已办理") if row["done"] else say("没有办理"))
        about = page.tell(say("记录第{seq}号", seq=row["seq"])) if row["done"] else between.join(row["why"])
        table.writerow(for_spreadsheet([row["id"], row["who"], row["post"], row["place"], result, about]))
    headers = {"content-disposition": f'attachment; filename="bulk-{run.id}.csv"'}
    return Response("\ufeff" + told.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _kept(page: Page, run_id: str, seal: SealDep) -> Run:
    run = bulk_runs.kept_run(page.office, seal, run_id, page.actor) if 0 < len(run_id) <= 40 else None
    if run is None:
        raise NotFound
    return run


def _outcomes(page: Page, run: Run) -> list[dict[str, Any]]:
    ids = [hire_id for hire_id, _ in (*run.done, *run.refused)]
    with page.reading() as connection:
        lines = queries.hire_lines(connection, scoped(page.actor), ids)
        known = {row["id"]: row for row in hire_rows(page, connection, lines)}
    unknown = {"who": "—", "post": "—", "place": "—", "state": None, "stage": ""}
    done = [{**known.get(i, unknown), "id": i, "done": True, "seq": seq, "why": ()} for i, seq in run.done]
    refused = [{**known.get(i, unknown), "id": i, "done": False, "seq": 0, "why": why} for i, why in run.refused]
    return [*done, *refused]


def _act_words(page: Page, run: Run) -> str:
    act, _, records = run.act.partition("~")
    for procedure in page.office.catalogue.all():
        of_the_house = (step for steps in house_steps(procedure).values() for step in steps)
        for step in (*procedure.steps, *of_the_house):
            if (step.act, step.records.value) == (act, records):
                return page.named(step)
    return act
