"""No code of ours is shown to people, and the same fact is told to each reader in their own words."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from starlette.requests import Request

from api.dependencies import SignedIn
from api.pages import manual, wording, words
from api.pages.names import FACTS
from api.pages.render import Page
from api.pages.wording import Audience, audience_of, state_words
from notifications.i18n import translator
from states.facts import Actor, Grant
from states.guards import REGISTRY, load_all
from states.inputs import INPUTS
from states.labels import GUARDS
from states.vocabulary import Role, State
from tests.browser.county import County
from tests.test_languages import PROCEDURES, verdicts
from workflow.sign_in import Visit

CODE = re.compile(r"[a-z]+_[a-z_]+|\b[a-z]{4,}\b")


def page_for(county: County, language: str = "zh", *roles: Role) -> Page:
    request = Request({"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []})
    actor = Actor(1, "-", "某人", tuple(Grant(role, "6109") for role in roles))
    now = county.world.clock()
    session = SignedIn("-", Visit(actor, "-", language, "-", now, now, now)) if roles else None
    settings = county.settings.model_copy(update={"language": language})
    return Page(request, county.world.office, settings, county.world.clock(), session)


@pytest.mark.parametrize("name", PROCEDURES)
def test_the_facts_that_rules_used_are_shown_in_words(county: County, name: str) -> None:
    load_all()
    page = page_for(county)
    codes: dict[tuple[str, str], str] = {}
    for verdict in verdicts(PROCEDURES[name]):
        assert verdict.inputs.keys() <= FACTS.keys()
        for fact, value in verdict.inputs.items():
            shown = words.fact_value(page, fact, value)
            if CODE.search(shown):
                codes[fact, shown] = verdict.say.pattern
    assert codes == {}


def test_every_rule_and_every_field_of_the_manual_has_words(county: County) -> None:
    load_all()
    assert set(REGISTRY) <= set(GUARDS)
    for language in ("zh", "en"):
        page = page_for(county, language)
        assert all(manual._fields(page, records) is not None for records in INPUTS)


@pytest.mark.parametrize(
    ("roles", "audience"),
    [
        ((), Audience.CITIZEN),
        ((Role.VILLAGE,), Audience.CLERK),
        ((Role.EMPLOYER,), Audience.CLERK),
        ((Role.TOWNSHIP, Role.HRSS), Audience.OFFICER),
        ((Role.SUPERVISOR,), Audience.SUPERVISOR),
        ((Role.SUPERVISOR, Role.VILLAGE), Audience.SUPERVISOR),
    ],
)
def test_who_reads_follows_from_the_roles(roles: tuple[Role, ...], audience: Audience) -> None:
    actor = Actor(1, "-", "某人", tuple(Grant(role, "61") for role in roles)) if roles else None
    assert audience_of(actor) is audience


def test_the_same_notice_is_told_to_each_in_their_words(county: County) -> None:
    told = {
        roles: state_words(page_for(county, "zh", *roles), "publicized", on_notice=True)
        for roles in ((), (Role.EMPLOYER,), (Role.HRSS,), (Role.SUPERVISOR,))
    }
    assert told[()] == "公示中，可提出意见"
    assert told[Role.EMPLOYER,] == "公示中，等期满"
    assert len(set(told.values())) == 4
    assert state_words(page_for(county), "publicized") == "公示已结束，还在办理"


def test_a_stage_is_told_by_what_it_is(county: County) -> None:
    procedure, page = county.world.office.procedure("xunyang-2022-88@1"), page_for(county, "zh", Role.EMPLOYER)
    assert wording.stage_words(page, procedure, "notice", page.today) == "公示中，等期满"
    assert wording.stage_words(page, procedure, "notice", page.today - timedelta(days=1)) == "公示已满，请接着办理"
    assert wording.stage_words(page, procedure, "on_post") == "已上岗，请按期签合同"
    assert wording.stage_words(page, procedure, "over_term") == "合同已到期，请尽快办理续签或离岗"


def test_every_state_is_told_to_everybody_in_both_languages() -> None:
    assert set(wording.STATES) == set(State)
    english = translator("en")
    for told in (*wording.STATES.values(), wording.ON_NOTICE, wording.OVER_TERM, wording.ON_POST):
        for audience in Audience:
            assert told.to(audience).text(english) != told.to(audience).text()


def test_a_notice_runs_only_where_its_end_is_enforced() -> None:
    found = {key: [s.stage for s in p.stages if wording.is_notice(p, s.stage)] for key, p in PROCEDURES.items()}
    assert found["xunyang-2022-88@1"] == ["notice"]
    assert found["neimenggu-2022-10@1"] == ["notice", "notice_township"]
    assert found["baihe-2022-72@1"] == []
