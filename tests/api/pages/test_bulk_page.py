"""One screen for many hires: what is chosen is what was shown, a look writes nothing, and a run is kept whole."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from tests.api.pages.test_hire_page import words
from tests.api.pages.test_lists import client_of, names_in, token_of
from tests.browser import county as counties
from tests.browser.county import County


def press(client: TestClient, **data: Any) -> Any:
    return client.post("/bulk", data={"form_token": token_of(client), "list": "tasks", **data})


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of the second form: what travels from one press to the next."""
    form = html.rsplit('action="/bulk"', 1)[1]
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)}


def verdicts(html: str) -> dict[str, str]:
    """By name whether a hire can."""
    found = {}
    for row in html.split("<tbody>")[1].split("</tbody>")[0].split("</tr>"):
        name = re.search(r'<a href="/hires/\d+">([^<]+)</a>', row)
        if name:
            found[name[1]] = (
                "yes" if "okmark" in row else "no" if "stopmark" in row else "out" if "这次不办" in row else ""
            )
    return found


def picks(county: County, *names: str) -> list[str]:
    return [f"{county.hires[name]}.{county.world.hire(county.hires[name]).version}" for name in names]


def screen(client: TestClient, county: County, act: str, *names: str) -> dict[str, str]:
    """The screen for these hires with a step chosen: its hidden fields."""
    chosen = hidden(press(client, take="ticked", hire=picks(county, *names)).text)
    return hidden(press(client, **chosen, act=act).text)


CHECK = "check~opinion"
THREE = ("欧阳文静", "高大伟", "买买提·阿不都热合曼·热西提")


@pytest.fixture
def town(county: County) -> TestClient:
    """The town's clerk; the hires of this county are known by name."""
    known = county.world.ask("SELECT p.name, h.id FROM hire h JOIN person p ON p.id = h.person_id")
    county.hires = dict(known)
    return client_of(county)


def test_a_look_writes_nothing_and_a_run_takes_whoever_can(county: County, town: TestClient) -> None:
    fields = screen(town, county, CHECK, *THREE)
    before = county.world.ask("SELECT count(*), sum(version) FROM hire")
    look = press(town, **fields, do="preview", opinion="材料齐全")
    assert verdicts(look.text) == dict(zip(THREE, ("yes", "yes", "no"), strict=True))
    assert "可以办2人，不能办1人。还没有办理。" in look.text
    assert "二(二)" in look.text.split("热西提")[1]
    assert county.world.ask("SELECT count(*), sum(version) FROM hire") == before
    run = press(town, **hidden(look.text), do="run", opinion="材料齐全")
    assert run.status_code == 303, run.text
    result = town.get(run.headers["location"]).text
    assert "已办理2人，没有办理1人" in result
    assert "尚未签署" in result
    assert [county.world.hire(county.hires[name]).stage for name in THREE] == ["checked", "checked", "applied"]
    assert [county.world.acts(county.hires[name]).count("check") for name in THREE] == [1, 1, 0]


def test_every_entry_names_the_run_and_the_office_log_who_ran_it(county: County, town: TestClient) -> None:
    fields = screen(town, county, CHECK, *THREE)
    run = press(town, **fields, do="run").headers["location"].removeprefix("/bulk/")
    for name in THREE[:2]:
        (body,) = county.world.ask(
            "SELECT body FROM audit_entry WHERE hire_id = ? AND act = 'check'", county.hires[name]
        )[0]
        assert run in orjson.dumps(body).decode()
    ((account, kept),) = county.world.ask("SELECT account_id, body FROM office_log WHERE book = 'bulk'")
    assert account == county.town.account_id
    assert kept["facts"]["run"] == run
    assert {hire for hire, _ in kept["facts"]["done"]} == {county.hires[name] for name in THREE[:2]}
    assert "尚未签署" not in orjson.dumps(kept).decode()  # reasons tell of people: they are sealed


def test_a_run_pressed_twice_is_run_once(county: County, town: TestClient) -> None:
    fields = screen(town, county, CHECK, *THREE)
    first, second = (press(town, **fields, do="run") for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert len(county.world.ask("SELECT seq FROM office_log WHERE book = 'bulk'")) == 1


def test_a_hire_that_changed_since_it_was_shown_is_refused_as_changed(county: County, town: TestClient) -> None:
    fields = screen(town, county, CHECK, *THREE[:2])
    county.world.do(county.hires["高大伟"], "reject", county.town, opinion="材料不实")
    look = press(town, **fields, do="preview")
    assert verdicts(look.text)["高大伟"] == "no"
    assert "已有变动" in look.text
    result = town.get(press(town, **fields, do="run").headers["location"]).text
    assert "已办理1人，没有办理1人" in result
    assert county.world.acts(county.hires["高大伟"]).count("check") == 0


def test_all_that_the_filter_shows_is_what_it_shows(county: County, town: TestClient) -> None:
    listed = names_in(town.get("/?state=applied").text)
    chosen = press(town, take="all", query="state=applied")
    assert sorted(names_in(chosen.text)) == sorted(set(listed))
    hires = press(town, list="hires", take="all", query="state=applied")
    assert sorted(names_in(hires.text)) == sorted(names_in(town.get("/hires?state=applied").text))


@pytest.mark.parametrize(
    "data",
    [
        {"take": "ticked"},
        {"take": "ticked", "hire": ["x", "1", "1.x", "-1.1", f"{'9' * 30}.1"]},
        {"take": "page", "shown": ""},
        {"take": "all", "query": "state=rejected"},
        {"chosen": "1.1,2.1", "digest": "0" * 32},
    ],
)
def test_without_anybody_chosen_nothing_is_done_and_it_is_said(
    county: County, town: TestClient, data: dict[str, Any]
) -> None:
    answer = press(town, **data)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/")
    assert "flash" in answer.headers["set-cookie"]


def test_five_hundred_at_most(county: County, town: TestClient) -> None:
    many = [f"{number}.1" for number in range(1, 502)]
    assert press(town, take="page", shown=",".join(many)).status_code == 303
    assert press(town, take="page", shown=",".join(many[:500])).status_code == 200


def test_strangers_are_left_out_and_their_names_unsaid(county: County, town: TestClient) -> None:
    from states.facts import Grant
    from states.vocabulary import Role

    counties.an_account(county.world, county.seal, "baihe", "钱明", Grant(Role.EMPLOYER, "610981102"), 24)
    stranger = client_of(county, "baihe")
    answer = press(stranger, take="ticked", hire=picks(county, *THREE))
    assert names_in(answer.text) == []
    assert "其中3人已不在您可以查看的范围内" in answer.text
    fields = {"chosen": ",".join(picks(county, *THREE)), "act": CHECK, "do": "run"}
    from api.pages.picking import digest, read

    press(stranger, **fields, digest=digest(read(fields["chosen"])))
    assert {county.world.hire(county.hires[name]).stage for name in THREE} == {"applied"}


def test_what_a_run_did_is_shown_to_whoever_ran_it_alone(county: County, town: TestClient) -> None:
    address = press(town, **screen(town, county, CHECK, *THREE), do="run").headers["location"]
    other = client_of(county, "renshe")
    for path in (address, f"{address}/list.csv"):
        assert town.get(path).status_code == 200
        assert other.get(path).status_code == 404
    for run in ("x", "%00", "_" * 30, "%25", "2" * 41):
        assert town.get(f"/bulk/{run}").status_code == 404


def test_the_table_of_a_run_opens_in_a_spreadsheet_and_holds_no_formula(county: County, town: TestClient) -> None:
    with county.world.office.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE post SET title = '=1+1'")
    address = press(town, **screen(town, county, CHECK, *THREE), do="run").headers["location"]
    answer = town.get(f"{address}/list.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    lines = answer.text.lstrip("\ufeff").splitlines()
    assert len(lines) == 4
    assert "'=1+1" in lines[1]
    assert ",=1+1" not in answer.text


# ---- working many cases, and where it began ----------------------------------------------------------------------


def test_cases_are_noted_suspended_and_resumed_together(county: County, town: TestClient) -> None:
    hires = [county.hires[name] for name in THREE]
    chosen = press(town, take="ticked", hire=picks(county, *THREE)).text
    assert "其他办理" in chosen and 'value="comment~comment"' in chosen and 'value="suspend~suspension"' in chosen
    assert "resume~" not in chosen and "attach~" not in chosen and "return_to~" not in chosen
    fields = screen(town, county, "comment~comment", *THREE)
    assert "此项必填" in press(town, **fields, do="preview").text
    before = [world_state(county, hire) for hire in hires]
    done = town.get(press(town, **fields, text="等复印件", do="run").headers["location"]).text
    assert "已办理3人" in done and "附言" in done
    assert [world_state(county, hire) for hire in hires] == before, "a note moves nothing"
    suspended = screen(town, county, "suspend~suspension", *THREE[:2])
    press(town, **suspended, reason="防汛", do="run")
    mixed = press(town, take="ticked", hire=picks(county, *THREE)).text
    assert "中止办理（1人）" in words(mixed) and "恢复办理（2人）" in words(mixed)
    press(town, **screen(town, county, "resume~resumption", *THREE), reason="汛期已过", do="run")
    assert [county.world.acts(hire)[-1] for hire in hires] == ["resume", "resume", "comment"]


def world_state(county: County, hire: int) -> tuple[str, Any]:
    return county.world.hire(hire).stage, county.world.hire(hire).dossier.clocks


def test_cases_are_given_to_somebody_who_has_the_role_at_each_of_them(county: County, town: TestClient) -> None:
    from states.facts import Grant
    from states.vocabulary import Role

    facts = [("tongshi", "孙丽", Grant(Role.EMPLOYER, counties.TOWN), 71)]
    facts += [("cunzhong", "周小明", Grant(Role.EMPLOYER, county.world.hire(county.hires[THREE[0]]).region), 73)]
    mate, villager = (counties.an_account(county.world, county.seal, *one).account_id for one in facts)
    fields = screen(town, county, "reassign~assignment", *THREE)
    shown = press(town, **{name: fields[name] for name in ("chosen", "digest")}, act="reassign~assignment").text
    assert f"employer|{mate}" in shown and f"employer|{villager}" not in shown, "of one village only"
    unnamed = press(town, **fields, do="preview", reason="分工")
    assert unnamed.status_code == 422 and "请选择转给谁" in unnamed.text.split('class="wrong"')[1]
    look = press(town, **fields, do="preview", recipient=f"employer|{villager}", reason="分工")
    assert "这个账户在本地区没有这一职责" in look.text and list(verdicts(look.text).values()).count("yes") == 1
    press(town, **fields, do="run", recipient=f"employer|{mate}", reason="分工")
    for name in THREE:
        assert county.world.hire(county.hires[name]).dossier.assigned[Role.EMPLOYER] == mate


@pytest.mark.parametrize(
    ("begun", "back"),
    [
        ("/renewals?year=2026&outcome=over", "/renewals?year=2026&amp;outcome=over"),
        ("/leaving", "/leaving"),
        ("https://evil.example/renewals", "/hires"),
        ("//evil.example/renewals", "/hires"),
        ("/renewals/../../evil", "/hires"),
        ("/\\evil.example", "/hires"),
        ("/renewals?a=\r\nLocation:x", "/renewals?a=%0D%0ALocation%3Ax"),
        ("", "/hires"),
    ],
)
def test_it_leads_back_to_where_it_began_and_nowhere_else(
    county: County, town: TestClient, begun: str, back: str
) -> None:
    first = press(town, list="hires", begun=begun, take="ticked", hire=picks(county, *THREE))
    assert f'<p class="crumb"><a href="{back}">' in first.text
    second = press(town, **hidden(first.text), act=CHECK)
    assert f'<p class="crumb"><a href="{back}">' in second.text, "it travels along"
    assert press(town, list="hires", begun=begun, take="ticked").headers["location"] == unescape(back)


# ---- what differs from hire to hire ------------------------------------------------------------------------------


def test_a_training_is_recorded_with_each_one_s_own_result(county: County, town: TestClient) -> None:
    """Passed, not passed (a step of its own in this document), and one left out."""
    people = approved(county, 3)
    office = client_of(county, "renshe")
    fields = screen(office, county, "train~training", *people)
    results = {
        f"row.{county.hires[name]}.passed": result
        for name, result in zip(people, ("true", "false", "skip"), strict=True)
    }
    held = {"held_on": county.world.clock.today.isoformat()}
    look = press(office, **fields, **held, **results, do="preview")
    assert list(verdicts(look.text).values()) == ["yes", "yes", "out"]
    press(office, **fields, **held, **results, do="run")
    assert [county.world.acts(county.hires[name])[-1] for name in people] == ["train", "train_again", "approve"]
    assert [county.world.hire(county.hires[name]).dossier.training_passed for name in people] == [True, False, None]


def test_reports_are_filed_together_each_with_its_own_entry(county: County, town: TestClient) -> None:
    owing = [name for name, hire in county.hires.items() if county.world.hire(hire).dossier.filings]
    assert owing
    fields = screen(town, county, "file~filing", owing[0], "欧阳文静")
    filing = county.world.hire(county.hires[owing[0]]).dossier.filings[0]
    look = press(town, **fields, filing=filing.filing, sent_on=county.world.clock.today.isoformat(), do="preview")
    assert "yes" in verdicts(look.text).values()
    press(town, **fields, filing=filing.filing, sent_on=county.world.clock.today.isoformat(), do="run")
    left = county.world.hire(county.hires[owing[0]]).dossier.filings
    assert filing.seq not in [f.seq for f in left if f.filing == filing.filing]


def test_what_is_wrong_for_all_is_told_once_beside_its_field(county: County, town: TestClient) -> None:
    people = approved(county, 1)
    office = client_of(county, "renshe")
    fields = screen(office, county, "train~training", *people)
    look = press(office, **fields, held_on="", do="preview")
    assert "此项必填" in look.text.split('class="wrong"')[1]


def approved(county: County, number: int) -> list[str]:
    """New applicants that stand approved, before their training."""
    world, found = county.world, []
    for order in range(number):
        name, village = f"待训{'甲乙丙丁'[order]}", f"{counties.TOWN}30{order}"
        world.add_regions({village: f"新村{order}"})
        hire = counties.an_opening(county, village)
        counties.to_notice(county, hire, counties.a_person(county, name, f"199{order}0505", 61 + 2 * order))
        county.hires[name] = hire
        found.append(name)
    world.walk(14)
    for name in found:
        world.do(county.hires[name], "report", county.town)
        for head in county.heads:
            world.do(county.hires[name], "approve", head)
    return found
