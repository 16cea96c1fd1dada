"""Which office organises the selection for a kind of post (组织选聘): by the level that the document names.

Pure. Codes of regions follow GB/T 2260: six digits a county, nine a township, twelve a village.
"""

from __future__ import annotations

from collections.abc import Iterable

from states.guards import Answer, refused
from states.meets import enforces
from states.procedure import Procedure, article_of
from states.refusals import StepNotOffered
from states.say import say
from states.vocabulary import Effect, Level

_ORDER = (Level.PROVINCE, Level.CITY, Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE)
_LENGTHS = {2: Level.PROVINCE, 4: Level.CITY, 6: Level.COUNTY, 9: Level.TOWNSHIP, 12: Level.VILLAGE}


@enforces("XY-20")
def organisers(procedure: Procedure, kind: str, regions: Iterable[str]) -> tuple[Answer, ...]:
    """What is said of offices in ``regions`` (codes of the grants by which somebody announces) for a kind of post.

    Nothing where one of them is of the level that organises it. An office above is told that it acts in another's
    place; one below may not: raises StepNotOffered.
    """
    line = procedure.kind_by_name.get(kind)
    if line is None or line.organised_at is None:
        return ()
    held = [_ORDER.index(level_of(code)) for code in regions]
    wanted = _ORDER.index(line.organised_at)
    if not held or wanted in held:
        return ()
    if min(held) > wanted:
        raise StepNotOffered(say("{kind}由上一级用人单位组织选聘，请由其发布公告", kind=line.zh), forbidden=True)
    said = say("{kind}由乡镇组织选聘，您以县级单位发布", kind=line.zh)
    verdict = refused(said, say("一般由所在乡镇发布；代为发布的，请与乡镇说好由谁受理报名"))
    return (Answer("organiser", Effect.WARN, article_of(procedure, line.cite), verdict),)


def area_of(code: str, level: Level) -> str:
    """The area of a level in which a region lies; the region itself where it is no smaller."""
    return code[: next(length for length, known in _LENGTHS.items() if known is level)]


def level_of(code: str) -> Level:
    """The level of a region, by the length of its code."""
    return next((level for length, level in sorted(_LENGTHS.items()) if len(code) <= length), Level.VILLAGE)
