"""What of a pay sheet is put up in public (发放公示): one rule for the page, the paper and the workbook.

Names, places, posts, paid days and amounts, and never a number. A name stands in full only where the document itself
has names and pay made public (Inner Mongolia 13, 村务公开); no other document asks for it, and there the surname is
all that stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from states.procedure import Procedure
from states.say import Sentence, say
from workflow.masking import masked_name

_IN_FULL = frozenset({"names", "pay"})


class PublicLine(NamedTuple):
    """One line as everybody may read it. ``days``: those that were paid; ``fen``: before anything is taken off."""

    name: str
    region: str
    post: str
    days: float
    fen: int


def article_of_names(procedure: Procedure) -> str | None:
    """The article by which names and pay are made public together; None where the document has none."""
    told = {line.name: line.cite for line in procedure.publications}
    return told["names"] if told.keys() >= _IN_FULL else None


def public_lines(procedure: Procedure, texts: Iterable[Any]) -> list[PublicLine]:
    """The lines of a sheet (``queries.pay.PayText``), in their order."""
    whole = article_of_names(procedure) is not None
    return [
        PublicLine(
            text.name if whole else masked_name(text.name),
            text.region,
            text.post_title,
            text.row.days_tenths / 10,
            text.row.gross_fen,
        )
        for text in texts
    ]


def about_names(procedure: Procedure) -> Sentence:
    """Why the names stand as they do."""
    article = article_of_names(procedure)
    if article is None:
        return say("文件没有要求公布发放名单，姓名只显示姓氏")
    return say("按{article}公布姓名和报酬", article=article)
