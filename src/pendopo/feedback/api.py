"""What people say afterwards: the door of the module."""

from pendopo.feedback.actions import answer_survey
from pendopo.feedback.queries import index_of, is_answered
from pendopo.feedback.rules import ELEMENTS, grade, satisfaction_index

__all__ = ["ELEMENTS", "answer_survey", "grade", "index_of", "is_answered", "satisfaction_index"]
