"""What people say afterwards: the door of the module."""

from pendopo.feedback.actions import answer_survey
from pendopo.feedback.queries import SURVEY_DAYS, index_of, indexes_by_agency, is_answered
from pendopo.feedback.rules import ELEMENTS, grade, satisfaction_index

__all__ = [
    "ELEMENTS", "SURVEY_DAYS", "answer_survey", "grade", "index_of", "indexes_by_agency", "is_answered", "satisfaction_index",
]  # fmt: skip
