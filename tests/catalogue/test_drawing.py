"""A plan's picture can be followed with a finger: lines pass no box, and no two parts share a stretch of the way."""

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import settings as checked
from hypothesis import strategies as st

from pendopo.catalogue.rules import planning
from pendopo.catalogue.rules.planning import Atlas, Picture
from pendopo.catalogue.rules.planning.drawing import BOX, direct
from tests.catalogue.test_planning import catalogues, planned

Point = tuple[int, int]


def drawn(case: tuple[Atlas, list[str]], a_row: int) -> tuple[Picture, int]:
    """A picture of a random plan, and how many lines it must have."""
    made = planned(case[0], *case[1])
    names = {part.service_id: part.name for part in made.parts}
    return planning.draw(made.parts, names, a_row=a_row), len(direct(made.parts))


@checked(max_examples=80, deadline=None)
@given(catalogues(), st.sampled_from([1, 2, 5]))
def test_lines_run_where_no_box_is(case: tuple[Atlas, list[str]], a_row: int) -> None:
    picture, count = drawn(case, a_row)
    assert len(picture.lines) == count
    for line in picture.lines:
        assert all(0 <= x <= picture.width and 0 <= y <= picture.height for x, y in line.points)
        for one, two in pairwise(line.points):
            assert one[0] == two[0] or one[1] == two[1]
            assert not any(crosses(one, two, box.x, box.y) for box in picture.boxes)


def crosses(one: Point, two: Point, x: int, y: int) -> bool:
    """True when a stretch runs through the inside of a box."""
    beside = max(one[0], two[0]) <= x or min(one[0], two[0]) >= x + BOX[0]
    return not beside and max(one[1], two[1]) > y and min(one[1], two[1]) < y + BOX[1]


@checked(max_examples=80, deadline=None)
@given(catalogues(), st.sampled_from([1, 2, 5]))
def test_two_parts_never_share_a_track_or_a_lane(case: tuple[Atlas, list[str]], a_row: int) -> None:
    picture, _count = drawn(case, a_row)
    stretches = {
        (line.points[0], one, two)
        for line in picture.lines
        for one, two in pairwise(line.points[1:-1])
        if one != two
    }
    for (source, *one), (other, *two) in combinations(stretches, 2):
        assert source == other or not on_each_other(one, two)


def on_each_other(one: list[Point], two: list[Point]) -> bool:
    """True when two stretches lie on the same line and touch."""
    for way, across in ((0, 1), (1, 0)):
        if len({point[across] for point in (*one, *two)}) == 1:
            begin, end = sorted(point[way] for point in one)
            begin2, end2 = sorted(point[way] for point in two)
            return begin <= end2 and begin2 <= end
    return False


@checked(max_examples=20, deadline=None)
@given(catalogues())
def test_on_a_phone_the_boxes_stand_below_each_other(case: tuple[Atlas, list[str]]) -> None:
    picture, _count = drawn(case, 1)
    assert len({box.x for box in picture.boxes}) == 1
    assert len({box.y for box in picture.boxes}) == len(picture.boxes)
