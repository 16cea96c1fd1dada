"""What stands in a letter about a day that no clock of a hire knows (到期提醒的措辞): pay, help, insurance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from states.aftercare import LAW
from states.certificate import law as certificate_law
from states.labels import role_name
from states.procedure import Procedure, article_of
from states.say import Translate, say
from states.tellings import Telling
from states.vocabulary import Role
from workflow.due_letters import AFTERCARE, CERTIFICATE, PAY_DAY, POLICY
from workflow.policies import BENEFIT

#: letters of this kind, and those of them that are about a place and no person
DUE = frozenset({PAY_DAY, AFTERCARE, POLICY, CERTIFICATE})
OF_A_PLACE = frozenset({PAY_DAY, POLICY})


def link_of(template: str, hire_id: int, facts: Mapping[str, Any]) -> str:
    """The page, without the address of the service, on which the matter of a letter is dealt with."""
    if template == PAY_DAY:
        return f"/pay?month={str(facts['month'])[:7]}"
    if template == POLICY:
        return "/insurance"
    return f"/aftercare/{hire_id}" if template == AFTERCARE else f"/hires/{hire_id}"


def due_words(
    template: str,
    facts: Mapping[str, Any],
    procedure: Procedure,
    to_role: str,
    person: str,
    created_on: date,
    language: str,
    speak: Translate,
) -> dict[str, Any]:
    """The facts of such a letter as its template names them. ``created_on``: from which day days are counted."""
    due_on = date.fromisoformat(str(facts["due_on"]))
    left = (due_on - created_on).days
    common = {"due_on": due_on, "left": left, "late": -left}
    if template == AFTERCARE:
        owner, title, article = str(facts["owes"]), say("离岗后帮扶").text(speak), LAW
        more: dict[str, Any] = {"about": person}
    elif template == CERTIFICATE:
        owner, title, article = str(facts["owes"]), say("离岗证明").text(speak), certificate_law(procedure).text(speak)
        more = {"about": person}
    elif template == POLICY:
        owner, title, article = to_role, say("意外伤害险到期").text(speak), article_of(procedure, _benefit(procedure))
        more = {"about": facts["place"], "number": facts["number"], "n": facts["n"]}
    else:
        line = {line.what: line for line in procedure.pay_days}[str(facts["what"])]
        owner, title, article = line.by.value, line.in_language(language), article_of(procedure, line.cite)
        month = date.fromisoformat(str(facts["month"]))
        words = say("{year}年{month}月", year=month.year, month=month.month).text(speak)
        named = (", " if language == "en" else "、").join(facts["towns"])
        more_of_them = "…" if named and facts["n"] > len(facts["towns"]) else ""
        more = {"about": facts["place"], "month": words, "towns": named + more_of_them, "n": facts["n"]}
    escalation = facts["when"] == Telling.OVERDUE.value and to_role != owner
    owners = role_name(procedure, Role(owner).value, language)
    return {**common, **more, "title": title, "article": article, "escalation": escalation, "owners": owners}


def _benefit(procedure: Procedure) -> str:
    return next((line.cite for line in procedure.benefits if line.name == BENEFIT), "")
