"""Where the boxes and lines of a plan's picture stand: waves from top to bottom, what waits for what, nothing overlapping.

Units: pixels of the drawing. Leaves out words and colours.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Final

from pendopo.catalogue.rules.forms import even_parts
from pendopo.catalogue.rules.planning.shapes import PlannedService

BOX: Final = (204, 96)  # width, height
GAP: Final = (18, 46)
A_ROW: Final = 5
EDGE: Final = 4
LETTERS_A_LINE: Final = 22
LINES: Final = 3


@dataclass(frozen=True, slots=True)
class Box:
    """One part: where it stands, and its name cut into lines."""

    part: PlannedService
    x: int
    y: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """From a part to one that waits for it, as an SVG path. ``critical``: a day lost on the way is lost for the plan."""

    path: str
    critical: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """The whole drawing."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def draw(parts: Sequence[PlannedService], names: Mapping[str, str]) -> Picture:
    """Lay out the parts of a plan; ``names`` by service in the reader's language. Parts come in the order of their waves."""
    width = A_ROW * BOX[0] + (A_ROW - 1) * GAP[0] + 2 * EDGE
    boxes: dict[str, Box] = {}
    y = EDGE
    for wave in sorted({part.wave for part in parts}):
        below = [part for part in parts if part.wave == wave]
        below.sort(key=lambda part: _middle(part, boxes))  # stands under what it waits for: fewer lines cross
        by_id = {part.service_id: part for part in below}
        for row in even_parts(list(by_id), A_ROW):
            x = (width - len(row) * BOX[0] - (len(row) - 1) * GAP[0]) // 2
            for service_id in row:
                boxes[service_id] = Box(by_id[service_id], x, y, _lines(names[service_id]))
                x += BOX[0] + GAP[0]
            y += BOX[1] + GAP[1]
    lines = tuple(_line(boxes[early], boxes[late]) for early, late in direct(parts))
    return Picture(width, max(y - GAP[1] + EDGE, 0), tuple(boxes.values()), lines)


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


def _middle(part: PlannedService, boxes: Mapping[str, Box]) -> float:
    above = [boxes[need].x for need in part.needs if need in boxes]
    return sum(above) / len(above) if above else 0.0


def _lines(name: str) -> tuple[str, ...]:
    lines = wrap(name, LETTERS_A_LINE)
    if len(lines) > LINES:
        lines = [*lines[: LINES - 1], f"{lines[LINES - 1][: LETTERS_A_LINE - 1].rstrip()}…"]
    return tuple(lines)


def _line(early: Box, late: Box) -> Line:
    x1, y1, x2, y2 = early.x + BOX[0] // 2, early.y + BOX[1], late.x + BOX[0] // 2, late.y
    bend = GAP[1] // 2 + 4
    critical = early.part.critical and late.part.critical and early.part.ends == late.part.begins
    return Line(f"M{x1} {y1}C{x1} {y1 + bend} {x2} {y2 - bend} {x2} {y2}", critical)
