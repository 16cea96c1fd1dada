"""The table of requirements is true: nothing missing, nothing said twice, nothing claimed by what is not there."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from states import traceability
from states.claims import LIVE, Claim, claims_in_source, claims_of, exists, guards_asked
from states.employment import Provision
from states.loading import shipped
from states.model import Text
from states.ruleset import shipped_rulesets
from states.steps import GuardLine
from states.traceability import Requirement, Requirements, Status, faults, main, render_markdown, requirements, rows

PAGE = Path(__file__).parents[2] / "docs" / "traceability.md"
REASON = Text(zh="尚未建成", en="not built")


def listed(*wanted: Requirement) -> Requirements:
    return Requirements(documents=requirements().documents, requirements=wanted)


def wanted(identity: str = "XY-01", not_yet: Text | None = None, out_of_scope: Text | None = None) -> Requirement:
    words = {"article": "一", "kind": "guard", "zh": "示例", "en": "example"}
    return Requirement(id=identity, not_yet=not_yet, out_of_scope=out_of_scope, **words)


def carried(identity: str = "XY-01", by: str | None = "states.machine.build", document: str = "") -> Claim:
    return Claim(identity, document, "steps.apply", by)


# -- asked of the repository ------------------------------------------------------------------------------------------


def test_every_requirement_is_carried_or_listed_with_a_reason_and_never_both() -> None:
    assert faults(requirements(), traceability.claims()) == []


def test_the_list_has_all_211_requirements() -> None:
    counted = Counter(requirement.id[:2] for requirement in requirements().requirements)
    assert counted == {"XY": 49, "LC": 38, "BH": 58, "NM": 44, "CQ": 22}
    for prefix, n in counted.items():
        numbers = [int(r.id[3:]) for r in requirements().requirements if r.id.startswith(prefix)]
        assert numbers == list(range(1, n + 1))


def test_the_page_is_the_one_that_the_command_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == render_markdown(), (
        "run: python -m states.traceability docs/traceability.md"
    )


def test_every_kind_of_line_that_counts_names_what_acts_on_it() -> None:
    assert [by for by in LIVE.values() if not exists(by)] == []


def test_a_rule_set_carries_nothing_until_something_acts_on_it() -> None:
    for ruleset in shipped_rulesets().values():
        made = list(claims_of(ruleset))
        assert made
        assert not any(claim.live for claim in made)


def test_every_prefix_has_its_document() -> None:
    known = {*shipped(), *shipped_rulesets()}
    assert {document.document for document in requirements().documents} <= known


# -- asked of the checks ----------------------------------------------------------------------------------------------


def test_a_requirement_that_nothing_carries_is_noticed() -> None:
    [fault] = faults(listed(wanted("XY-01"), wanted("XY-02")), [carried("XY-01")])
    assert fault.startswith("XY-02 is carried by nothing")


def test_a_claim_that_is_only_recorded_does_not_carry() -> None:
    [fault] = faults(listed(wanted()), [carried(by=None)])
    assert fault.startswith("XY-01 is carried by nothing")
    assert faults(listed(wanted(not_yet=REASON)), [carried(by=None)]) == []


@pytest.mark.parametrize("requirement", [wanted(not_yet=REASON), wanted(out_of_scope=REASON)])
def test_a_reason_beside_something_that_carries_is_noticed(requirement: Requirement) -> None:
    [fault] = faults(listed(requirement), [carried()])
    assert fault.startswith("XY-01 is listed as not carried, but steps.apply")


def test_a_dangling_claim_is_noticed() -> None:
    [fault] = faults(listed(wanted()), [carried(), carried("XY-99")])
    assert "XY-99, which is not in the list" in fault


def test_a_claim_by_code_that_is_gone_is_noticed() -> None:
    assert faults(listed(wanted()), [carried(by="states.machine.gone")]) == ["states.machine.gone does not exist"]
    assert faults(listed(wanted()), [carried(by="states.gone.build")]) == ["states.gone.build does not exist"]


def test_a_line_that_claims_another_document_is_noticed() -> None:
    [fault] = faults(listed(wanted()), [carried(document="baihe-2022-72")])
    assert fault.endswith("claims XY-01 of another document")


def test_an_id_listed_twice_is_noticed() -> None:
    found = faults(listed(wanted(), wanted()), [carried()])
    assert found == ["XY-01 is in the list 2 times"]


def test_not_yet_and_out_of_scope_exclude_each_other() -> None:
    with pytest.raises(ValueError, match="XY-01"):
        wanted(not_yet=REASON, out_of_scope=REASON)


# -- how claims are found ---------------------------------------------------------------------------------------------


def test_a_line_counts_by_its_class() -> None:
    liaocheng = shipped()["liaocheng-2022-4"]
    by_place = {(claim.requirement, claim.place): claim for claim in claims_of(liaocheng)}
    assert by_place["LC-16", "steps.approve"].live
    assert by_place["LC-06", "guard_sets.groups_at_review.guards.in_group"].live
    assert not by_place["LC-36", "supervision.three_headings"].live
    assert GuardLine in LIVE
    assert Provision not in LIVE


def test_marked_code_is_read_from_its_source() -> None:
    source = (
        '@enforces("XY-44", "LC-35")\ndef budget(): ...\n\nclass A:\n    @enforces("BH-29")\n    def b(self): ...\n'
    )
    assert list(claims_in_source(source, "workflow.pay")) == [
        (Claim("XY-44", "", "workflow.pay.budget", "workflow.pay.budget"), None),
        (Claim("LC-35", "", "workflow.pay.budget", "workflow.pay.budget"), None),
        (Claim("BH-29", "", "workflow.pay.A.b", "workflow.pay.A.b"), None),
    ]


def test_a_guard_tells_its_name_with_its_claims() -> None:
    source = '@guard("age_between", Age, meets=("XY-09",))\n@other\ndef age(ask, rule): ...\n'
    [(claim, name)] = claims_in_source(source, "states.guards.ages")
    assert (claim.requirement, claim.by, name) == ("XY-09", "states.guards.ages.age", "age_between")


def test_a_guard_counts_only_where_its_document_asks_it() -> None:
    made = {(claim.requirement, claim.place) for claim in traceability.claims()}
    assert "no_relative" in guards_asked(shipped()["xunyang-2022-88"])
    assert ("XY-45", "states.guards.conduct.no_relative") in made
    # the guard names CQ-11 too, but no procedure of Chongqing asks it
    assert ("CQ-11", "states.guards.conduct.no_relative") not in made


def test_computed_ids_are_refused() -> None:
    with pytest.raises(ValueError, match=r"x\.f: write the requirements out"):
        list(claims_in_source("@enforces(XY)\ndef f(): ...\n", "x"))
    with pytest.raises(ValueError, match=r"x\.f: write the requirements out"):
        list(claims_in_source('@guard("a", meets=IDS)\ndef f(): ...\n', "x"))


@pytest.mark.parametrize(
    ("name", "there"),
    [("states.machine", True), ("states.machine.build", True), ("states.procedure.Procedure.settle", True),
     ("states.machine.gone", False), ("nowhere.at.all", False)],
)  # fmt: skip
def test_what_exists(name: str, there: bool) -> None:
    assert exists(name) is there


# -- the page ---------------------------------------------------------------------------------------------------------


def test_a_row_says_what_carries_it_or_why_nothing_does() -> None:
    known = listed(wanted("XY-01"), wanted("XY-02", not_yet=REASON), wanted("XY-03", out_of_scope=REASON))
    table = rows(known, [carried("XY-01"), carried("XY-02", by=None)])
    assert [row.status for row in table] == [Status.ENFORCED, Status.NOT_YET, Status.OUT_OF_SCOPE]
    page = render_markdown(table)
    assert "| 旬阳 旬人社发〔2022〕88号 | 1 | 1 | 1 | 3 |" in page
    assert "尚未建成<br>not built<br>已记录 · recorded: `steps.apply`" in page


def test_the_command_writes_the_page_and_refuses_a_false_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "traceability.md"
    assert main([]) == 2
    assert main([str(out)]) == 0
    assert out.read_text(encoding="utf-8") == render_markdown()
    monkeypatch.setattr(traceability, "claims", lambda: [])
    out.unlink()
    assert main([str(out)]) == 1
    assert not out.exists()
    assert "XY-01 is carried by nothing" in capsys.readouterr().err


@pytest.mark.parametrize("readme", ["README.md", "docs/README.zh.md"])
def test_each_readme_names_every_requirement_that_is_not_carried(readme: str) -> None:
    told = (Path(__file__).parents[2] / readme).read_text(encoding="utf-8")
    missing = {row.requirement.id for row in traceability.trace() if row.status is Status.NOT_YET}
    assert set(re.findall(r"(?:XY|NM|LC|BH|CQ)-\d{2}", told)) == missing
