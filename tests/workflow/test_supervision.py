"""Where objections are taken: set by an office of the region, printed there and below, taken back by leaving empty."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from states.refusals import InputRefused, StepNotOffered
from states.vocabulary import Role
from tests.support.sheets import HRSS, TOWN, Sheet, a_sheet
from tests.support.world import officer
from workflow.queries.public_notices import Contact
from workflow.supervision import contacts_set, set_contact

GIVEN = {"office": "旬阳市人社局", "telephone": "0915-7200000", "address": "旬阳市党家坝1号"}


@pytest.fixture
def sheet(migrated_url: str) -> Iterator[Sheet]:
    sheet = a_sheet(migrated_url, ("张三",))
    yield sheet
    sheet.world.close()


def contact(sheet: Sheet) -> Contact:
    assert sheet.shown is not None
    return sheet.shown.contact


def test_the_narrower_region_goes_before_and_an_empty_field_takes_back(sheet: Sheet) -> None:
    office, at = sheet.world.office, sheet.world.clock()
    set_contact(office, HRSS, "610981", GIVEN, at)
    assert contact(sheet) == Contact(*GIVEN.values())
    set_contact(office, TOWN, "610981100", {"telephone": "0915-7211111"}, at)
    assert contact(sheet) == Contact("旬阳市人社局", "0915-7211111", "旬阳市党家坝1号")
    set_contact(office, TOWN, "610981100", {}, at)
    assert contact(sheet) == Contact(*GIVEN.values())
    with office.database.reading() as connection:
        assert contacts_set(connection) == {"610981": GIVEN}
    log = sheet.world.ask("SELECT body FROM office_log WHERE act = 'contact' ORDER BY seq")
    assert [row[0]["facts"] for row in log] == [
        {"region": "610981", "set": ["address", "office", "telephone"]},
        {"region": "610981100", "set": ["telephone"]},
        {"region": "610981100", "set": []},
    ]


@pytest.mark.parametrize(
    ("who", "code"),
    [
        (TOWN, "610981"),
        (officer("督查", Role.SUPERVISOR, "610981"), "610981"),
        (officer("村会计", Role.VILLAGE, "610981100201"), "610981100201"),
        (officer("外县", Role.HRSS, "610929"), "610981"),
    ],
)
def test_an_office_sets_it_for_its_own_region_alone(sheet: Sheet, who: object, code: str) -> None:
    with pytest.raises(StepNotOffered):
        set_contact(sheet.world.office, who, code, GIVEN, sheet.world.clock())  # type: ignore[arg-type]
    assert contact(sheet) == Contact()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"office": "部" * 101}, "office"),
        ({"address": "址\n"}, None),
        ({"address": "a\nb"}, "address"),
        ({"telephone": "打这个"}, "telephone"),
        ({"telephone": "0915-7200000转801"}, None),
        ({"telephone": "12345"}, None),
    ],
)
def test_what_is_printed_is_short_and_a_number_is_a_number(
    sheet: Sheet, change: dict[str, str], fault: str | None
) -> None:
    office, at = sheet.world.office, sheet.world.clock()
    if fault is None:
        set_contact(office, HRSS, "610981", {**GIVEN, **change}, at)
        return
    with pytest.raises(InputRefused) as refused:
        set_contact(office, HRSS, "610981", {**GIVEN, **change}, at)
    assert set(refused.value.faults) == {fault} and contact(sheet) == Contact()


def test_a_region_that_is_not_there_is_refused(sheet: Sheet) -> None:
    with pytest.raises(InputRefused, match="region"):
        set_contact(sheet.world.office, HRSS, "610981999", GIVEN, sheet.world.clock())
