"""Where everything of a life-cycle picture stands (版面): the moves of a procedure, and the place of each stage.

The main line runs in rows from left to right, up to the work, and the stages at work have the last row; stages without
pay lie below it, and the ends of an application are gathered in a lane on the right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from states.drawing import Box
from states.procedure import Procedure
from states.steps import Deadline, Stage, Step
from states.vocabulary import DeadlineKind, State

COLUMNS = 5
WIDTH, HEIGHT, GAP = 160.0, 88.0, 72.0
PITCH = WIDTH + GAP
MARGIN, HEAD = 36.0, 70.0
LANE_WIDTH = 184.0
#: between the lines that run below a row: a little where they need no words, more where they are labelled
THIN, WORDED = 12.0, 27.0


@dataclass(frozen=True, slots=True)
class Move:
    """One way from stage to stage (the same one for a step that stays); ``deadline`` when a period takes it."""

    step: Step
    origin: str
    to: str
    deadline: Deadline | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Stages side by side; ``y`` is the upper edge of their boxes, ``up`` and ``down`` the room above and below."""

    stages: tuple[str, ...]
    y: float
    up: float
    down: float

    @property
    def bottom(self) -> float:
        return self.y + HEIGHT


@dataclass(frozen=True, slots=True)
class Layout:
    rows: tuple[Row, ...]
    boxes: dict[str, Box]
    #: ends of an application, from top to bottom
    lane: tuple[str, ...]
    #: stages below the last row
    below: tuple[str, ...]
    moves: tuple[Move, ...]
    #: ways that no line shows: back to another row, for the most part
    spoken: tuple[Move, ...]
    #: the list of periods that remind or bar; without width where there are none
    reminders: Box
    width: float
    height: float

    def row_of(self, stage: str) -> int | None:
        return next((index for index, row in enumerate(self.rows) if stage in row.stages), None)

    def adjacent(self, origin: str, to: str) -> bool:
        """Whether ``to`` stands right after ``origin`` on the main line, be it at the start of the next row."""
        line = [stage for row in self.rows for stage in row.stages]
        return origin in line and to in line and line.index(to) == line.index(origin) + 1


def moves_of(procedure: Procedure) -> tuple[Move, ...]:
    """Every way that leads to a stage, and every step that a period takes, once for each such period."""
    return tuple(_moves(procedure))


def _moves(procedure: Procedure) -> Iterator[Move]:
    for step in procedure.steps:
        for origin in step.origin:
            lines = [
                line
                for line in procedure.deadlines_during[origin]
                if line.kind is DeadlineKind.ENFORCE and step.act in line.then
            ]
            for line in lines:
                yield Move(step, origin, step.to or origin, line)
            if not lines and step.to is not None:
                yield Move(step, origin, step.to)


def lay_out(procedure: Procedure) -> Layout:
    """The place of every stage of ``procedure``."""
    moves = moves_of(procedure)
    lines = _rows_of_stages(procedure)
    below = tuple(stage.stage for stage in procedure.stages if _beside(stage))
    lane = _lane(procedure, moves)
    spoken = [move for move in moves if not _has_a_line(move, lines, lane, below)]
    boxes: dict[str, Box] = {}
    rows: list[Row] = []
    y = HEAD
    for index, names in enumerate(lines):
        up = room_above(names, moves, spoken)
        down = room_below(names, moves, lane, is_last=index == len(lines) - 1)
        row = Row(names, y + up, up, down)
        rows.append(row)
        boxes |= {name: Box(MARGIN + column * PITCH, row.y, WIDTH, HEIGHT) for column, name in enumerate(names)}
        y = row.bottom + down
    columns = max(len(row.stages) for row in rows)
    lane_x = MARGIN + columns * PITCH - GAP + 34 + THIN * len(lane)
    boxes |= _lane_boxes(lane, moves, lane_x, rows[0].y)
    boxes |= _boxes_below(below, moves, boxes, y)
    right = lane_x + LANE_WIDTH if lane else MARGIN + columns * PITCH - GAP
    reminders = _room_for_reminders(procedure, boxes[rows[-1].stages[-1]], [boxes[name] for name in below], right, y)
    bottom = max(reminders.bottom, *(box.bottom + (34 if name in below else 0) for name, box in boxes.items()))
    width, height = right + MARGIN, bottom + 66
    return Layout(tuple(rows), boxes, lane, below, moves, tuple(spoken), reminders, width, height)


def _lane(procedure: Procedure, moves: tuple[Move, ...]) -> tuple[str, ...]:
    """The ends of an application, those that are reached from the fewest stages first: so their lines cross least."""
    ends = [stage.stage for stage in procedure.stages if stage.final and stage.state is not State.DISMISSED]
    return tuple(sorted(ends, key=lambda end: len({move.origin for move in moves if move.to == end})))


def _beside(stage: Stage) -> bool:
    return stage.pay_stopped and not stage.final


def _rows_of_stages(procedure: Procedure) -> list[tuple[str, ...]]:
    """Stages before the work in rows of equal length, at most five; then the work and its end in one row."""
    main = [stage for stage in procedure.stages if not stage.final and not _beside(stage)]
    ends = [stage.stage for stage in procedure.stages if stage.state is State.DISMISSED]
    work = next((index for index, stage in enumerate(main) if stage.at_work), len(main))
    before = [stage.stage for stage in main[:work]]
    size = ceil(len(before) / max(1, ceil(len(before) / COLUMNS)))
    rows = [tuple(before[start : start + size]) for start in range(0, len(before), size or 1)]
    last = tuple(stage.stage for stage in main[work:]) + tuple(ends)
    return [row for row in (*rows, last) if row]


def loops_at(stage: str, moves: tuple[Move, ...]) -> list[Move]:
    return [move for move in moves if move.origin == move.to == stage]


def arcs_of(names: tuple[str, ...], moves: tuple[Move, ...]) -> list[Move]:
    """Ways within a row that pass over a stage or lead back."""
    found: dict[tuple[str, str], Move] = {}
    for move in moves:
        if move.origin in names and move.to in names and names.index(move.to) - names.index(move.origin) not in (0, 1):
            found.setdefault((move.origin, move.to), move)
    return list(found.values())


def buses_of(names: tuple[str, ...], moves: tuple[Move, ...], to: tuple[str, ...]) -> list[tuple[str, list[Move]]]:
    """Ways from a row to each end in ``to``, gathered in one line per end."""
    found = [(end, [move for move in moves if move.origin in names and move.to == end]) for end in to]
    return [(end, moves) for end, moves in found if moves]


def endings_of(names: tuple[str, ...], moves: tuple[Move, ...], ends: frozenset[str]) -> list[list[Move]]:
    """Ways to the end of the work, gathered in one line per step and deadline."""
    found: dict[tuple[str, str, str], list[Move]] = {}
    for move in moves:
        if move.to in ends and move.to in names and move.origin != move.to:
            line = move.deadline.deadline if move.deadline else ""
            found.setdefault((move.to, line, move.step.act), []).append(move)
    return list(found.values())


def room_above(names: tuple[str, ...], moves: tuple[Move, ...], spoken: list[Move]) -> float:
    loops = any(loops_at(name, moves) for name in names)
    over = [move for move in arcs_of(names, moves) if not _ends_work(move, names)]
    said = max(sum(move.origin == name for move in spoken) for name in names)
    return 20 + (44 if loops else 0) + 24 * len(over) + 14 * said


def _has_a_line(move: Move, rows: list[tuple[str, ...]], lane: tuple[str, ...], below: tuple[str, ...]) -> bool:
    """Whether a way runs where lines are drawn: along a row, to the next one, to the lane, or to and from below."""
    line = [stage for row in rows for stage in row]
    if move.origin == move.to or (move.to in lane and move.origin in line):
        return move.origin in line
    if move.to in below or move.origin in below:
        return rows[-1].count(move.origin) + rows[-1].count(move.to) > 0
    same = any(move.origin in row and move.to in row for row in rows)
    return same or (move.to in line and line.index(move.to) == line.index(move.origin) + 1)


def room_below(names: tuple[str, ...], moves: tuple[Move, ...], lane: tuple[str, ...], *, is_last: bool) -> float:
    exits = THIN * len(buses_of(names, moves, lane))
    if is_last:
        return 24 + exits + WORDED * len(endings_of(names, moves, frozenset(names[-1:])))
    return 44 + exits


def _ends_work(move: Move, names: tuple[str, ...]) -> bool:
    return move.to == names[-1] and move.deadline is not None


def entries(stage: str, moves: tuple[Move, ...]) -> list[Move]:
    """The different steps and deadlines that lead to an end."""
    found: dict[tuple[str, str], Move] = {}
    for move in moves:
        if move.to == stage and move.origin != stage:
            found.setdefault((move.step.act, move.deadline.deadline if move.deadline else ""), move)
    return list(found.values())


def _lane_boxes(lane: tuple[str, ...], moves: tuple[Move, ...], x: float, y: float) -> dict[str, Box]:
    boxes: dict[str, Box] = {}
    for name in lane:
        lines = sum(2 if move.deadline else 1 for move in entries(name, moves))
        boxes[name] = Box(x, y, LANE_WIDTH, 44 + 16 * lines)
        y = boxes[name].bottom + 30
    return boxes


def _room_for_reminders(procedure: Procedure, last: Box, below: list[Box], right: float, y: float) -> Box:
    """Beside what lies below the last row, in as many columns as there is room for."""
    told = sum(line.kind is not DeadlineKind.ENFORCE for line in procedure.deadlines)
    left = max([last.x - 40, *(box.right + 120 for box in below)])
    columns = reminder_columns(right - left, told)
    return Box(left, y + 4, right - left, 44 + 36 * ceil(told / columns)) if told else Box(left, y, 0, 0)


def reminder_columns(width: float, told: int) -> int:
    return max(1, min(told, int((width - 20) // 215)))


def _boxes_below(below: tuple[str, ...], moves: tuple[Move, ...], boxes: dict[str, Box], y: float) -> dict[str, Box]:
    """Each under the middle of the stages that lead to it, and never on top of one another."""
    placed: dict[str, Box] = {}
    free_from = MARGIN + 40
    for name in below:
        origins = [boxes[move.origin].middle for move in moves if move.to == name and move.origin in boxes]
        middle = (min(origins) + max(origins)) / 2 if origins else free_from + WIDTH / 2
        # left of the middle, so that there is room to come in from both sides
        x = max(free_from, middle - WIDTH / 2 - 56)
        placed[name] = Box(x, y + 12, WIDTH, HEIGHT)
        free_from = x + WIDTH + GAP
    return placed
