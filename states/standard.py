"""What a month on a post brings (月标准): by the document's pay items, else by what the post or the person has. Fen."""

from __future__ import annotations

from collections.abc import Iterator

from states.employment import PayItem
from states.facts import Dossier
from states.procedure import Procedure


def base_fen(procedure: Procedure, kind: str, standard_fen: int) -> int:
    """What is paid each month; ``standard_fen`` where the document names no sum, or nothing of pay at all."""
    items = monthly_items(procedure, kind)
    return sum(standard_fen if item.fen is None else item.fen for item in items) if items else standard_fen


def performance_fen(procedure: Procedure, kind: str) -> int:
    """What a month adds to the performance pay, which is paid after the ruling on the year."""
    return sum(item.fen or 0 for item in _items(procedure, kind, "after_assessment"))


def standard_of(dossier: Dossier, post_fen: int) -> int:
    """The pay of somebody's post: their own while the old terms last (原岗位待遇), else as the post has it."""
    ended = dossier.old_pay_until is not None
    return post_fen if dossier.old_pay_fen is None or ended else dossier.old_pay_fen


def monthly_items(procedure: Procedure, kind: str) -> list[PayItem]:
    """What a document pays somebody of a kind each month."""
    return list(_items(procedure, kind, "monthly"))


def _items(procedure: Procedure, kind: str, paid: str) -> Iterator[PayItem]:
    return (item for item in procedure.pay if item.paid == paid and (not item.kinds or kind in item.kinds))
