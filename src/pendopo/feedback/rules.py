"""The public satisfaction survey (SKM): nine elements, answers 1 to 4, the index (IKM). Pure.

Source: PermenPANRB 14/2017. The weight is exactly 1/9; printed reports round it to 0.11 or 0.111.
"""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

from pendopo.kernel.errors import Denied

ELEMENTS: Final = (
    "requirements", "procedure", "time", "fee", "product", "competence", "behaviour", "complaints", "facilities",
)  # fmt: skip
"""Keyed by slug: the law's list and its own questionnaire disagree on the order of the last two."""

LOWEST, HIGHEST = 1, 4
_GRADES: Final = ((Decimal("88.31"), "A"), (Decimal("76.61"), "B"), (Decimal("65.00"), "C"))


def check_scores(scores: Mapping[str, int]) -> None:
    """Raises: Denied("survey_incomplete" | "survey_score")."""
    if set(scores) != set(ELEMENTS):
        raise Denied("survey_incomplete")
    if any(not LOWEST <= score <= HIGHEST for score in scores.values()):
        raise Denied("survey_score")


def satisfaction_index(answers: Iterable[Mapping[str, int]]) -> Decimal | None:
    """IKM, 25.00 to 100.00, rounded half up to two decimals; None when nobody has answered."""
    rows = list(answers)
    if not rows:
        return None
    means = [Fraction(sum(row[element] for row in rows), len(rows)) for element in ELEMENTS]
    index = sum(means, Fraction()) / len(ELEMENTS) * 25
    exact = Decimal(index.numerator) / Decimal(index.denominator)
    return exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def grade(index: Decimal) -> str:
    """A, B, C or D; the law's intervals have gaps, so the lower bounds decide."""
    for bound, letter in _GRADES:
        if index >= bound:
            return letter
    return "D"
