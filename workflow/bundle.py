"""One hire's file for an auditor (核查包): its trail, the procedure it runs under, and how its days were reckoned.

The file is checked without the server and without a database. It shows that the trail is whole and leads to where the
hire stands; that nobody wrote the whole of it anew shows only against a hash of its end that is kept elsewhere.
No name and no number of a person is in it, only the keys that stand in the trail.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select

from states.canonical import DIGESTS, GENESIS, link
from states.clocks import local_day
from states.facts import dossier_to_json
from states.refusals import NoSuchHire
from states.say import Sentence, say
from workflow.office import Office
from workflow.queries.deadlines import deadlines
from workflow.queries.hires import days_of_entries
from workflow.reading import load_hires
from workflow.tables import metadata

FORMAT = "zaigang-bundle-1"
_entry, _version = metadata.tables["audit_entry"], metadata.tables["procedure_version"]


def bundle(office: Office, hire_id: int, at: datetime) -> dict[str, Any]:
    """Everything about one hire, as plain JSON values. ``at`` is aware. Raises NoSuchHire."""
    with office.database.reading() as connection:
        hire = load_hires(connection, [hire_id]).get(hire_id)
        if hire is None:
            raise NoSuchHire(hire_id)
        asked = select(_entry.c.seq, _entry.c.body, _entry.c.hash).where(_entry.c.hire_id == hire_id)
        entries = [dict(row._mapping) for row in connection.execute(asked.order_by(_entry.c.seq))]
        kept = connection.execute(select(_version.c.body, _version.c.digest).where(_version.c.key == hire.procedure))
        version = kept.one_or_none()
        filed_from = days_of_entries(connection, hire_id, (f.seq for f in hire.dossier.filings))
    procedure = office.procedure(hire.procedure)
    lines = deadlines(hire, procedure, local_day(at), filed_from)
    return {
        "format": FORMAT,
        "made_at": at.isoformat(),
        "hire": {
            "id": hire.id,
            "procedure": hire.procedure,
            "stage": hire.stage,
            "state": hire.state.value,
            "visit": hire.visit,
            "audit_seq": hire.audit_seq,
            "audit_head": hire.audit_head,
            "dossier": dossier_to_json(hire.dossier),
        },
        "entries": entries,
        "procedure": {"key": hire.procedure, "body": version.body, "digest": version.digest} if version else None,
        "proofs": [_proof(line, line.proof(procedure, office.setting.calendar)) for line in lines],
    }


def _proof(line: Any, reckoned: Any) -> dict[str, Any]:
    return {
        "deadline": line.name,
        "article": line.article,
        "base_on": line.base_on.isoformat() if line.base_on else None,
        "due_on": line.due_on.isoformat(),
        "provisional": line.provisional,
        "rule": reckoned.article if reckoned else None,
        "reading": reckoned.reading.text() if reckoned else None,
        "proof": [
            {"date": p.on.isoformat(), "number": p.number, "counted": p.counted, "why": p.why.text()}
            for p in (reckoned.proof if reckoned else ())
        ],
    }


# ---- checking, without a server ----------------------------------------------------------------------------------


def faults_of(document: Mapping[str, Any], expected_head: str | None = None) -> list[Sentence]:
    """Everything in a bundle that does not fit together; empty when it is whole.

    ``expected_head``: the hash of the last entry as somebody else has kept it.
    """
    if document.get("format") != FORMAT:
        return [say("不是本系统的核查包（{format}）", format=str(document.get("format"))[:40])]
    try:
        return list(_faults(document, expected_head))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return [say("核查包的格式不完整：{why}", why=f"{type(error).__name__} {error}"[:100])]


def _faults(document: Mapping[str, Any], expected_head: str | None) -> Iterator[Sentence]:
    hire, head, stands, dossier = document["hire"], GENESIS, dict[str, Any](), dict[str, Any]()
    key = ""
    for number, entry in enumerate(document["entries"], 1):
        body = orjson.loads(entry["body"])
        if body["alg"] not in DIGESTS or link(body["alg"], body["prev"], entry["body"]) != entry["hash"]:
            yield say("第{seq}条记录的内容与其哈希值不符", seq=number)
            return
        if (body["prev"], body["seq"], entry["seq"]) != (head, number, number):
            yield say("第{seq}条记录与前一条不衔接：前一条被改动、替换或删除", seq=number)
            return
        said = body.get("versions")
        if said is not None and (said["from"], said["to"]) != (key or said["from"], body["procedure"]):
            yield say("第{seq}条记录换了办法版本，却没有换版的记载", seq=number)
        elif body["hire"] != hire["id"] or (said is None and body["procedure"] != (key or body["procedure"])):
            yield say("第{seq}条记录属于另一件聘用", seq=number)
        key = body["procedure"]
        head = entry["hash"]
        stands = {"stage": body["to"], "state": body["state"], "visit": body["visit"], "procedure": key}
        dossier |= body["changes"]
    if (len(document["entries"]), head) != (hire["audit_seq"], hire["audit_head"]):
        yield say("末条记录与聘用所记的不符：记录被截去或添加")
    if any(hire[name] != value for name, value in stands.items()):
        yield say("聘用所在的环节与各条记录推得的结果不符")
    if {name: value for name, value in dossier.items() if value is not None} != hire["dossier"]:
        yield say("案卷与各条记录推得的结果不符")
    if expected_head is not None and head != expected_head.strip().lower():
        yield say("末条哈希值与所给的不同：{head}", head=head)
    yield from _faults_beside(document)


def _faults_beside(document: Mapping[str, Any]) -> Iterator[Sentence]:
    """The procedure's text, and the days that were proven."""
    procedure = document["procedure"]
    if procedure is None or procedure["key"] != document["hire"]["procedure"]:
        yield say("缺少所适用的办法")
    elif hashlib.sha256(procedure["body"].encode()).hexdigest() != procedure["digest"]:
        yield say("办法的内容与其摘要不符")
    clocks = {name: clock[1] for name, clock in document["hire"]["dossier"].get("clocks", {}).items()}
    if {proof["deadline"]: proof["due_on"] for proof in document["proofs"]} != clocks:
        yield say("期限的推算与案卷中的期限不符")
