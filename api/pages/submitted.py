"""A submitted form back into a payload (提交): text of fields, for the models of ``states.inputs`` to judge."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from starlette.datastructures import FormData

from api.pages.forms import OVERRIDE
from states.inputs import INPUTS
from states.vocabulary import RecordKind


def given_of(form: FormData) -> dict[str, list[str]]:
    """What was filled in, to be shown again; files are left out."""
    found: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            found.setdefault(name, []).append(value)
    return found


def payload_of(records: RecordKind, given: Mapping[str, list[str]]) -> dict[str, Any]:
    """A submitted form as the payload of a step. Empty fields are left out; what is wrong with them the step says."""
    model = INPUTS[records]
    payload: dict[str, Any] = {}
    for name in model.model_fields:
        values = [value.strip() for value in given.get(name, []) if value.strip()]
        if name == "boards":
            payload[name] = _boards(given)
        elif values and name not in ("overrides", "seq"):
            payload[name] = values[0]
    if records is RecordKind.FILING and "filing" in payload:
        payload["filing"], _, payload["seq"] = str(payload["filing"]).rpartition("|")
    overrides = overrides_of(given)
    if overrides:
        payload["overrides"] = overrides
    return payload


def _boards(given: Mapping[str, list[str]]) -> list[str]:
    others = [line for text in given.get("boards_other", []) for line in text.splitlines()]
    return [line.strip() for line in [*given.get("boards", []), *others] if line.strip()]


def overrides_of(given: Mapping[str, list[str]]) -> list[dict[str, str]]:
    """The exceptions that a form asks for, as ``states.inputs.Override`` takes them."""
    found: dict[str, dict[str, str]] = {}
    for name, values in given.items():
        parts = name.split(".")
        if len(parts) == 3 and parts[0] == OVERRIDE and values[0].strip():
            found.setdefault(parts[1], {"guard": parts[1]})[parts[2]] = values[0].strip()
    # an approval number without a reason is no exception yet: the form says what is missing
    return list(found.values())


#: what fits into a column of whole fen
MOST_FEN = 2**31 - 1


def fen_of(text: str, most: int = MOST_FEN) -> int:
    """Yuan with up to two decimals as fen, up to ``most``, commas of thousands left out. Raises ValueError."""
    return scaled(text.replace(",", "").replace("，", ""), 100, most)


def scaled(text: str, by: int, most: int) -> int:
    """A decimal number times ``by``, where that is whole and from nought to ``most``. Raises ValueError."""
    try:
        value = Decimal(text) * by
    except InvalidOperation:
        raise ValueError(text) from None
    if not value.is_finite() or value != value.to_integral_value() or not 0 <= value <= most:
        raise ValueError(text)
    return int(value)
