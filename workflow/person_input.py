"""What may be filled in about a person (人员信息填报), read with all its faults at once, in the form that is stored.

Relatives are given as identity numbers and kept as keys only. No fault repeats a whole number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, StringConstraints, ValidationError

from states.guards.labels import EDUCATION
from states.identity_number import BadIdentityNumber, Fault, IdentityNumber, faults, parse
from states.inputs import Line
from states.model import Model, Name
from states.retirement import Category
from states.say import Sentence, say
from workflow.contacts import bank_fault, normal_bank
from workflow.sealing import Seal

Number = Annotated[str, StringConstraints(max_length=60)]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9][0-9 -]{4,18}[0-9]$")]
RegionCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}[0-9A-Z]{0,10}$")]
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=2, max_length=100, pattern=r"^[^\x00-\x1f]*$")
]
REQUIRED = ("name", "education", "home_region")
Address = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=4, max_length=200, pattern=r"^[^\x00-\x1f]*$")
]
MAY_BE_EMPTIED = frozenset({"phone", "address", "bank", "prior_evidence", "died_on"})
Faults = dict[str, Sentence]


class Recognition(Model):
    """认定: who recognised a person as belonging to a category, and when."""

    by: Line
    on: date


class Facts(Model):
    """What may be said of a person at any time."""

    name: Words | None = None
    education: str | None = None
    home_region: RegionCode | None = None
    retirement_category: Category | None = None
    phone: Phone | None = None
    address: Address | None = None
    bank: Number | None = None
    categories: dict[Name, Recognition] | None = None
    statements: tuple[Name, ...] | None = None
    preferences: tuple[Name, ...] | None = None
    relatives: tuple[Number, ...] | None = None
    #: relatives among the officers, by the names of their accounts
    relative_accounts: tuple[Line, ...] | None = None
    prior_months: Annotated[int, Field(ge=0, le=600)] | None = None
    prior_evidence: Line | None = None


class PersonInput(Facts):
    """人员登记. ``relatives`` are identity numbers, ``relative_accounts`` user names; both are kept as keys only.

    ``born`` and ``sex`` are compared with the number.
    """

    id_number: Number
    born: date | None = None
    sex: Literal["男", "女"] | None = None


class PersonChange(Facts):
    """人员信息变更: only what is named is changed."""

    died_on: date | None = None


T = TypeVar("T", bound=Facts)


def read_person(
    seal: Seal, given: Mapping[str, Any], today: date
) -> tuple[PersonInput, IdentityNumber | None, dict[str, Any], Faults]:
    """The input, its number, the values as they are stored, and every fault by field. No number: it has faults."""
    number_faults = _numbered("id_number", faults(str(given.get("id_number") or ""), today))
    said, found = _validated(PersonInput, given, {"id_number": ""})
    values = _stored(seal, said, today, found)
    for name in REQUIRED:
        if getattr(said, name) is None:
            found.setdefault(name, say("此项必填"))
    number = None
    if not number_faults and "id_number" not in found:
        number = parse(said.id_number, today)
        for name, sentence in _compared(number, said).items():
            found.setdefault(name, sentence)
    return said, number, values, {**found, **number_faults}


def read_change(
    seal: Seal, given: Mapping[str, Any], today: date, sex: str
) -> tuple[PersonChange, dict[str, Any], Faults]:
    """The change, the values as they are stored, and every fault by field. ``sex`` is that of the person."""
    said, found = _validated(PersonChange, given, {})
    values = _stored(seal, said, today, found)
    if said.died_on and said.died_on > today:
        found["died_on"] = say("日期不能晚于今天")
    if said.retirement_category and not _fits(said.retirement_category, sex):
        found["retirement_category"] = say("原法定退休年龄类别与性别不符")
    return said, values, found


def _compared(number: IdentityNumber, said: PersonInput) -> Faults:
    """What was said against what the number tells. A sex that differs is a warning only, given elsewhere."""
    found = {}
    if said.born is not None and said.born != number.born:
        found["born"] = say("填写的出生日期与公民身份号码中的{born}不符", born=number.born)
    sex, category = said.sex or number.sex, said.retirement_category
    if category is None and sex == "女":
        found["retirement_category"] = say("女性须填写原法定退休年龄类别（五十周岁或五十五周岁）")
    elif category is not None and not _fits(category, sex):
        found["retirement_category"] = say("原法定退休年龄类别与性别不符")
    return found


def _fits(category: Category, sex: str) -> bool:
    return (category is Category.MAN) == (sex == "男")


def _validated(model: type[T], given: Mapping[str, Any], instead: Mapping[str, Any]) -> tuple[T, Faults]:
    """The model of what can be read, and the faults of what cannot; the rest is still looked at."""
    try:
        return model.model_validate(given), {}
    except ValidationError as error:
        found = {".".join(str(part) for part in e["loc"]): _sentence(e["type"]) for e in error.errors()}
    readable = {name: value for name, value in given.items() if name not in {f.split(".")[0] for f in found}}
    return model.model_validate({**instead, **readable}), found


_SENTENCES = {
    "missing": say("此项必填"),
    "extra_forbidden": say("没有这一项"),
    "string_too_short": say("内容过短"),
    "string_too_long": say("内容过长"),
}


def _sentence(kind: str) -> Sentence:
    if kind.startswith("date"):
        return say("请填写日期，例如2026-03-02")
    if kind.startswith(("int", "greater", "less")):
        return say("请填写数字")
    return _SENTENCES.get(kind, say("填写的内容不符合要求"))


def _stored(seal: Seal, said: Facts, today: date, found: Faults) -> dict[str, Any]:
    """The fields that were named, in the form in which they are stored and committed to."""
    kept = (Facts.model_fields.keys() | {"died_on"}) - {"relative_accounts"}
    values = said.model_dump(mode="json", include=said.model_fields_set & kept)
    if said.education is not None and said.education not in EDUCATION:
        found["education"] = say("没有这种文化程度")
    for name, recognition in (said.categories or {}).items():
        if recognition.on > today:
            found[f"categories.{name}"] = say("日期不能晚于今天")
    if said.relatives is not None:
        values["relatives"] = sorted(set(_keys(seal, said.relatives, found)))
    if said.bank is not None:
        values["bank"] = normal_bank(said.bank)
        if (fault := bank_fault(values["bank"])) is not None:
            found["bank"] = fault
    if said.prior_months and not said.prior_evidence:
        found.setdefault("prior_evidence", say("填写此前已享受补贴的月数时，须注明依据"))
    for name in ("statements", "preferences"):
        if values.get(name) is not None:
            values[name] = sorted(set(values[name]))
    return {name: value for name, value in values.items() if value is not None or name in MAY_BE_EMPTIED}


def _keys(seal: Seal, numbers: tuple[str, ...], found: Faults) -> Iterator[str]:
    for place, text in enumerate(numbers):
        try:
            yield seal.person_key(text)
        except BadIdentityNumber as bad:
            found |= _numbered(f"relatives.{place}", bad.faults)


def _numbered(field: str, wrong: tuple[Fault, ...]) -> Faults:
    """Several faults of one field: ``id_number``, ``id_number.2`` and so on."""
    return {field if n == 1 else f"{field}.{n}": fault.reason for n, fault in enumerate(wrong, 1)}
