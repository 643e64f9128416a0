"""The index of satisfaction, by the law's own figures. No database."""

from decimal import Decimal
from itertools import repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pendopo.feedback.api import ELEMENTS, grade, satisfaction_index
from pendopo.feedback.rules import check_scores
from pendopo.kernel.errors import Denied

ANSWERS = st.lists(
    st.fixed_dictionaries({element: st.integers(1, 4) for element in ELEMENTS}), min_size=1, max_size=30
)


def same(score: int) -> dict[str, int]:
    return dict(zip(ELEMENTS, repeat(score), strict=False))


@pytest.mark.parametrize(
    ("answers", "index", "letter"),
    [
        ([same(4)], "100.00", "A"),
        ([same(3)], "75.00", "C"),
        ([same(2)], "50.00", "D"),
        ([same(1)], "25.00", "D"),
        ([same(3), same(4)], "87.50", "B"),
        ([same(4) | {"fee": 1}], "91.67", "A"),
        ([same(3) | {"fee": 4}], "77.78", "B"),
        ([same(3) | {"fee": 4}, same(3), same(3)], "75.93", "C"),
    ],
)
def test_index_and_grade(answers: list[dict[str, int]], index: str, letter: str) -> None:
    found = satisfaction_index(answers)
    assert found == Decimal(index)
    assert grade(found) == letter


@pytest.mark.parametrize(
    ("index", "letter"),
    [
        ("100.00", "A"), ("88.31", "A"), ("88.30", "B"), ("76.61", "B"), ("76.60", "C"), ("65.00", "C"), ("64.99", "D"),
        ("25.00", "D"),
    ],
)  # fmt: skip
def test_the_bounds_of_the_grades(index: str, letter: str) -> None:
    assert grade(Decimal(index)) == letter


def test_nobody_asked_is_no_index() -> None:
    assert satisfaction_index([]) is None


@given(ANSWERS)
def test_the_index_lies_between_25_and_100_whatever_the_order(answers: list[dict[str, int]]) -> None:
    index = satisfaction_index(answers)
    assert index is not None
    assert Decimal(25) <= index <= Decimal(100)
    assert index == satisfaction_index(reversed(answers))
    assert -index.as_tuple().exponent == 2


@pytest.mark.parametrize(
    ("scores", "code"),
    [
        ({}, "survey_incomplete"),
        (same(3) | {"lain": 3}, "survey_incomplete"),
        (same(3) | {"fee": 0}, "survey_score"),
        (same(3) | {"fee": 5}, "survey_score"),
    ],
)
def test_scores_are_complete_and_in_range(scores: dict[str, int], code: str) -> None:
    check_scores(same(3))
    with pytest.raises(Denied) as refused:
        check_scores(scores)
    assert refused.value.code == code
