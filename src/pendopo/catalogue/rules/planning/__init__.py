"""Planning: from a goal to an ordered set of applications. Pure; the door is ``plan``."""

from pendopo.catalogue.rules.planning.atlas import Ask, Atlas, Need, Node, node_of
from pendopo.catalogue.rules.planning.competence import (
    Competence,
    competences_of,
    competent,
    competent_for,
)
from pendopo.catalogue.rules.planning.deciding import HAS, LACKS, names_in_list, plan
from pendopo.catalogue.rules.planning.drawing import Picture, draw
from pendopo.catalogue.rules.planning.goals import (
    Chosen,
    Fault,
    FinderQuestion,
    Goal,
    Option,
    choose,
    combinations,
    faults,
    goals_of,
    matching,
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
from pendopo.catalogue.rules.planning.sparing import Told, all_before, told_of

__all__ = [
    "HAS",
    "LACKS",
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
    "Picture",
    "Plan",
    "PlannedDocument",
    "PlannedFee",
    "PlannedService",
    "Question",
    "Told",
    "all_before",
    "choose",
    "combinations",
    "competences_of",
    "competent",
    "competent_for",
    "draw",
    "faults",
    "goals_of",
    "matching",
    "names_in_list",
    "node_of",
    "plan",
    "told_of",
]
