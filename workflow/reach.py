"""How far a reading goes in the database itself (行级范围): what row-level security is told at each checkout."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reach:
    """The prefixes of region codes that a connection may see, ``*`` for all, none for nothing.

    ``person_key``: rows that concern this one person are seen as well; ``applies``: where that person may apply.
    """

    regions: tuple[str, ...] = ()
    person_key: str | None = None
    applies: tuple[str, ...] = ()

    @property
    def is_everything(self) -> bool:
        return "*" in self.regions


#: the engine, the worker and the console: the law looks at a person's service wherever it was
EVERYTHING = Reach(("*",))
#: whoever holds no office
NOTHING = Reach()
