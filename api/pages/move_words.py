"""What a move to another version would change, as pages show it (换版的试算)."""

from __future__ import annotations

from typing import Any

from api.pages import words
from api.pages.after_words import yuan
from api.pages.render import Page
from states.move_preview import Preview
from states.procedure import Procedure


def preview_words(page: Page, look: Preview, old: Procedure, new: Procedure) -> dict[str, Any]:
    """Stage, deadlines, pay and last lawful day before and after, and what would stand in the way."""
    before, after = look.lawful
    return {
        "obstacles": [page.tell(said) for said in look.obstacles],
        "possible": look.possible,
        "from": page.named(old.stage_by_name[look.hire.stage]),
        "to": page.named(look.stage) if look.stage is not None else "",
        "days": [
            {
                "name": words.clock_name(page, new if line.after else old, line.name),
                "before": line.before,
                "after": line.after,
            }
            for line in look.deadlines
        ],
        "pay": [yuan(fen) for fen in look.pay_fen],
        "pay_changes": look.pay_fen[0] != look.pay_fen[1],
        "lawful_before": before,
        "lawful_after": after,
        "refusals": [
            {
                "step": words.act_words(page, new, act, look.stage.stage if look.stage else ""),
                "say": page.tell(answer.verdict.say),
                "article": answer.article,
            }
            for act, answer in look.refusals
        ],
    }


def version_name(page: Page, procedure: Procedure) -> str:
    """A version as a reader knows it: the document and which version of it."""
    return f"{words.short_title(page, procedure)} · {procedure.version}"
