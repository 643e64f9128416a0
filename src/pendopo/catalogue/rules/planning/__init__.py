"""Planning: from a goal to an ordered set of applications. Pure; the door is ``plan``."""

from pendopo.catalogue.rules.planning.atlas import Ask, Atlas, Need, Node, node_of
from pendopo.catalogue.rules.planning.deciding import plan
from pendopo.catalogue.rules.planning.goals import (
    Chosen,
    Competence,
    Fault,
    FinderQuestion,
    Goal,
    Option,
    choose,
    combinations,
    competences_of,
    faults,
    goals_of,
)
from pendopo.catalogue.rules.planning.shapes import (
    NOTHING,
    Held,
    HeldPaper,
    Holdings,
    How,
    Plan,
    PlannedDocument,
    PlannedFee,
    PlannedService,
    Question,
)

__all__ = [
    "NOTHING",
    "Ask",
    "Atlas",
    "Chosen",
    "Competence",
    "Fault",
    "FinderQuestion",
    "Goal",
    "Held",
    "HeldPaper",
    "Holdings",
    "How",
    "Need",
    "Node",
    "Option",
    "Plan",
    "PlannedDocument",
    "PlannedFee",
    "PlannedService",
    "Question",
    "choose",
    "combinations",
    "competences_of",
    "faults",
    "goals_of",
    "node_of",
    "plan",
]
