"""Every ground of every document taken once: refused while something is missing, then allowed, and what follows."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest

from states.decide import decide
from states.employment import Ground
from states.facts import Actor, Hire
from states.loading import shipped
from states.periods import notice_days
from states.procedure import Procedure
from states.refusals import StepRefused
from states.vocabulary import RecordKind, State
from tests.conftest import MigratedTemplate
from tests.support.after import DOCUMENTS, Village
from tests.support.lives import FIRST_DAY, URBAN, begin, live
from tests.support.world import World
from workflow.aftercare import open_due
from workflow.engine import perform
from workflow.queries import scoped
from workflow.vacancies import vacancies

TODAY = date(2022, 8, 1)
GROUNDS = [
    (procedure.procedure, ground.ground)
    for procedure in shipped().values()
    if procedure.procedure in DOCUMENTS
    for ground in procedure.grounds
]


def place_of(document: str, ground: str) -> str:
    """The county in which somebody leaves by a ground: one with the kind of post that the ground is meant for."""
    kinds = next(one for one in shipped().values() if one.procedure == document).ground_by_name[ground].kinds
    known = [county for county in (*DOCUMENTS.values(), URBAN) if county.document == document]
    return next(county.area for county in known if not kinds or county.kind in kinds)


@pytest.fixture(scope="module")
def villages(tmp_path_factory: pytest.TempPathFactory, migrated_template: MigratedTemplate) -> Iterator[dict[str, Any]]:
    """One hire at work for each ground of each document, all on one day, and one to be left in peace."""
    path = tmp_path_factory.mktemp("leaving") / "zaigang.sqlite3"
    shutil.copyfile(migrated_template.sqlite(), path)
    world = World.on(f"sqlite:///{path}", FIRST_DAY, {})
    counties = []
    for county in (*DOCUMENTS.values(), URBAN):
        stops = tuple(stop for stop in DOCUMENTS[county.document].lives["resigned"] if stop.act != "resign")
        names = [ground for document, ground in GROUNDS if place_of(document, ground) == county.area]
        counties.append(replace(county, lives={name: stops for name in (*names, "stays")}))
    begun = begin(world, counties)
    live(world, begun, TODAY)
    old = [life.hire_id for life in begun if life.name == "retirement"]
    with world.office.database.transaction() as connection:  # whoever retires came to it on the day
        sql = f"UPDATE hire SET dossier = json_set(dossier, '$.retires_on', '{TODAY}') WHERE id IN ({{}})"
        connection.exec_driver_sql(sql.format(",".join(map(str, old))))
    yield {
        county.area: Village(world, county, {life.name: life.hire_id for life in begun if life.county is county})
        for county in counties
    }
    world.close()


@pytest.mark.sqlite
def test_every_ground_of_every_document_has_its_case(villages: dict[str, Village]) -> None:
    """A new document or ground fails here until somebody works under it who can leave by it."""
    written = {(one.procedure, ground.ground) for one in shipped().values() for ground in one.grounds}
    told = {(v.county.document, name) for v in villages.values() for name in v.hires if name != "stays"}
    assert told == written == set(GROUNDS)
    assert len(written) >= 30


@dataclass(frozen=True)
class Leaving:
    """A ground of a document and the hire that leaves by it."""

    village: Village
    procedure: Procedure
    ground: Ground

    @property
    def hire(self) -> Hire:
        return self.village.world.hire(self.village.hires[self.ground.ground])

    @property
    def by(self) -> Actor:
        step = next(s for s in self.procedure.steps if s.records is RecordKind.ENDING_DECISION)
        return self.village.officer(step.by[0].value)

    @property
    def earliest(self) -> date:
        """The first day on which one may leave by this ground."""
        ends = self.hire.dossier.term_ends_on
        assert ends is not None
        if self.ground.only_at_term_end:
            return ends
        days = self.procedure.settle(self.ground.notice_days)
        return notice_days(TODAY, int(days)).on if days else TODAY

    def said(self, **changes: Any) -> dict[str, Any]:
        whole = {
            "ground": self.ground.ground,
            "effective_on": self.earliest,
            "notice_on": TODAY,
            "reason": "经核查属实",
            "evidence": "核查记录",
            "law": "《劳动合同法》第三十九条",
            **changes,
        }
        return {name: value for name, value in whole.items() if value is not None}

    def refused_by(self, hire: Hire | None = None, **changes: Any) -> set[str]:
        """The guards that stop the decision; nothing is written."""
        world = self.village.world
        rules = world.office.rulebook.rules(self.procedure.key)
        try:
            decide(hire or self.hire, "decide_leaving", self.by, world.clock(), rules, world.office.setting,
                   payload=self.said(**changes))  # fmt: skip
        except StepRefused as refused:
            assert all(answer.article for answer in refused.answers)
            return {answer.guard for answer in refused.answers if answer.stops}
        return set()


@pytest.fixture
def leaving(request: pytest.FixtureRequest, villages: dict[str, Village]) -> Leaving:
    document, ground = request.param
    village = villages[place_of(document, ground)]
    procedure = next(one for one in shipped().values() if one.procedure == document)
    return Leaving(village, procedure, procedure.ground_by_name[ground])


every_ground = pytest.mark.parametrize("leaving", GROUNDS, ids="-".join, indirect=True)


@pytest.mark.sqlite
@every_ground
def test_what_is_missing_refuses_a_ground(leaving: Leaving) -> None:
    ground, hire = leaving.ground, leaving.hire
    assert leaving.refused_by() == set()
    assert leaving.refused_by(ground="mood") >= {"ground_known"}
    assert leaving.refused_by(evidence=None) == ({"ground_evidence"} if ground.evidence else set())
    assert leaving.refused_by(law=None) == ({"ground_evidence"} if ground.must_cite_law else set())
    if leaving.procedure.settle(ground.notice_days):
        assert leaving.refused_by(effective_on=leaving.earliest - timedelta(1)) == {"ground_notice"}
        assert leaving.refused_by(notice_on=None) == {"ground_notice"}
    paid: dict[str, Any] = {"in_lieu_yuan": "9000", "in_lieu_on": TODAY, "notice_on": None}
    if ground.pay_in_lieu:
        assert leaving.refused_by(effective_on=TODAY, **paid) == set()
    else:
        assert leaving.refused_by(**paid) == {"ground_notice"}
    if ground.only_at_term_end:
        assert leaving.refused_by(effective_on=leaving.earliest - timedelta(1)) == {"ground_known"}
    else:
        ends = hire.dossier.term_ends_on
        assert ends is not None
        assert leaving.refused_by(effective_on=ends) == set()
        assert leaving.refused_by(effective_on=ends + timedelta(1)) == {"ground_known"}
    if ground.ground == "retirement":
        assert leaving.refused_by(effective_on=TODAY - timedelta(1)) == {"ground_known"}
    decided = replace(hire, dossier=hire.dossier.with_(leaving_on=TODAY, leaving_ground="mood"))
    assert leaving.refused_by(decided) == (set() if ground.by == "law" else {"stands"})
    resigned = replace(hire, dossier=hire.dossier.with_(leaving_on=TODAY, leaving_ground="resignation"))
    assert leaving.refused_by(resigned) == set()
    for until, bars in ((leaving.earliest, ground.protected), (leaving.earliest - timedelta(1), False)):
        dossier = hire.dossier.with_(protected_kind="pregnancy", protected_until=until)
        protected = replace(hire, dossier=dossier)
        assert leaving.refused_by(protected) == ({"ground_protected"} if bars else set())


@pytest.mark.sqlite
def test_a_ground_of_another_kind_of_post_is_none(villages: dict[str, Village]) -> None:
    """Rural posts of Liaocheng take people up to 65: whoever works there is not out for having come to retire."""
    procedure = next(one for one in shipped().values() if one.procedure == URBAN.document)
    village = villages[DOCUMENTS[URBAN.document].area]
    rural = Leaving(village, procedure, procedure.ground_by_name["off_post"])
    assert rural.refused_by() == set()
    assert rural.refused_by(ground="retirement") >= {"ground_known"}


@pytest.mark.sqlite
@every_ground
def test_an_open_clause_cites_the_law_and_every_other_has_it(leaving: Leaving) -> None:
    assert (leaving.ground.law is None) == leaving.ground.must_cite_law
    assert not leaving.ground.only_at_term_end or leaving.ground.protected


@pytest.mark.sqlite
def test_every_ground_ends_a_hire_on_its_day_with_all_that_follows(villages: dict[str, Village]) -> None:
    """Decided on one day, each leaves on its own; pay stops, the change is filed, the place is free, help begins."""
    world = next(iter(villages.values())).world
    expected: dict[int, tuple[str, date]] = {}
    for procedure in shipped().values():
        for ground in procedure.grounds:
            village = villages[place_of(procedure.procedure, ground.ground)]
            one = Leaving(village, procedure, ground)
            hire_id, last = village.hires[ground.ground], one.earliest
            if ground.by == "person":
                last = TODAY + timedelta(days=31)
                world.do(hire_id, "resign", one.by, given_on=TODAY, leave_on=last)
            else:
                perform(world.office, hire_id, "decide_leaving", one.by, world.clock(), one.said())
            expected[hire_id] = (ground.ground, last)
    decided = {hire_id for hire_id, (name, _) in expected.items() if name != "resignation"}
    assert {world.hire(hire_id).state for hire_id in expected} == {State.CONTRACTED}
    assert all(("leaving_decided", "applicant") in world.letters(hire_id) for hire_id in decided)
    staying = {village.hires["stays"] for village in villages.values()}
    with world.office.database.transaction() as connection:  # nobody is out because a record says so
        sql = "UPDATE person SET died_on = '2022-08-02' WHERE id IN (SELECT person_id FROM hire WHERE id IN ({}))"
        connection.exec_driver_sql(sql.format(",".join(map(str, staying))))
    world.walk_to(TODAY + timedelta(days=40))
    early = {hire_id for hire_id, (_, last) in expected.items() if last <= world.clock.today}
    assert {hire_id for hire_id in expected if world.hire(hire_id).state is State.DISMISSED} == early
    assert all(world.hire(hire_id).state is State.CONTRACTED for hire_id in staying)
    opened = open_due(world.office, world.clock())
    dead = {hire_id for hire_id, (ground, _) in expected.items() if ground == "death"}
    assert opened == len(early - dead) > 20
    for _ in range(8):  # the worker was away until the terms were over
        world.sleep_to(date(2023, 9, 1))
    for hire_id, (name, last) in expected.items():
        hire = world.hire(hire_id)
        assert (hire.state, hire.dossier.ended_on, hire.dossier.paid_until) == (State.DISMISSED, last, last), name
        [(known, ended_on, article)] = world.ask(
            "SELECT ground, ended_on, article FROM departure WHERE hire_id = ?", hire_id
        )
        assert (known, str(ended_on)[:10]) == (name, last.isoformat()) and article
        assert hire.dossier.filings, "a change is filed with somebody"
        letters = world.letters(hire_id)
        assert ("left", "applicant") in letters
        assert (("leaving_decided", "applicant") in letters) is (hire_id in decided), "heard on the day of the decision"
    for village in villages.values():
        with world.office.database.reading() as connection:
            free = vacancies(connection, scoped(village.officer("hrss")), limit=200).lines
        assert {line.hire_id for line in free} >= {hire for name, hire in village.hires.items() if name != "stays"}
    assert {world.hire(hire_id).state for hire_id in staying} == {State.CONTRACTED}, (
        "the term is over, and nobody decided"
    )
    assert {world.hire(hire_id).stage for hire_id in staying} == {"over_term"}
