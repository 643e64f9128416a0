"""Tables of the heart, one file a thing. Written by the SQL functions of the migrations and by actions; CHECKs repeat the rules."""

from pendopo.applications.models.appeals import Appeal
from pendopo.applications.models.application import Application, Step
from pendopo.applications.models.automatic import AutoDecision, RuleStanding
from pendopo.applications.models.clock import DeadlineWarning, MovedDeadline, Recount
from pendopo.applications.models.groups import GroupFiling, GroupRow
from pendopo.applications.models.part import Part
from pendopo.applications.models.register import RegisterWait
from pendopo.applications.models.submission import Submission

__all__ = [
    "Appeal", "Application", "AutoDecision", "DeadlineWarning", "GroupFiling", "GroupRow", "MovedDeadline", "Part", "Recount",
    "RegisterWait", "RuleStanding", "Step", "Submission",
]  # fmt: skip
