"""What every line of a document's file is made of (条目): it is frozen, speaks two languages and cites its article."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=48)]
Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
RequirementId = Annotated[str, StringConstraints(pattern=r"^(XY|LC|BH|NM|CQ)-\d{2}$")]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Model):
    """The same words in Chinese and English."""

    zh: Words
    en: Words

    def in_language(self, language: str) -> str:
        return self.en if language == "en" else self.zh


class Line(Model):
    """Anything that states a rule: it cites its article and names the requirements that it carries."""

    cite: Words
    meets: tuple[RequirementId, ...] = ()
    note: Text | None = None


class GapRef(Model):
    """A number or answer that the document leaves open, taken from ``Procedure.gaps``."""

    gap: Name
