"""What the steps of a correction do (更正): proposed by one person, confirmed or refused by another."""

from __future__ import annotations

from typing import Any

from states.effects.act import Act
from states.past import split


def correction(act: Act) -> dict[str, Any]:
    moves = act.moves
    assert moves is not None
    act.record(
        "correction",
        entry=act.input["entry"],
        act=moves.entry.act,
        said=[[name, _plain(before), _plain(after)] for name, before, after in moves.said],
        reason=act.input["reason"],
        evidence=act.input["evidence"],
        proposed_by=act.actor.person_key,
    )
    return {
        "correcting_seq": act.seq,
        "correcting_entry": act.input["entry"],
        "correcting_by": act.actor.person_key,
        "correcting_for": act.actor.stands_for(act.role, act.hire.region),
    }


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def _decided(act: Act, upheld: bool) -> dict[str, Any]:
    decided = {"decided_seq": act.seq, "upheld": upheld, "decided_by": act.actor.person_key}
    act.update("correction", {"seq": act.input["correction"]}, decided)
    return dict.fromkeys(("correcting_seq", "correcting_entry", "correcting_by", "correcting_for"))


def correction_refused(act: Act) -> dict[str, Any]:
    return _decided(act, False)


def correction_confirmed(act: Act) -> dict[str, Any]:
    """更正: rows that say something else now stand beside those in force, which stay as they were written.

    A report is one row from the day it fell due: its days and its receipt are set again, as they were set before.
    """
    moves = act.moves
    assert moves is not None
    for row in moves.rows:
        said, born = split(row)
        act.rows.append((row.table, said))
        act.born.append((row.table, row.keys, born))
        act.update(row.table, {"seq": row.old["seq"], **row.keys}, {"corrected_by": act.seq})
    for report in moves.reports:
        act.update("filing", {"filing": report.filing, "seq": report.seq}, report.changed)
    return {**moves.changes(), **_decided(act, True)}
