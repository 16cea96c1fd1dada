"""How long somebody may still serve: the months of the document, and the ways past them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from states.facts import Dossier
from states.procedure import Procedure
from states.retirement import Category, statutory_retirement
from states.tenure import by_law_beyond, exceptions_of, last_lawful, ledger_of, measure_retirement, to_confirm
from tests.support.asking import a_person, a_procedure, a_woman, d

START = d("2026-03-11")


def document(*exceptions: dict[str, Any], months: int | None = 36, counts_prior: bool = True) -> Procedure:
    return a_procedure(
        service={
            "months": months, "counted_from": "started_on", "counts_prior_service": counts_prior, "cite": "十",
            "exceptions": [{"cite": "十一", **exception} for exception in exceptions],
        }
    )  # fmt: skip


NEAR: dict[str, Any] = {"exception": "near_retirement"}
GRANTED: dict[str, Any] = {"exception": "discretionary_extension", "cite": "十二"}


def last(procedure: Procedure, dossier: Dossier | None = None, kind: str = "village", **person: Any) -> Any:
    found = last_lawful(procedure, kind, a_person(**person), dossier or Dossier(), START)
    return found and found.on.isoformat()


def test_the_limit_is_that_of_the_document() -> None:
    assert last(document()) == "2029-03-10"
    assert last(document(months=24)) == "2028-03-10"


def test_a_document_without_a_limit_has_no_last_day() -> None:
    assert ledger_of(a_person(), document(months=None)) is None
    assert last(document(months=None)) is None


def test_months_of_other_employers_and_posts_count() -> None:
    served = ((d("2024-01-01"), d("2024-12-31"), 3), (d("2025-01-01"), d("2025-06-30"), None))
    assert last(document(), periods=served) == "2027-09-10"


def test_months_known_from_evidence_count_where_the_document_counts_them() -> None:
    assert last(document(), prior_months=30) == "2026-09-10"
    assert last(document(counts_prior=False), prior_months=30) == "2029-03-10"


def test_a_full_account_leaves_nothing() -> None:
    assert last(document(), prior_months=36) < START.isoformat()
    assert last(document(), prior_months=35) == "2026-04-10"


def known(**facts: Any) -> Dossier:
    return Dossier().with_(**{name: d(value) if isinstance(value, str) else value for name, value in facts.items()})


def test_somebody_near_retirement_may_go_on_until_then() -> None:
    near = known(near_retirement=True, retires_on="2030-06-15", approved_on="2026-03-10")
    assert last(document(NEAR), near) == "2030-06-15"
    assert [found.article for found in exceptions_of(document(NEAR), "village", a_person(), near)] == ["十一"]


@pytest.mark.parametrize(
    ("born", "facts", "asked"),
    [
        # a man of February 1966 retired at sixty by the former ages, and four months later by those of the reform
        ("1966-02-01", {"approved_on": "2024-12-31"}, True),
        ("1966-02-01", {"approved_on": "2025-01-01"}, False),
        ("1966-02-01", {"started_on": "2024-12-31"}, True),
        ("1966-02-01", {"approved_on": "2024-12-31", "ended_on": "2025-06-30"}, False),
        ("1966-02-01", {"approved_on": "2024-12-31", "near_retirement": False}, False),
        ("1964-12-31", {"approved_on": "2021-03-01"}, False),  # the reform moves nobody born before 1965
    ],
)
def test_whose_end_the_reform_moved_after_the_test_is_asked_about(
    born: str, facts: dict[str, Any], asked: bool
) -> None:
    retires_on = statutory_retirement(d(born), Category.MAN).on
    dossier = known(**{"near_retirement": True, "retires_on": retires_on.isoformat(), **facts})
    found = to_confirm(document(NEAR), "village", a_person(born=born), dossier)
    assert (found is not None and "请人工确认" in str(found)) is asked
    if asked:  # the end moves with the law in force, and whoever decides on a further term reads the same
        limit = last_lawful(document(NEAR), "village", a_person(born=born, prior_months=36), dossier, d("2025-02-01"))
        assert limit is not None and (limit.on, str(limit.reading)) == (retires_on, str(found))


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"near_retirement": False, "retires_on": "2030-06-15"},
        {"near_retirement": True},
        {"extension_until": "2030-01-01"},  # granted, but this document knows no such exception
    ],
)
def test_without_the_finding_or_the_exception_the_limit_stands(facts: dict[str, Any]) -> None:
    assert list(exceptions_of(document(NEAR), "village", a_person(), known(**facts))) == []
    assert last(document(NEAR), known(**facts)) == "2029-03-10"


def test_the_finding_helps_only_where_the_document_knows_the_exception() -> None:
    assert last(document(GRANTED), known(near_retirement=True, retires_on="2030-06-15")) == "2029-03-10"
    assert last(document(), known(near_retirement=True, retires_on="2030-06-15")) == "2029-03-10"


def test_a_county_extends_by_name_where_the_document_allows_it() -> None:
    assert last(document(GRANTED), known(extension_until="2029-09-10")) == "2029-09-10"
    # an extension never shortens
    assert last(document(GRANTED), known(extension_until="2028-09-10")) == "2029-03-10"


def test_an_exception_of_one_kind_of_post_is_for_that_kind_alone() -> None:
    procedure = document({**GRANTED, "kinds": ["village"]}, {**NEAR, "kinds": ["town"]})
    facts = known(extension_until="2029-09-10", near_retirement=True, retires_on="2031-01-01")
    assert last(procedure, facts, "village") == "2029-09-10"
    assert last(procedure, facts, "town") == "2031-01-01"
    assert last(procedure, facts, "city") == "2029-03-10"


def test_of_two_exceptions_the_one_that_reaches_further_counts() -> None:
    facts = known(extension_until="2029-09-10", near_retirement=True, retires_on="2031-01-01")
    assert last(document(NEAR, GRANTED), facts) == "2031-01-01"
    assert last(document(GRANTED, NEAR), facts) == "2031-01-01"


# ---- retirement -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("on", "near"), [("2026-05-15", False), ("2026-05-16", True), ("2031-05-14", True)])
def test_less_than_five_years_leaves_the_fifth_year_out(on: str, near: bool) -> None:
    """A man born on 15 January 1970 reaches the statutory age at 61 years and 4 months."""
    retires_on, found = measure_retirement(document(NEAR), "village", a_person("1970-01-15"), d(on))
    assert (retires_on, found) == (d("2031-05-15"), near)


def test_who_has_reached_the_age_is_not_near_it() -> None:
    assert measure_retirement(document(NEAR), "village", a_person("1970-01-15"), d("2031-05-15"))[1] is False


def test_near_is_as_many_months_as_the_document_says() -> None:
    longer = document({**NEAR, "less_than_months": 72})
    assert measure_retirement(longer, "village", a_person("1970-01-15"), d("2026-05-15"))[1] is True


def test_without_the_exception_the_day_is_known_and_nobody_is_near() -> None:
    for procedure in (document(), document(GRANTED), document({**NEAR, "kinds": ["town"]})):
        found = measure_retirement(procedure, "village", a_person("1970-01-15"), d("2030-01-01"))
        assert found == (d("2031-05-15"), False)


def test_the_category_of_retirement_decides() -> None:
    on = d("2026-03-11")
    worker = measure_retirement(document(NEAR), "village", a_woman("1978-01-01", "woman50"), on)[0]
    officer = measure_retirement(document(NEAR), "village", a_woman("1978-01-01", "woman55"), on)[0]
    assert worker < officer


@pytest.mark.parametrize(
    ("ends", "protected", "beyond"),
    [
        ("2026-06-10", "2026-06-10", False),
        ("2026-06-11", "2026-06-11", True),
        ("2026-06-11", "2026-06-10", False),
        ("2026-06-11", None, False),
    ],
)
def test_the_law_alone_carries_a_term_beyond_the_limit_as_far_as_the_protected_period(
    ends: str, protected: str | None, beyond: bool
) -> None:
    day = date.fromisoformat
    dossier = Dossier(
        last_lawful_on=date(2026, 6, 10), term_ends_on=day(ends), protected_until=day(protected) if protected else None
    )
    assert by_law_beyond(dossier) is beyond
    assert not by_law_beyond(dossier.with_(last_lawful_on=None))
