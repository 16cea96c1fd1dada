"""Verifying the trail (审计核验): every entry, every row it speaks of, and where every hire stands.

Read in one stream from one unchanging view of the database. The stored bytes are hashed as they are; columns have to
equal what the bytes say; replaying the changes has to end where the hire stands. Every fault names its hire and entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from time import perf_counter
from typing import Any

import orjson

from states.canonical import DIGESTS, GENESIS, link
from states.house import RETURN
from states.say import Sentence, say
from workflow import audit_records
from workflow.audit_records import Row, SetLater
from workflow.office import Office
from workflow.reading import sqlite_moment
from workflow.snapshot import Snapshot, snapshot

_ENTRIES = (
    "SELECT hire_id, seq, body, hash, at, {on_day}, act, from_stage, to_stage, actor_key, account_id, role"
    " FROM audit_entry{where} ORDER BY hire_id, seq"
)
_HIRES = (
    "SELECT id, audit_seq, audit_head, stage, state, visit, dossier, procedure, opening_id, person_id, submitted_by,"
    " serving FROM hire{where} ORDER BY id"
)
_COLUMNS = ("hire_id", "seq", "on_day", "act", "from_stage", "to_stage", "actor_key", "account_id", "role")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it was written. ``seq``: the entry; for ``hire`` faults, the last one.

    ``kind``: body (bytes or hash), chain (does not follow from the one before), missing (a gap), tail (cut off, or the
    head of the hire was changed), column (beside the bytes), record (a row it speaks of), hire (where it stands).
    """

    hire_id: int
    seq: int
    kind: str
    sentence: Sentence


@dataclass(slots=True)
class Report:
    """What a verification saw, and what was wrong."""

    entries: int = 0
    hires: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.faults


def verify(office: Office, hire_id: int | None = None) -> Report:
    """Verifies the trail of one hire, or of all. Faults come in the order of hires and entries."""
    report = Report()
    with snapshot(office.database) as source:
        where = "" if hire_id is None else " WHERE {column} = ?"
        parameters = () if hire_id is None else (hire_id,)
        on_day = "on_day" if source.sqlite else "on_day::text"
        entries = groupby(
            source.rows(_ENTRIES.format(on_day=on_day, where=where.format(column="hire_id")), parameters),
            itemgetter(0),
        )
        streams = audit_records.streams(source, hire_id)
        moments = lru_cache(4096)(_sqlite_moment if source.sqlite else datetime.fromisoformat)
        waiting = next(entries, None)
        texts = _kept_texts(source)
        for hire in source.rows(_HIRES.format(where=where.format(column="id")), parameters):
            trail = _Trail(office, hire, moments, texts)
            if waiting is not None and waiting[0] == hire[0]:
                trail.read(waiting[1])
                waiting = next(entries, None)
            trail.finish(audit_records.by_entry(streams, hire[0]))
            report.hires += 1
            report.entries += trail.count
            report.faults += trail.faults
    return report


def _kept_texts(source: Snapshot) -> dict[str, str]:
    """The digest of every kept version, where its text still has it."""
    found = source.rows("SELECT key, body, digest FROM procedure_version ORDER BY key")
    return {key: digest for key, body, digest in found if DIGESTS["sha256"](body.encode()) == digest}


def _opened(text: str, stored: str) -> Any:
    """What the stored bytes say, if their hash is right and they can be read."""
    try:
        body = orjson.loads(text)
        return body if link(body["alg"], body["prev"], text) == stored else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _sqlite_moment(text: str) -> str:
    return sqlite_moment(datetime.fromisoformat(text))


class _Trail:
    """The entries of one hire, read one after the other."""

    def __init__(
        self, office: Office, hire: tuple[Any, ...], moments: Callable[[str], Any], texts: Mapping[str, str]
    ) -> None:
        self.office = office
        self.hire = hire
        self.id: int = hire[0]
        self.moments = moments
        #: the digest of every procedure version that is kept, by key
        self.texts = texts
        self.count = 0
        self.seq = 0
        self.head = GENESIS
        self.faults: list[Fault] = []
        #: what the entries read so far say of where the hire stands
        self.last: Mapping[str, Any] | None = None
        self.dossier: dict[str, Any] = {}
        self.opening_id: int | None = None
        self.person_id: int | None = None
        self.submitted_by = ""
        self.later = SetLater()
        self.records: dict[int, tuple[str, int, list[list[str]]]] = {}

    def fault(self, seq: int, kind: str, sentence: Sentence) -> None:
        self.faults.append(Fault(self.id, seq, kind, sentence))

    def read(self, entries: Iterator[tuple[Any, ...]]) -> None:
        """Reads all entries. This loop runs for every entry there is: it looks, and leaves the words to others."""
        for hire_id, seq, text, stored, at, on_day, act, from_stage, to_stage, actor_key, account_id, role in entries:
            self.count += 1
            if seq != self.seq + 1:
                self.fault(self.seq + 1, "missing", say("第{seq}条记录缺失", seq=self.seq + 1))
            self.seq = seq
            body = _opened(text, stored)
            previous, self.head = self.head, stored
            if body is None:
                self.fault(seq, "body", say("第{seq}条记录的内容与其哈希值不符", seq=seq))
                continue
            if body["prev"] != previous:
                self.fault(seq, "chain", say("第{seq}条记录与前一条不衔接：前一条被改动、替换或删除", seq=seq))
            actor = body["actor"]
            said = (body["hire"], body["seq"], body["on"], body["act"], body["from"], body["to"])
            who = (actor["person"], actor["account"], actor["role"])
            if (
                said != (hire_id, seq, on_day, act, from_stage, to_stage)
                or who != (actor_key, account_id, role)
                or at != self.moments(body["at"])
            ):
                columns = (hire_id, seq, on_day, act, from_stage, to_stage, actor_key, account_id, role)
                self._wrong_column(seq, columns, (*said, *who))
            self._replay(seq, body, actor["person"])

    def _wrong_column(self, seq: int, columns: tuple[Any, ...], said: tuple[Any, ...]) -> None:
        different = (name for name, a, b in zip(_COLUMNS, columns, said, strict=True) if a != b)
        column = next(different, "at")
        self.fault(seq, "column", say("第{seq}条记录的“{column}”一栏与其内容不符", seq=seq, column=column))

    def _replay(self, seq: int, body: Mapping[str, Any], person: str) -> None:
        changes = body["changes"]
        if changes:
            dossier = self.dossier
            for name, value in changes.items():
                if value is None:
                    dossier.pop(name, None)
                else:
                    dossier[name] = value
        visit = body["visit"]
        if self.last is None:
            self.submitted_by, self.opening_id = person, body["input"].get("opening")
        elif visit != self.last["visit"] and person != "system" and body["act"] != RETURN:
            self.submitted_by = person
        if "person_id" in body["input"]:
            self.person_id = body["input"]["person_id"]
        if self.last is not None and (body["procedure"] != self.last["procedure"] or "versions" in body):
            self._moved(seq, self.last["procedure"], body)
        self.last = body
        if body["records"]:
            self.records[seq] = (body["alg"], body["v"], body["records"])
        if body["records"] or "sets" in body:
            self.later.hear(seq, body, self.dossier)

    def _moved(self, seq: int, before: str, body: Mapping[str, Any]) -> None:
        """A hire goes over to another version only by an entry that says so, by the texts that are kept."""
        said = body.get("versions", {})
        if (said.get("from"), said.get("to")) != (before, body["procedure"]):
            self.fault(seq, "chain", say("第{seq}条记录换了办法版本，却没有换版的记载", seq=seq))
            return
        for key, digest in ((said["from"], said["from_digest"]), (said["to"], said["to_digest"])):
            if self.texts.get(key) != digest:
                self.fault(seq, "record", say("第{seq}条记录所适用的办法“{key}”与留存的文本不符", seq=seq, key=key))

    def finish(self, rows: Mapping[int, list[tuple[str, Row]]]) -> None:
        """Compares the head, the rows and the hire itself with what the entries said."""
        _, audit_seq, audit_head, *_ = self.hire
        if self.seq < audit_seq:
            self.fault(self.seq + 1, "tail", say("第{seq}条起的记录被截去", seq=self.seq + 1))
        elif (self.seq, self.head) != (audit_seq, audit_head):
            self.fault(self.seq, "tail", say("聘用所记的末条记录与第{seq}条不符", seq=self.seq))
        if any(fault.kind in ("body", "chain", "missing", "tail") for fault in self.faults):
            return  # with entries missing or changed, the rest would be faulty only because of them
        self._compare_rows(rows)
        self._compare_hire()

    def _compare_rows(self, rows: Mapping[int, list[tuple[str, Row]]]) -> None:
        for seq in sorted(self.records.keys() | rows.keys()):
            algorithm, version, said = self.records.get(seq, ("sha256", audit_records.VERSION, []))
            kept = [
                [table, audit_records.digest(algorithm, table, row, self.later.first(table, row), version=version)]
                for table, row in rows.get(seq, ())
            ]
            wrong = _differing(said, kept)
            if not wrong:
                wrong = next((table for table, row in rows.get(seq, ()) if not self.later.agrees(table, row)), None)
            if wrong:
                self.fault(
                    seq, "record", say("第{seq}条记录所写的“{table}”数据被改动、删除或添加", seq=seq, table=wrong)
                )

    def _compare_hire(self) -> None:
        (_, _, _, stage, state, visit, dossier, procedure, opening_id, person_id, submitted_by, serving) = self.hire
        if self.last is None:
            self.fault(0, "hire", say("没有任何记录"))
            return
        stored = {
            "stage": stage,
            "state": state,
            "visit": visit,
            "dossier": orjson.loads(dossier) if isinstance(dossier, str | bytes) else dossier,
            "procedure": procedure,
            "opening_id": opening_id,
            "person_id": person_id,
            "submitted_by": submitted_by,
            "serving": bool(serving),
        }
        proven = {
            "stage": self.last["to"],
            "state": self.last["state"],
            "visit": self.last["visit"],
            "dossier": self.dossier,
            "procedure": self.last["procedure"],
            "opening_id": self.opening_id,
            "person_id": self.person_id,
            "submitted_by": self.submitted_by,
            "serving": self._serving(self.last["procedure"], self.last["to"]),
        }
        for name, value in proven.items():
            if stored[name] != value:
                self.fault(self.seq, "hire", say("聘用的“{field}”与各条记录推得的结果不符", field=name))

    def _serving(self, procedure: str, name: str) -> bool:
        stage = self.office.rulebook.rules(procedure).procedure.stage_by_name[name]
        return stage.at_work or stage.pay_stopped


def _differing(said: list[list[str]], kept: list[list[str]]) -> str | None:
    """The table of a digest that is on one side only."""
    if sorted(said) == sorted(kept):
        return None
    rest = [one for one in said if one not in kept] or [one for one in kept if one not in said] or kept
    return rest[0][0]


# ---- how fast ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds for merely hashing the stored bytes of all entries, and for verifying everything."""

    entries: int
    hashing: float
    verifying: float


def speed(office: Office) -> Speed:
    """Measures both, one after the other, over the whole trail."""
    began = perf_counter()
    with snapshot(office.database) as source:
        for _ in _hashed(source):
            pass
    between = perf_counter()
    report = verify(office)
    return Speed(report.entries, between - began, perf_counter() - between)


def _hashed(source: Snapshot) -> Iterator[str]:
    sha256 = DIGESTS["sha256"]
    for row in source.rows("SELECT hire_id, seq, body FROM audit_entry ORDER BY hire_id, seq"):
        yield sha256(row[2].encode())
