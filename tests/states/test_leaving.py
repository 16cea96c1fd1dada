"""Death and retirement age propose and no more: for whom, from which day, and under which document."""

from __future__ import annotations

from datetime import date

import pytest

from states.facts import Dossier
from states.leaving import proposed, retires, retiring_kinds
from states.loading import Catalogue, shipped
from states.renewal_round import cautions
from tests.support.asking import a_hire, a_person

DOCUMENTS = {procedure.procedure: procedure for procedure in shipped().values()}
BIRTHDAY = date(2026, 5, 1)


@pytest.mark.parametrize(
    ("document", "kind", "today", "ground"),
    [
        ("xunyang-2022-88", "village", BIRTHDAY, "retirement"),
        ("xunyang-2022-88", "village", date(2026, 4, 30), None),
        ("baihe-2022-72", "village", BIRTHDAY, "retirement"),
        ("liaocheng-2022-4", "urban", BIRTHDAY, "retirement"),
        # rural posts are there for people up to 65, and Inner Mongolia names no such ground
        ("liaocheng-2022-4", "rural", date(2036, 5, 1), None),
        ("neimenggu-2022-10", "village", date(2036, 5, 1), None),
    ],
)
def test_retirement_age_is_proposed_where_the_document_ends_the_work(
    document: str, kind: str, today: date, ground: str | None
) -> None:
    found = proposed(DOCUMENTS[document], kind, Dossier(retires_on=BIRTHDAY), None, today)
    assert (found.ground.ground if found else None) == ground


@pytest.mark.parametrize(
    ("document", "kind", "next_ends_on", "told"),
    [
        ("xunyang-2022-88", "village", BIRTHDAY, True),
        ("xunyang-2022-88", "village", date(2026, 4, 30), False),
        ("liaocheng-2022-4", "urban", BIRTHDAY, True),
        ("liaocheng-2022-4", "rural", date(2036, 5, 1), False),
        ("neimenggu-2022-10", "village", date(2036, 5, 1), False),
    ],
)
def test_a_renewal_beyond_retirement_age_is_remarked_where_the_document_ends_the_work(
    document: str, kind: str, next_ends_on: date, told: bool
) -> None:
    hire = a_hire(a_person(), kind=kind, retires_on="2026-05-01", term_ends_on="2025-05-01")
    said = [str(one) for one in cautions(DOCUMENTS[document], hire, next_ends_on)]
    assert any("达到法定退休年龄" in one for one in said) is told


@pytest.mark.parametrize("document", sorted(DOCUMENTS))
def test_a_death_is_proposed_everywhere_until_somebody_has_decided(document: str) -> None:
    died = date(2026, 4, 2)
    found = proposed(DOCUMENTS[document], "village", Dossier(retires_on=BIRTHDAY), died, date(2026, 6, 1))
    assert found is not None and (found.ground.ground, found.since) == ("death", died)
    assert found.ground.law and "四十四条" in found.ground.law
    decided = Dossier(retires_on=BIRTHDAY, leaving_on=date(2026, 6, 2))
    assert proposed(DOCUMENTS[document], "village", decided, died, date(2026, 6, 1)) is None


def test_a_ground_rests_on_the_law_it_names_else_on_its_own_article() -> None:
    retirement = DOCUMENTS["liaocheng-2022-4"].ground_by_name["retirement"]
    assert retirement.basis == "《劳动合同法实施条例》第二十一条"
    assert retirement.model_copy(update={"law": None}).basis == "二(四)"


@pytest.mark.parametrize(("kind", "ends"), [("urban", True), ("rural", False)])
def test_old_terms_end_at_retirement_age_for_the_kinds_that_their_ground_names(kind: str, ends: bool) -> None:
    old = next(one for one in Catalogue.load().all() if one.version == "0.old-terms")
    assert retires(old, kind) is (kind in retiring_kinds(old)) is ends
    assert (proposed(old, kind, Dossier(retires_on=BIRTHDAY), None, BIRTHDAY) is not None) is ends
