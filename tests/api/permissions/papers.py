"""Papers of a hire and templates of a county: made by who takes the step, read by every office that sees the hire."""

from __future__ import annotations

from typing import Any

from states.vocabulary import Role
from tests.api.permissions.pages import CLERKS, form, page
from tests.api.permissions.rules import Answer, Objects, Relation, Rule, Rules, Who, by, if_seen
from tests.api.support import PARENT, PROCEDURE

RULERS = {Role.HRSS, Role.RURAL, Role.COUNTY}
OURS = {"procedure_id": PROCEDURE, "paper": "contract", "what": "ours"}


def ruling(own: int, elsewhere: int | None = None) -> Answer:
    """``own`` for whoever rules in the county named, ``elsewhere`` for who rules in another, 403 for all others."""

    def answer(who: Who) -> int:
        if who.role not in RULERS or who.relation not in (Relation.PARENT, Relation.OTHER):
            return 403
        return own if who.relation is Relation.PARENT or elsewhere is None else elsewhere

    return answer


def the_paper(objects: Objects) -> dict[str, Any]:
    return {"path": {"digest": objects.paper}}


PAPERS: Rules = {
    # the application form of this hire was made before: the same one comes back
    ("POST", "/hires/{hire_id}/papers"): form(by(CLERKS, 303), paper="application"),
    ("GET", "/hires/{hire_id}/papers/{digest}.docx"): page(if_seen, the_paper, recorded=True),
    ("GET", "/api/v1/hires/{hire_id}/papers"): Rule(if_seen),
    ("POST", "/api/v1/hires/{hire_id}/papers"): Rule(by(CLERKS, 200), lambda o: {"json": {"paper": "application"}}),
    ("GET", "/api/v1/hires/{hire_id}/papers/{digest}"): Rule(if_seen, the_paper, recorded=True),
    ("GET", "/papers/templates"): page(ruling(200)),
    ("POST", "/papers/templates"): form(ruling(422), region=PARENT, paper=f"{PROCEDURE}|contract"),
    ("POST", "/papers/templates/{number}/withdraw"): form(ruling(303), {"number": 99}),
    ("POST", "/papers/prefix"): form(ruling(303, 403), region=PARENT, prefix="旬人社"),
    ("GET", "/papers/templates/{procedure_id}/{paper}/{what}.docx"): page(ruling(200), lambda o: {"path": OURS}),
}
