"""Where the boxes and lines of a plan's picture stand: waves from top to bottom, what waits for what, nothing overlapping.

Lines run only where no box is: down into the gutter below a row, along it, and past further rows in a lane beside them. Each part has
one line out, which branches; two parts never share a track of a gutter or a lane. Units: pixels of the drawing. Leaves out words and
colours.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Final

from pendopo.catalogue.rules.forms import even_parts
from pendopo.catalogue.rules.planning.shapes import PlannedService

BOX: Final = (204, 96)  # width, height
SPACE: Final = 18  # between boxes of a row
TRACK: Final = 9  # between lines beside each other
GUTTER: Final = 26  # between rows, before tracks
EDGE: Final = 4
LETTERS_A_LINE: Final = 22
LINES: Final = 3
A_ROW: Final = 5
"""Boxes beside each other on a desktop; on a phone it is one."""


@dataclass(frozen=True, slots=True)
class Box:
    """One part: where it stands, and its name cut into lines."""

    part: PlannedService
    x: int
    y: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """From a part to one that waits for it, as an SVG path. ``critical``: a day lost on the way is lost for the plan.

    ``points`` are its corners, for whoever wants to check where it runs.
    """

    path: str
    critical: bool
    points: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """The whole drawing."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def draw(parts: Sequence[PlannedService], names: Mapping[str, str], *, a_row: int = A_ROW) -> Picture:
    """Lay out the parts of a plan; ``names`` by service in the reader's language. Parts come in the order of their waves."""
    edges = direct(parts)
    rows = _rows(parts, edges, a_row)
    return _Drawing(rows, edges).picture({part.service_id: part for part in parts}, names)


def direct(parts: Iterable[PlannedService]) -> list[tuple[str, str]]:
    """(earlier, later) without those that follow from others: a waits for b and c, b for c: the line c-a says nothing new."""
    before: dict[str, set[str]] = {}
    found = []
    for part in parts:
        before[part.service_id] = set(part.needs).union(*(before[need] for need in part.needs))
        found += [
            (need, part.service_id)
            for need in part.needs
            if not any(need in before[other] for other in part.needs if other != need)
        ]
    return found


def _rows(parts: Sequence[PlannedService], edges: Sequence[tuple[str, str]], a_row: int) -> list[list[str]]:
    """Parts by row: a wave is a row or several; who waits stands under whom it waits for, so that fewer lines cross."""
    place: dict[str, float] = {}
    rows: list[list[str]] = []
    for wave in sorted({part.wave for part in parts}):
        below = [part.service_id for part in parts if part.wave == wave]
        above = {name: [place[early] for early, late in edges if late == name] for name in below}
        below.sort(key=lambda name: sum(above[name]) / len(above[name]) if above[name] else 0.0)
        for row in even_parts(below, a_row):
            place |= {name: index - (len(row) - 1) / 2 for index, name in enumerate(row)}
            rows.append(row)
    return rows


class _Drawing:
    """The lines of a picture while they are laid: first which way, then how much room, then where."""

    def __init__(self, rows: list[list[str]], edges: Sequence[tuple[str, str]]) -> None:
        self.rows = rows
        self.edges = edges
        self.row = {name: index for index, names in enumerate(rows) for name in names}
        self.outs: dict[str, list[str]] = {}
        for early, late in edges:
            self.outs.setdefault(early, []).append(late)
        self.far = {
            early: max(self.row[late] for late in lates)
            for early, lates in self.outs.items()
            if any(self.row[late] > self.row[early] + 1 for late in lates)
        }
        self._lay_lanes()
        self._place_boxes()
        self._place_ends()
        self._lay_tracks()

    def _lay_lanes(self) -> None:
        """Which lane beside the rows each far-reaching line takes; the left half leaves to the left where there is a choice."""
        wide = max(map(len, self.rows), default=1) > 1
        self.lane: dict[str, tuple[int, int]] = {}
        for side in (-1, 1):
            mine = [name for name in self.far if (self._leans_left(name) if wide else False) is (side < 0)]
            spans = {name: (self.row[name], self.far[name]) for name in mine}
            self.lane |= {name: (side, number) for name, number in _lanes(spans).items()}

    def _leans_left(self, name: str) -> bool:
        row = self.rows[self.row[name]]
        return row.index(name) < len(row) / 2 - 0.5

    def _place_boxes(self) -> None:
        lanes = {side: [n for s, n in self.lane.values() if s == side] for side in (-1, 1)}
        left = EDGE + TRACK * (max(lanes[-1], default=-1) + 1)
        widest = max(map(len, self.rows), default=0)
        body = widest * BOX[0] + max(widest - 1, 0) * SPACE
        self.width = left + body + TRACK * (max(lanes[1], default=-1) + 1) + EDGE
        self.x = {}
        for names in self.rows:
            x = left + (body - len(names) * BOX[0] - (len(names) - 1) * SPACE) // 2
            for name in names:
                self.x[name] = x
                x += BOX[0] + SPACE
        self.lane_x = {
            name: left - TRACK * (number + 1) + EDGE
            if side < 0
            else left + body + TRACK * (number + 1) - EDGE
            for name, (side, number) in self.lane.items()
        }

    def _out(self, name: str) -> int:
        return self.x[name] + BOX[0] // 2

    def _place_ends(self) -> None:
        """Where each line arrives: side by side on top of the box, in the order they come from."""
        self.end: dict[tuple[str, str], int] = {}
        for late in self.row:
            earlies = [early for early, other in self.edges if other == late]
            earlies.sort(key=lambda early: self._comes_from(early, late))
            taken = {self._out(name) for name in self.rows[self.row[late] - 1]} if self.row[late] else set()
            for place, early in enumerate(earlies, 1):
                x = self.x[late] + BOX[0] * place // (len(earlies) + 1)
                straight = self._out(early) if self.row[late] == self.row[early] + 1 else None
                near = {other for other in taken if other != straight and abs(other - x) < TRACK}
                self.end[early, late] = x + TRACK if near else x

    def _comes_from(self, early: str, late: str) -> int:
        return self.lane_x[early] if self.row[late] > self.row[early] + 1 else self._out(early)

    def _lay_tracks(self) -> None:
        """Which track of which gutter each line takes, and how high the gutters must be. Gutter n lies below row n."""
        spans: dict[int, dict[str, list[int]]] = {}
        for early, late in self.edges:
            last = self.row[late] - 1
            own = spans.setdefault(self.row[early], {}).setdefault(early, [self._out(early)])
            if last > self.row[early]:
                own.append(self.lane_x[early])
                spans.setdefault(last, {}).setdefault(early, [self.lane_x[early]]).append(
                    self.end[early, late]
                )
            else:
                own.append(self.end[early, late])
        self.track: dict[tuple[int, str], int] = {}
        self.y, y = [], EDGE
        for number in range(len(self.rows)):
            reach = {name: (min(xs) - TRACK, max(xs) + TRACK) for name, xs in spans.get(number, {}).items()}
            tracks = _lanes(reach)
            self.y.append(y)
            for name, track in tracks.items():
                self.track[number, name] = y + BOX[1] + GUTTER // 2 + TRACK * track
            y += BOX[1] + GUTTER + TRACK * max(max(tracks.values(), default=0), 1)
        self.height = (self.y[-1] + BOX[1] + EDGE) if self.y else 0

    def points(self, early: str, late: str) -> tuple[tuple[int, int], ...]:
        """The corners of one line."""
        first, last = self.row[early], self.row[late] - 1
        out, end, top = self._out(early), self.end[early, late], self.y[self.row[late]]
        track = self.track[first, early]
        start = [(out, self.y[first] + BOX[1]), (out, track)]
        if last > first:
            lane, below = self.lane_x[early], self.track[last, early]
            start += [(lane, track), (lane, below)]
            track = below
        return (*start, (end, track), (end, top))

    def picture(self, parts: Mapping[str, PlannedService], names: Mapping[str, str]) -> Picture:
        """Everything where it belongs; what decides the end is drawn last, on top."""
        boxes = tuple(
            Box(parts[name], self.x[name], self.y[row], _lines(names[name])) for name, row in self.row.items()
        )
        lines = [
            _line(self.points(early, late), _is_critical(parts[early], parts[late]))
            for early, late in self.edges
        ]
        return Picture(self.width, self.height, boxes, tuple(sorted(lines, key=lambda line: line.critical)))


def _lanes(spans: Mapping[str, tuple[int, int]]) -> dict[str, int]:
    """The least number of lanes such that two spans that touch never share one."""
    ends: list[int] = []
    found = {}
    for name, (begin, end) in sorted(spans.items(), key=lambda item: item[1]):
        lane = next((number for number, last in enumerate(ends) if last < begin), len(ends))
        ends[lane : lane + 1] = [end]
        found[name] = lane
    return found


def _is_critical(early: PlannedService, late: PlannedService) -> bool:
    return early.critical and late.critical and early.ends == late.begins


def _line(points: tuple[tuple[int, int], ...], critical: bool) -> Line:
    (x, y), *rest = points
    corners = "".join(f"L{a} {b}" for a, b in rest)
    end_x, end_y = points[-1]
    arrow = f"M{end_x - 5} {end_y - 8}L{end_x} {end_y - 1}L{end_x + 5} {end_y - 8}"
    return Line(f"M{x} {y}{corners}{arrow}", critical, points)


def _lines(name: str) -> tuple[str, ...]:
    lines = wrap(name, LETTERS_A_LINE)
    if len(lines) > LINES:
        lines = [*lines[: LINES - 1], f"{lines[LINES - 1][: LETTERS_A_LINE - 1].rstrip()}…"]
    return tuple(lines)
