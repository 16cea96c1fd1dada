"""A procedure as a picture (流程图): its stages from left to right, what moves by itself, and how it may end.

Drawn as SVG from the data alone, so the picture cannot say anything that the service does not do. It needs no script
and no font from elsewhere, prints on A4 across, and is read out by its description.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from states import drawing as d
from states import layout as lay
from states.labels import state_name
from states.lines import COLOURS, Lines, articles
from states.model import Text
from states.procedure import Procedure
from states.steps import Stage
from states.vocabulary import DeadlineKind

AUTOMATIC = Text(zh="到期自动办理", en="happens by itself")
OPEN = Text(zh="* 文件未写明，按缺省值或裁定", en="* left open: default or ruling")
REMINDERS = Text(zh="提醒与限制的期限", en="Periods that remind or bar")
CURRENT = Text(zh="当前环节", en="now")
AT_WORK = Text(zh="在岗", en="at work")
UNPAID = Text(zh="停发补贴", en="pay stopped")


def draw(procedure: Procedure, language: str = "zh", current: str | None = None,
         visited: frozenset[str] = frozenset()) -> str:  # fmt: skip
    """The life cycle of ``procedure`` as an SVG document in ``language`` ("zh" or "en").

    ``current`` is the stage where a hire stands, ``visited`` where it has been; what it has not reached is pale.
    """
    return _Picture(procedure, language, current, visited).document()


class _Picture(Lines):
    def __init__(self, procedure: Procedure, language: str, current: str | None, visited: frozenset[str]) -> None:
        super().__init__(procedure, language)
        self.current = current
        self.visited = visited

    def document(self) -> str:
        layout = self.layout
        size = f"{d.number(layout.width)} {d.number(layout.height)}"
        name = f"picture-{self.procedure.procedure}"
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" width="{d.number(layout.width)}" '
            f'height="{d.number(layout.height)}" role="img" aria-labelledby="{name}-title {name}-desc" '
            f'font-family="{d.FONTS}">',
            f'<title id="{name}-title">{escape(self.words(self.procedure.title), quote=False)}</title>',
            f'<desc id="{name}-desc">{escape(self._description(), quote=False)}</desc>',
            f'<rect width="{d.number(layout.width)}" height="{d.number(layout.height)}" fill="#fff"/>',
            *self._heading(),
            *self.lines(),
            *(self._stage(stage) for stage in self.procedure.stages),
            *self._reminders(),
            *self._legend(),
            "</svg>",
        ]
        return "\n".join(part for part in parts if part) + "\n"

    def _stage(self, stage: Stage) -> str:
        box = self.layout.boxes[stage.stage]
        ground, line = COLOURS[stage.state]
        here = stage.stage == self.current
        pale = self.current is not None and not here and stage.stage not in self.visited
        parts = [d.rectangle(box, ground, d.INK if here else line, width=3 if here else 1.4)]
        state = state_name(stage.state, self.language)
        parts.append(d.pill(state, box.x + 10, box.y, 10.5, line))
        parts.append(self._entries(stage, box) if stage.stage in self.layout.lane else self._inside(stage, box))
        if here:
            parts.append(d.pill(self.words(CURRENT), box.x + d.width_of(state, 10.5) + 26, box.y, 10.5, d.INK))
        elif stage.stage in self.visited:
            parts.append(_tick(box.right - 14, box.y))
        opacity = ' opacity="0.5"' if pale else ""
        kind = "stage" + (" current" if here else " visited" if stage.stage in self.visited else "")
        now = ' aria-current="step"' if here else ""
        return f'<g class="{kind}" data-stage="{stage.stage}"{opacity}{now}>{"".join(parts)}</g>'

    def _inside(self, stage: Stage, box: d.Box) -> str:
        lines = d.wrap(self.words(stage), 14, box.width - 16, 2)
        under = d.wrap(self.roles(stage.owner), 11, box.width - 16, 4 - len(lines))
        y = box.y + (32 if len(lines) + len(under) < 3 else 27)
        parts = [d.stack(lines, box.middle, y, 14, bold=True)]
        parts.append(d.stack(under, box.middle, y + 17 * len(lines) + 1, 11, fill=d.SOFT))
        parts.append(d.text(articles(stage)[0], box.right - 8, box.bottom - 7, 10, fill=d.SOFT, anchor="end"))
        marks = [AT_WORK] * stage.at_work + [UNPAID] * stage.pay_stopped
        for mark in marks:
            ink = COLOURS[stage.state][1] if mark is AT_WORK else d.LEAVE
            parts.append(d.text(self.words(mark), box.x + 8, box.bottom - 7, 10, fill=ink, anchor="start", bold=True))
        return "".join(parts)

    def _entries(self, stage: Stage, box: d.Box) -> str:
        """The name of an end, and below it the steps that lead there."""
        parts = [d.text(self.words(stage), box.middle, box.y + 30, 14, bold=True)]
        y = box.y + 50
        for move in lay.entries(stage.stage, self.layout.moves):
            lines = [self.words(move.step)]
            if move.deadline:
                lines.append("　" + " ".join([self.length(move.deadline), *articles(move.deadline)]))
                parts.append(d.clock(box.x + 15, y - 4, 6))
            else:
                parts.append(d.dot(box.x + 15, y - 4, COLOURS[stage.state][1]))
            for line in lines:
                fill = d.CLOCK if move.deadline else d.SOFT
                shown = d.wrap(line, 11, box.width - 34, 1)[0] if line.strip() else line
                parts.append(d.text(shown, box.x + 26, y, 11, fill=fill, anchor="start"))
                y += 16
        return "".join(parts)

    def _description(self) -> str:
        stages = [self.procedure.stage_by_name[name] for row in self.layout.rows for name in row.stages]
        timed = dict.fromkeys(self.timed_words(move) for move in self.layout.moves if move.deadline)
        if self.language == "en":
            return f"{' → '.join(map(self.words, stages))}. {self.words(AUTOMATIC)}: {'; '.join(timed)}."
        return f"{' → '.join(map(self.words, stages))}。{self.words(AUTOMATIC)}：{'；'.join(timed)}。"

    def _heading(self) -> Iterator[str]:
        yield d.text(self.words(self.procedure.title), lay.MARGIN, 34, 19, anchor="start", bold=True)
        document = self.procedure.document
        words = f"{document.number}  {self.words(document.issuer)}"
        yield d.text(words, lay.MARGIN, 56, 12, fill=d.SOFT, anchor="start")

    def _reminders(self) -> Iterator[str]:
        """The periods that move nothing: what has to be done in time, what may not happen before."""
        box = self.layout.reminders
        if not box.width:
            return
        yield d.rectangle(box, "#fbfcfd", "#cbd2d9", width=1)
        yield d.text(self.words(REMINDERS), box.x + 14, box.y + 24, 13, anchor="start", bold=True)
        lines = [line for line in self.procedure.deadlines if line.kind is not DeadlineKind.ENFORCE]
        columns = lay.reminder_columns(box.width, len(lines))
        width = (box.width - 16) / columns
        for place, line in enumerate(lines):
            x, y = box.x + 18 + width * (place % columns), box.y + 48 + 36 * (place // columns)
            second = "  ".join([*articles(line), self.roles(line.owner)])
            yield d.dot(x, y - 4, d.LINE)
            yield d.text(f"{self.words(line)}  {self.length(line)}", x + 10, y, 11.5, anchor="start")
            yield d.text(d.wrap(second, 10.5, width - 24, 1)[0], x + 10, y + 14, 10.5, fill=d.SOFT, anchor="start")

    def _legend(self) -> Iterator[str]:
        x, y = lay.MARGIN, self.layout.height - 28
        used = dict.fromkeys(stage.state for stage in self.procedure.stages)
        for state in used:
            words = state_name(state, self.language)
            yield d.pill(words, x, y, 10.5, COLOURS[state][1])
            x += d.width_of(words, 10.5) + 20
        yield d.clock(x + 12, y, 7) + d.text(self.words(AUTOMATIC), x + 25, y + 4, 11, fill=d.SOFT, anchor="start")
        x += 25 + d.width_of(self.words(AUTOMATIC), 11) + 24
        if any("*" in self.length(line) for line in self.procedure.deadlines):
            yield d.text(self.words(OPEN), x, y + 4, 11, fill=d.SOFT, anchor="start")


def _tick(x: float, y: float) -> str:
    mark = f"M{d.number(x - 4)} {d.number(y)}l3 3.4 5.2-6.4"
    circle = f'<circle cx="{d.number(x)}" cy="{d.number(y)}" r="8" fill="#2b7554"/>'
    return circle + f'<path d="{mark}" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round"/>'
