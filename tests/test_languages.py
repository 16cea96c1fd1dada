"""Whoever reads English reads English: every catalogue is complete, and no guard falls back into Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from itertools import product
from typing import Any

import pytest
from babel.messages.pofile import read_po

from notifications.extraction import check, sentences
from notifications.i18n import CATALOGUES, ROOT, catalogue_path, read_catalogue, translator
from states.budget import Funds, Places
from states.calendar import default_calendar
from states.calendar.files import HOLIDAYS, read_years
from states.facts import Grant, Hire, OpenFiling
from states.guards import Ask, AskOpening, Verdict, bind, load_all
from states.loading import Catalogue
from states.procedure import Procedure
from states.say import Sentence, say
from states.vocabulary import RecordKind, Role, State
from tests.support.asking import CLERK, a_hire, a_person, a_post, an_opening, d

ENGLISH, CHINESE = translator("en"), translator("zh")
PACKAGES = [package for package in CATALOGUES if catalogue_path(package, "en").exists()]
HAN = re.compile(r"[一-鿿]+")
#: laws and documents are quoted by their Chinese names and numbers
QUOTED = re.compile(r"《[^》]*》|[一-鿿]+〔\d{4}〕\d+号")
#: what has to be typed in Chinese is told in Chinese
TYPED = {"性别应为男或女，现为：{value}", "应写起止两个日期，例如 2021-03-01至2022-02-28"}


def chinese_in(text: str) -> list[str]:
    return HAN.findall(QUOTED.sub("", text))


# ---- the catalogues -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("package", PACKAGES)
def test_every_sentence_is_translated_and_names_the_same_facts(package: str) -> None:
    report = check(package)
    assert report.faults == []
    assert report.unused == ()


@pytest.mark.parametrize("package", PACKAGES)
def test_no_translation_is_in_doubt(package: str) -> None:
    catalogue = read_po(BytesIO(catalogue_path(package, "en").read_bytes()), abort_invalid=True)
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_english_has_no_chinese_left_in_it(package: str) -> None:
    done = read_catalogue(catalogue_path(package, "en"), "en")
    left = {english: chinese_in(english) for pattern, english in done.items() if pattern not in TYPED}
    assert {english: words for english, words in left.items() if words} == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_english_has_no_chinese_punctuation(package: str) -> None:
    marks = re.compile("[，。；：、（）？！]")
    done = read_catalogue(catalogue_path(package, "en"), "en")
    assert [english for english in done.values() if marks.search(english)] == []


def test_the_law_is_a_package_with_a_catalogue_and_so_are_the_letters() -> None:
    assert {"states", "notifications"} <= set(PACKAGES)


def test_the_holidays_of_every_year_on_file_can_be_named_in_english() -> None:
    known = {holiday.pattern for holiday in HOLIDAYS}
    years = read_years(ROOT / "states/calendar").values()
    named = {name for year in years for rest in year.rest for name in rest.name.split("、")}
    assert named <= known
    assert not any(chinese_in(say("{name}", name=name).text(ENGLISH)) for name in named)


# ---- facts that are words -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fact", "english"),
    [
        ("脱贫人口、监测对象", "people lifted out of poverty, people monitored against falling into poverty"),
        # a word with the comma in it is one word
        ("孕期、产期、哺乳期", "pregnancy, childbirth and nursing"),
        # years and codes are in every language
        ("2027、2028", "2027, 2028"),
        # a county's own word stands among ours as it is
        ("退役军人、本县自定", "veterans, 本县自定"),
        # the name of a law is no list of ours
        ("《民法典》第二百零二条、第二百零三条", "《民法典》第二百零二条、第二百零三条"),
        ("张三、李四", "张三、李四"),
        ("", ""),
    ],
)
def test_a_list_of_words_is_told_word_by_word(fact: str, english: str) -> None:
    sentence = say("{words}", words=fact)
    assert sentence.text(ENGLISH) == english
    assert sentence.text(CHINESE) == sentence.text() == fact


def test_a_day_beside_its_last_hour_reads_well() -> None:
    sentence = say("公示期至{ends} 24时届满，{next}起方可办理", ends=d("2026-03-09"), next=d("2026-03-10"))
    assert sentence.text() == "公示期至2026-03-09 24时届满，2026-03-10起方可办理"
    english = "The notice runs to the end of 2026-03-09 (24:00); this step may be taken on 2026-03-10 or later"
    assert sentence.text(ENGLISH) == english


# ---- what guards say ------------------------------------------------------------------------------------------------

LOW, HIGH = d("2020-01-06"), d("2027-06-01")
CATEGORIES: Mapping[str, Mapping[str, str]] = {
    "lifted": {},
    "graduate": {},
    "low_income": {},
    "employment_difficulty": {},
}


def hires(procedure: Procedure) -> Iterator[Hire]:
    """From a place that nobody has applied for to one of whom everything is known, of every kind of post."""
    everything: dict[str, Any] = {
        "entered_on": "2026-03-02", "applied_on": "2026-03-02", "approved_on": "2026-03-05",
        "posted_on": "2026-03-02", "boards": ("公示栏",), "notice_round": 1, "notice_ends_on": "2026-03-09",
        "open_objections": (4, 5), "meeting_on": "2026-03-03", "meeting_present": 10, "meeting_for": 5,
        "training_passed": True, "trained_on": "2026-03-06", "started_on": "2026-03-09",
        "first_started_on": "2026-03-09", "agreement_on": "2026-03-06", "term_no": 1, "term_starts_on": "2026-03-09",
        "term_ends_on": "2027-03-08", "last_lawful_on": "2029-03-08", "proposed_year": 2026, "renewal": "end",
        "renewal_signed_on": "2027-03-01", "protected_kind": "pregnancy", "protected_until": "2027-01-01",
        "resigned_on": "2026-05-01", "handover_on": "2026-06-01", "leaving_on": "2026-06-01",
        "filings": (OpenFiling("contract", 9, Role.EMPLOYER, d("2026-03-16"), False),),
    }  # fmt: skip
    variants: list[dict[str, Any]] = [
        {},
        everything,
        everything | {"training_passed": False, "renewal": "renew", "ruled_year": 2026, "ruled_passed": True,
                      "notice_ends_on": "2027-01-05", "open_objections": (), "skilled": True},
        everything | {"ruled_year": 2026, "ruled_passed": False, "meeting_for": 11, "skilled": False,
                      "renewal": None, "renewal_signed_on": None, "protected_until": None},
        everything | {"started_on": "2023-03-09", "first_started_on": "2023-03-09", "meeting_for": 9,
                      "ruled_year": 2023, "near_retirement": True, "retires_on": "2027-02-01",
                      "notice_ends_on": "2026-03-06", "leaving_on": "2026-03-09", "protected_until": "2026-03-01",
                      "renewal_signed_on": "2026-03-06"},
    ]  # fmt: skip
    able = a_person(
        categories=CATEGORIES, statements=frozenset({"political_conduct", "health"}), retirement_category="man"
    )
    people = [
        None,
        able,
        a_person("2015-01-01", education="primary", home_region="", relatives=frozenset({"clerk"})),
        a_person("1966-01-01", education="junior_secondary", home_region="990000101202", categories=CATEGORIES),
        a_person("1950-01-01", education="", died_on=d("2026-01-01"), serving_hire=99, categories=CATEGORIES),
        a_person(key="clerk", retirement_category="?", periods=((d("2022-01-01"), d("2024-12-31"), 8),)),
    ]
    openings = [
        an_opening(closes="2026-03-09", taken=2),
        an_opening(closes="2026-03-06", relaxed_by="村委会认定", taken=1),
        an_opening("2026-04-01"),
    ]
    posts = [
        a_post(),
        a_post(sources=frozenset({"employment_subsidy", "linking_fund"})),
        a_post(sources=frozenset({"village_economy"}), registered_as_public_post=False),
    ]
    places = zip(openings, posts, (State.APPLIED, State.CONTRACTED, State.APPLIED), strict=True)
    for kind, facts, person, place in product(procedure.kinds, variants, people, list(places)):
        opening, post, state = place
        yield a_hire(person, opening, post, kind=kind.kind, state=state, **facts)


def inputs(procedure: Procedure, records: RecordKind) -> Iterator[Mapping[str, Any]]:
    """What people may fill in, from nothing to things that do not fit."""
    yield {}
    early, late = d("2026-03-03"), d("2029-12-31")
    days = ("held_on", "signed_on", "starts_on", "started_on", "given_on", "leave_on", "done_on", "until")
    for day in (d("2026-03-03"), d("2026-03-06"), late):
        yield {**dict.fromkeys(days, day), "passed": day == early, "present": 9, "in_favour": 3}
    yield {"signed_on": d("2026-03-06"), "starts_on": early}
    yield {"signed_on": d("2026-03-06"), "starts_on": late}
    yield {"passed": False, "objection": 4, "year": 2026, "filing": "contract", "seq": 9, "given_on": early}
    yield {"objection": 7, "year": 2030, "filing": "contract", "seq": 10, "given_on": early, "leave_on": late}
    yield {"year": 2021}
    if records is RecordKind.OLD_TERMS:
        before, then = d("2020-01-01"), d("2021-01-01")
        for first, starts, ends in ((then, then, late), (before, then, late), (then, then, then), (late, then, late)):
            yield {"started_on": first, "starts_on": starts, "ends_on": ends}
    if records is RecordKind.ENDING_DECISION:
        for ground in procedure.grounds:
            for effective in (early, late):
                given = {"ground": ground.ground, "effective_on": effective}
                yield given
                yield {**given, "evidence": "考勤表", "law": "《劳动合同法》第三十九条", "notice_on": early}
                if ground.pay_in_lieu or ground is procedure.grounds[0]:
                    yield from ({**given, "notice_on": early, **paid} for paid in paid_instead(early, late))
                for yuan, paid_on in ((1, early), (10_000, early), (10_000, d("2030-01-01")), (1, None)):
                    yield {**given, "in_lieu_yuan": Decimal(yuan), "in_lieu_on": paid_on, "notice_on": early}


def paid_instead(early: date, late: date) -> Iterator[dict[str, Any]]:
    """Pay in lieu of notice: too little, enough and in time or too late, without its day."""
    for paid, on in ((1, early), (99_999, early), (99_999, late), (99_999, None)):
        yield {"in_lieu_yuan": Decimal(paid), "in_lieu_on": on}


def verdicts(procedure: Procedure) -> Iterator[Verdict]:
    """What every guard line of a document answers to all of them, each line asked once."""
    calendar, everybody = default_calendar(), list(hires(procedure))
    actor = replace(CLERK, grants=tuple(Grant(role, "") for role in Role))
    asked: set[tuple[str, str, RecordKind]] = set()
    for step in procedure.steps:
        for line in procedure.guards_of(step):
            key = (line.use, str(line.params), step.records)
            if key not in asked:
                asked.add(key)
                bound = bind(procedure, line)
                for hire, given in product(everybody, list(inputs(procedure, step.records))):
                    if bound.applies_to(hire.kind):
                        who = actor if hire.dossier.started_on else CLERK
                        yield bound.function(Ask(hire, procedure, step, ON, calendar, who, given), bound.rule)
    yield from opening_verdicts(procedure)


ON = date(2026, 3, 9)


def opening_verdicts(procedure: Procedure) -> Iterator[Verdict]:
    few = Places(3, 5)
    counts: list[dict[str, Any]] = [
        {},
        {"in_use": 500, "counted": 9, "funds": Funds(1, places=few), "year_target": 1},
        {"counted": 200, "funds": Funds(10**9, places=few), "year_target": 9},
        {"counted": 150, "funds": Funds(places=Places(7, 10**9))},
        *({"funds": Funds(fen, 0, few, Places(9, 50))} for fen in (10**9, 70, 1)),
        *({"funds": Funds(1, 0, at)} for at in (Places(), Places(1, 0, 1))),
        {"funds": Funds(1, 0, Places(), Places(9, 50))},
    ]
    paid: list[dict[str, Any]] = [
        {},
        {"minimum_wage_fen": 100, "subsidy_cap_fen": 100},
        {"minimum_wage_fen": 10**6, "subsidy_cap_fen": 10**6},
    ]
    for line in procedure.announcement.guards:
        bound = bind(procedure, line)
        for more, pay, boards, on in product(counts, paid, [(), ("a", "b", "c", "d")], [LOW, ON, HIGH]):
            opening = an_opening(boards=boards, announced=on.isoformat())
            ask = AskOpening(procedure, a_post(**pay), opening, on, default_calendar(), **more)
            yield bound.function(ask, bound.rule)


def spoken(procedure: Procedure) -> dict[str, Sentence]:
    """Every sentence that came up, once per pattern and set of words."""
    found: dict[str, Sentence] = {}
    for verdict in verdicts(procedure):
        for sentence in filter(None, (verdict.say, verdict.remedy)):
            words = [value for value in sentence.facts.values() if isinstance(value, str)]
            found.setdefault(f"{sentence.pattern}{words}", sentence)
    return found


PROCEDURES = {procedure.key: procedure for procedure in Catalogue.load().all()}


@pytest.fixture(scope="module")
def said() -> dict[str, dict[str, Sentence]]:
    load_all()
    return {name: spoken(procedure) for name, procedure in PROCEDURES.items()}


@pytest.mark.parametrize("name", PROCEDURES)
def test_no_guard_speaks_chinese_to_a_reader_of_english(said: dict[str, dict[str, Sentence]], name: str) -> None:
    left = {s.text(ENGLISH): chinese_in(s.text(ENGLISH)) for s in said[name].values()}
    assert {text: words for text, words in left.items() if words} == {}


def test_the_guards_were_made_to_say_nearly_all_they_can(said: dict[str, dict[str, Sentence]]) -> None:
    """The test above is worth as much as what it heard: of what guards can say, all but a few rare sentences."""
    heard = {sentence.pattern for found in said.values() for sentence in found.values()}
    folder, words = "states/guards/", "states/guards/labels.py"
    guards = {p for p, f in sentences("states").items() if f.file.startswith(folder) and f.file != words}
    assert len(guards - heard) <= len(guards) // 10, sorted(guards - heard)
