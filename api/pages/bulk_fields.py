"""What a step for many asks (批量填报): what is the same for all once, what differs for each in its own row.

The result of a training, points and grades and the numbers of contracts differ; which report or objection it is follows
from the hire itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from api.pages.forms import Asking, Field, fields_of
from api.pages.house_forms import RECIPIENT, Asked, house_fields, house_payload
from api.pages.render import Page
from api.pages.submitted import payload_of
from states.facts import Hire
from states.house import officers
from states.procedure import Procedure
from states.refusals import InputRefused
from states.say import Sentence, say
from states.steps import Step
from states.vocabulary import RecordKind, Role
from workflow.bulk_runs import Choice, Order
from workflow.queries.case_file import OfficerLine, officers_for_all

#: what differs from hire to hire
IN_ROWS: Mapping[RecordKind, tuple[str, ...]] = {
    RecordKind.TRAINING: ("passed",),
    RecordKind.ASSESSMENT: ("points", "grade", "skilled"),
    RecordKind.AGREEMENT: ("number",),
    RecordKind.CONTRACT: ("number",),
    RecordKind.RENEWAL_SIGNING: ("number",),
}
#: what follows from the hire: asked once by its kind, or not at all
_FROM_THE_HIRE: Mapping[RecordKind, str] = {
    RecordKind.FILING: "filing",
    RecordKind.OBJECTION_ANSWER: "objection",
}
#: fields whose beginning is one hire's own
_OF_ONE = frozenset({"starts_on"})
#: a form may have a thousand fields
MOST_IN_ROWS = 900
SKIP = "skip"


def common_fields(
    page: Page,
    choice: Choice,
    hires: Mapping[int, Hire],
    given: Mapping[str, list[str]],
    faults: Mapping[str, Sentence],
) -> list[Field]:
    """The fields that are asked once."""
    if choice.of_the_house:
        return _of_the_house(page, choice, hires, given, faults)
    procedure, records = page.office.procedure(choice.sample.procedure), choice.step.records
    found = fields_of(Asking(page, procedure, choice.sample, choice.step, given, faults))
    left_out = {*IN_ROWS.get(records, ()), _FROM_THE_HIRE.get(records, "")}
    found = [replace(f, value="") if f.name in _OF_ONE and f.name not in given else f for f in found]
    found = [f for f in found if f.name not in left_out]
    return [_which_report(page, choice, hires, given), *found] if records is RecordKind.FILING else found


def _of_the_house(
    page: Page,
    choice: Choice,
    hires: Mapping[int, Hire],
    given: Mapping[str, list[str]],
    faults: Mapping[str, Sentence],
) -> list[Field]:
    """A note or a reason, and whom the cases are given to: colleagues who hold the role wherever one of them is."""
    procedure = page.office.procedure(choice.sample.procedure)
    wrong = faults.get("to_account") or faults.get("role")
    told = {**faults, RECIPIENT: wrong} if wrong else faults
    sample = next((hires[i] for i in choice.hires if hires[i].dossier.assigned), choice.sample)
    asked = Asked(choice.step.act, given, told)
    colleagues: Mapping[Role, Sequence[OfficerLine]] = {}
    if choice.step.records is RecordKind.ASSIGNMENT:
        with page.reading() as connection:
            regions = {hires[i].region for i in choice.hires}
            colleagues = officers_for_all(connection, regions, officers(procedure), page.today)
    return house_fields(page, procedure, sample, choice.step, colleagues, asked)


def _which_report(page: Page, choice: Choice, hires: Mapping[int, Hire], given: Mapping[str, list[str]]) -> Field:
    owed: dict[str, str] = {}
    for hire_id in choice.hires:
        procedure = page.office.procedure(hires[hire_id].procedure)
        names = {line.filing: page.named(line) for step in procedure.steps for line in step.files}
        owed |= {filing.filing: names[filing.filing] for filing in hires[hire_id].dossier.filings}
    chosen = (given.get("filing") or [next(iter(owed), "")])[0]
    kind = "radio" if len(owed) <= 4 else "select"
    label = page.tell(say("报备事项"))
    return Field(
        "filing", label, kind, required=True, options=tuple(owed.items()), chosen=frozenset({chosen}), prefix="bulk-"
    )


def row_fields(
    page: Page, choice: Choice, hires: Mapping[int, Hire], given: Mapping[str, list[str]]
) -> dict[int, list[Field]]:
    """The fields of each row, by hire; empty where nothing differs."""
    names = IN_ROWS.get(choice.step.records, ())
    if not names:
        return {}
    found = {hire_id: _of_row(page, choice.step, hires[hire_id], given, names) for hire_id in choice.hires}
    return found if any(found.values()) else {}  # nothing is typed where points follow from what was noted


def _of_row(page: Page, step: Step, hire: Hire, given: Mapping[str, list[str]], names: tuple[str, ...]) -> list[Field]:
    own = {name: given[row_name(hire.id, name)] for name in names if row_name(hire.id, name) in given}
    asked = fields_of(Asking(page, page.office.procedure(hire.procedure), hire, step, own, {}))
    found = []
    for one in asked:
        if one.name not in names:
            continue
        kind, options, chosen = one.kind, one.options, one.chosen
        if one.name == "passed":
            options = (*options, (SKIP, page.tell(say("这次不办"))))
        if options:
            kind = "select"
            if one.name != "passed":
                options = (("", page.tell(say("请选择"))), *(o for o in options if o[0]))
        found.append(
            replace(
                one, name=row_name(hire.id, one.name), kind=kind, options=options, chosen=chosen, prefix="", hint=""
            )
        )
    return found


def row_name(hire_id: int, name: str) -> str:
    return f"row.{hire_id}.{name}"


# ---- a submitted form --------------------------------------------------------------------------------------------


def orders_of(
    page: Page, choice: Choice, hires: Mapping[int, Hire], versions: Mapping[int, int], given: Mapping[str, list[str]]
) -> dict[int, Order]:
    """What is to be done with each hire; those that the form leaves out are not in it.

    Hires that do not offer the step are in it, so that they are told why. Raises InputRefused for a recipient that is
    none.
    """
    records = choice.step.records
    if choice.of_the_house:
        said = house_payload(records, given)
        return {hire_id: Order(version, choice.step.act, said) for hire_id, version in versions.items()}
    common = payload_of(records, {name: values for name, values in given.items() if not name.startswith("override.")})
    for name in (*IN_ROWS.get(records, ()), "filing", "seq", "objection"):
        common.pop(name, None)
    orders = {}
    for hire_id, version in versions.items():
        hire = hires.get(hire_id)
        own, act = (_own(page, choice, hire, given) if hire is not None else {}), choice.step.act
        if own.get("passed") == SKIP:
            continue
        if own.get("passed") == "false" and hire is not None:
            act = _not_passed(page.office.procedure(hire.procedure), hire, act)
        orders[hire_id] = Order(version, act, {**common, **own})
    return orders


def _own(page: Page, choice: Choice, hire: Hire, given: Mapping[str, list[str]]) -> dict[str, Any]:
    records = choice.step.records
    own: dict[str, Any] = {}
    for name in IN_ROWS.get(records, ()):
        values = [value.strip() for value in given.get(row_name(hire.id, name), []) if value.strip()]
        if values:
            own[name] = values[0]
    if records is RecordKind.FILING:
        wanted = (given.get("filing") or [""])[0]
        owed = sorted(f.seq for f in hire.dossier.filings if f.filing == wanted)
        # nought is no entry: a hire that owes no such report is told so by the rule itself
        own |= {"filing": wanted, "seq": owed[0] if owed else 0}
    if records is RecordKind.OBJECTION_ANSWER:
        own["objection"] = min(hire.dossier.open_objections, default=0)
    return own


def _not_passed(procedure: Procedure, hire: Hire, act: str) -> str:
    """Where a document has a step of its own for a training that was not passed, that one."""
    steps = procedure.steps_from[hire.stage]
    own = [s.act for s in steps if s.records is RecordKind.TRAINING and s.to is None and s.act != act]
    return own[0] if own else act


def too_many(choice: Choice) -> InputRefused | None:
    """Why a step cannot be taken for so many at once: each row has fields of its own."""
    names = len(IN_ROWS.get(choice.step.records, ()))
    if names and len(choice.hires) * names > MOST_IN_ROWS:
        most = MOST_IN_ROWS // names
        return InputRefused({"act": say("这一步每人要分别填写，一次最多{most}人，请减少勾选", most=most)})
    return None
