"""The lines of a life-cycle picture (连线): the way forward, what moves by itself, the exits, and how the work ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from states import drawing as d
from states import layout as lay
from states.labels import role_name, when
from states.layout import THIN, WORDED, Layout, Move, Row
from states.model import Line, Text
from states.procedure import Procedure
from states.steps import Deadline, Stage, Step
from states.vocabulary import Role, State

#: ground and line of each state
COLOURS: dict[State, tuple[str, str]] = {
    State.POSTED: ("#eaf0f9", "#41659b"),
    State.APPLIED: ("#e4f3f9", "#1b708c"),
    State.QUALIFIED: ("#e3f5ec", "#2b7554"),
    State.PUBLICIZED: ("#fff5d9", "#925808"),
    State.TRAINED: ("#f3ecfb", "#6b43a3"),
    State.CONTRACTED: ("#e4f2dd", "#3b6d16"),
    State.RENEWED: ("#d9f1ee", "#0c6b64"),
    State.DISMISSED: ("#edf0f3", "#4b5865"),
    State.REJECTED: ("#fdeaea", "#a52834"),
    State.WITHDRAWN: ("#f4f0ea", "#6f604f"),
}
#: lines to ends in the same state are told apart by their strokes
DASHES = ("1.5 3", "4 3", "8 3")


class Captions:
    """The words of a procedure in one language, as a picture uses them."""

    def __init__(self, procedure: Procedure, language: str) -> None:
        self.procedure = procedure
        self.language = language

    def words(self, named: Text | Stage | Step | Deadline) -> str:
        return named.en if self.language == "en" else named.zh

    def roles(self, roles: tuple[Role, ...]) -> str:
        stop = ", " if self.language == "en" else "、"
        return stop.join(role_name(self.procedure, role.value, self.language) for role in roles)

    def length(self, line: Deadline) -> str:
        return when(self.procedure, line, self.language)

    def timed_words(self, move: Move) -> str:
        """What happens by itself and when: the step, the period, its length and article."""
        line = move.deadline
        if line is None:
            return self.words(move.step)
        stop = ": " if self.language == "en" else "："
        return f"{self.words(line)} {self.length(line)}{stop}{self.words(move.step)} {' '.join(articles(line))}"

    def marked(self, drawn: str, moves: list[Move]) -> str:
        """``drawn`` with what it shows: a tip for the reader, and names for tests and pages to find it by."""
        timed = [move for move in moves if move.deadline]
        if not timed:
            return f"<g>{drawn}</g>"
        tips = "\n".join(dict.fromkeys(self.timed_words(move) for move in timed))
        names = " ".join(f"{m.origin}:{m.deadline.deadline}:{m.step.act}" for m in timed if m.deadline)
        return f'<g class="timed" data-timed="{names}"><title>{escape(tips, quote=False)}</title>{drawn}</g>'


class Lines(Captions):
    """Every line of the picture of ``procedure``, with its caption."""

    def __init__(self, procedure: Procedure, language: str) -> None:
        super().__init__(procedure, language)
        self.layout: Layout = lay.lay_out(procedure)
        self.ends = frozenset(stage.stage for stage in procedure.stages if stage.state is State.DISMISSED)
        #: how many lines already begin at the lower edge of a box, from its right and from its left
        self._ports: dict[str, int] = {}

    def lines(self) -> Iterator[str]:
        for index, row in enumerate(self.layout.rows):
            last = index == len(self.layout.rows) - 1
            yield from self._forward(row)
            yield from self._above(row)
            yield from self._exits(row)
            if last:
                yield from self._work_ends(row)
                yield from self._below(row)
            else:
                yield from self._to_next_row(row, self.layout.rows[index + 1])
        yield from self._elsewhere()

    # -- lines --------------------------------------------------------------------------------------------------------

    def _between(self, origin: str, to: str) -> list[Move]:
        moves = [move for move in self.layout.moves if (move.origin, move.to) == (origin, to)]
        return sorted(moves, key=lambda move: (not move.step.main, move.deadline is None))

    def _forward(self, row: Row) -> Iterator[str]:
        for origin, to in zip(row.stages, row.stages[1:], strict=False):
            moves = [move for move in self._between(origin, to) if to not in self.ends or move.deadline is None]
            if not moves:
                continue
            one, two = self.layout.boxes[origin], self.layout.boxes[to]
            middle, y = (one.right + two.x) / 2, one.centre
            first = moves[0]
            words = d.wrap(self.words(first.step), 11, lay.GAP - 8, 4)
            parts = [d.path([(one.right, y), (two.x - 1, y)], d.CLOCK if first.deadline else d.LINE)]
            rise = 15 if first.deadline else 7
            parts.append(d.stack(words, middle, y - rise - (len(words) - 1) * 13.75, 11, fill=d.SOFT))
            if first.deadline:
                parts.append(d.clock(middle - 4, y))
                lines = [*d.wrap(self.length(first.deadline), 11, lay.GAP - 4, 2), *articles(first.deadline)]
                parts.append(d.stack(lines, middle, y + 21, 10.5, fill=d.CLOCK))
            yield self.marked("".join(parts), [first, *(move for move in moves[1:] if move.deadline)])

    def _to_next_row(self, row: Row, following: Row) -> Iterator[str]:
        origin, to = row.stages[-1], following.stages[0]
        moves = self._between(origin, to)
        if not moves:
            return
        one, two = self.layout.boxes[origin], self.layout.boxes[to]
        y = row.bottom + row.down - 14
        x = one.x + 34
        timed = moves[0].deadline
        left = two.x - 20
        points = [(x, one.bottom), (x, y), (left, y), (left, two.centre), (two.x - 1, two.centre)]
        route = d.path(points, d.CLOCK if timed else d.LINE)
        words = self.timed_words(moves[0])
        middle = (x + two.middle) / 2
        if timed:
            label = d.timed_text(words, middle, y - 5, 11, d.CLOCK, anchor="middle")
        else:
            label = d.text(words, middle, y - 5, 11, fill=d.SOFT, halo=True)
        yield self.marked(route + label, moves[:1])

    def _above(self, row: Row) -> Iterator[str]:
        """Steps that stay (a loop at the corner of their box) and ways that pass over a stage."""
        for name in row.stages:
            loops = lay.loops_at(name, self.layout.moves)
            if loops:
                yield self._loop(name, loops)
        level = row.y - row.up + 26
        for move in lay.arcs_of(row.stages, self.layout.moves):
            if move.to in self.ends and move.deadline:
                continue
            one, two = self.layout.boxes[move.origin], self.layout.boxes[move.to]
            start, end = one.middle + 10, two.middle - 10
            timed = move.deadline is not None
            points = [(start, one.y), (start, level), (end, level), (end, two.y - 1)]
            words = self.timed_words(move)
            middle = (start + end) / 2
            if timed:
                label = d.timed_text(words, middle, level - 4, 11, d.CLOCK, anchor="middle")
            else:
                label = d.text(words, middle, level - 4, 11, fill=d.SOFT, halo=True)
            yield self.marked(d.path(points, d.CLOCK if timed else d.LINE, dash="5 3") + label, [move])
            level += 24

    def _loop(self, name: str, loops: list[Move]) -> str:
        box = self.layout.boxes[name]
        right = box.right - 12
        left, top = right - 26, box.y - 13
        timed = any(move.deadline for move in loops)
        colour = d.CLOCK if timed else d.LINE
        parts = [d.path([(left, box.y), (left, top), (right, top), (right, box.y - 1)], colour, radius=6)]
        lines = list({move.deadline.deadline: move.deadline for move in loops if move.deadline}.values())
        stop = ", " if self.language == "en" else "、"
        acts = stop.join(self.words(move.step) for move in loops)
        parts.append(d.text(acts, right + 10, top - 7, 10.5, fill=d.CLOCK if timed else d.SOFT, anchor="end"))
        for place, line in enumerate(lines):
            words = " ".join([self.words(line), self.length(line), *articles(line)])
            y = top - 21 - 14 * place
            parts.append(d.timed_text(words, right + 10, y, 10.5, d.CLOCK, anchor="end", left=lay.MARGIN))
        return self.marked("".join(parts), loops)

    def _port(self, name: str, side: str = "exit") -> float:
        """The next place along the lower edge of a box: exits from the right, other lines from the left."""
        box = self.layout.boxes[name]
        used = self._ports.get(f"{name} {side}", 0)
        self._ports[f"{name} {side}"] = used + 1
        return box.right - 16 - 15 * used if side == "exit" else box.x + 22 + 22 * used

    def _exits(self, row: Row) -> Iterator[str]:
        """One line per end of an application below the row, running to the lane on the right."""
        lanes = self.layout.lane
        for level, (end, moves) in enumerate(lay.buses_of(row.stages, self.layout.moves, lanes)):
            colour = COLOURS[self.procedure.stage_by_name[end].state][1]
            target = self.layout.boxes[end]
            dash = DASHES[lanes.index(end) % len(DASHES)]
            y = row.bottom + 16 + THIN * level
            gutter = target.x - 14 - THIN * (len(lanes) - 1 - lanes.index(end))
            origins = list(dict.fromkeys(move.origin for move in moves))
            ports = [self._port(origin) for origin in origins]
            parts = [d.path([(port, row.bottom), (port, y)], colour, arrow=False, dash=dash) for port in ports]
            points = [(min(ports), y), (gutter, y), (gutter, target.centre), (target.x - 1, target.centre)]
            parts.append(d.path(points, colour, dash=dash))
            parts += [d.dot(port, y, colour) for port in ports]
            timed = {move.origin for move in moves if move.deadline}
            clocks = [port for origin, port in zip(origins, ports, strict=True) if origin in timed]
            parts += [d.clock(port, row.bottom + 8, 6) for port in clocks]
            yield self.marked("".join(parts), moves)

    def _work_ends(self, row: Row) -> Iterator[str]:
        """How the work ends by itself: one line per step and deadline, from every stage at work to the end."""
        y = row.bottom + 18 + THIN * len(lay.buses_of(row.stages, self.layout.moves, self.layout.lane))
        groups = [
            group
            for group in lay.endings_of(row.stages, self.layout.moves, self.ends)
            if any(move.deadline or not self.layout.adjacent(move.origin, move.to) for move in group)
        ]
        for place, group in enumerate(groups):
            # The upper line comes in on the right, so that the words beside the lower one are crossed by none.
            yield self._ending(group, y + 10 + WORDED * place, 28 + 34 * (len(groups) - 1 - place))

    def _ending(self, group: list[Move], level: float, inset: float) -> str:
        target = self.layout.boxes[group[0].to]
        rise = target.x + inset
        ports: list[float] = []
        parts: list[str] = []
        for move in group:
            box = self.layout.boxes[move.origin]
            above = box.y < level
            port = self._port(move.origin) if above else box.middle + 30
            ports.append(port)
            parts.append(d.path([(port, box.bottom if above else box.y), (port, level)], d.LEAVE, arrow=False))
            parts.append(d.dot(port, level, d.LEAVE))
        parts.append(d.path([(min(ports), level), (rise, level), (rise, target.bottom + 1)], d.LEAVE))
        words = self.timed_words(group[0])
        if group[0].deadline:
            parts.append(d.timed_text(words, rise + 9, level + 4, 11, d.LEAVE))
        else:
            parts.append(d.text(words, rise + 9, level + 4, 11, fill=d.LEAVE, anchor="start", halo=True))
        return self.marked("".join(parts), group)

    def _below(self, row: Row) -> Iterator[str]:
        for name in self.layout.below:
            box = self.layout.boxes[name]
            into = [move for move in self.layout.moves if move.to == name and move.origin in row.stages]
            yield from (self._into_below(move, box) for move in into)
            words = list(dict.fromkeys(self.timed_words(move) for move in into if move.deadline))
            for place, line in enumerate(words):
                yield d.timed_text(line, box.middle, box.bottom + 18 + 15 * place, 11, d.LEAVE, anchor="middle")
            back = [move for move in self.layout.moves if move.origin == name and move.to in row.stages]
            for place, move in enumerate(move for move in back if move.to not in self.ends):
                yield self._back_from_below(move, box, place)

    def _into_below(self, move: Move, box: d.Box) -> str:
        one = self.layout.boxes[move.origin]
        port = self._port(move.origin, "down")
        side = -1 if port < box.middle else 1
        if box.x < port < box.right:
            points = [(port, one.bottom), (port, box.y - 1)]
        else:
            edge = box.x - 1 if side < 0 else box.right + 1
            points = [(port, one.bottom), (port, box.centre - 14), (edge, box.centre - 14)]
        return self.marked(d.path(points, d.LEAVE, dash="6 3"), [move])

    def _back_from_below(self, move: Move, box: d.Box, place: int) -> str:
        target = self.layout.boxes[move.to]
        port = self._port(move.to, "down")
        y = box.centre + 18 + 16 * place
        words = self.timed_words(move)
        route = d.path([(box.right, y), (port, y), (port, target.bottom + 1)], d.CLOCK if move.deadline else d.LINE)
        label = d.text(words, box.right + 8, y + 14, 11, fill=d.SOFT, anchor="start", halo=True)
        return self.marked(route + label, [move])

    def _elsewhere(self) -> Iterator[str]:
        """Ways that no line shows, said in words above the box they leave."""
        said: dict[str, int] = {}
        for move in self.layout.spoken:
            box = self.layout.boxes[move.origin]
            said[move.origin] = said.get(move.origin, 0) + 1
            to = self.words(self.procedure.stage_by_name[move.to])
            lifted = 40 if lay.loops_at(move.origin, self.layout.moves) else 0
            y = box.y - lifted - 14 * said[move.origin]
            words = f"{self.timed_words(move)} → {to}"
            if move.deadline:
                yield self.marked(d.timed_text(words, box.x, y, 10.5, d.CLOCK), [move])
            else:
                yield self.marked(d.text(words, box.x, y, 10.5, fill=d.SOFT, anchor="start", halo=True), [move])


def articles(line: Line) -> list[str]:
    """The first article that a line cites: enough for a picture, the table of steps has them all."""
    return re.split("[;；]", line.cite)[:1]
