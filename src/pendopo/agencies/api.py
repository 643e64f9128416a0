"""Staff of agencies and the registries that agencies keep: the door of the module."""

from pendopo.agencies.actions import appoint_deputy, employ, end_deputy, fill_from_dukcapil
from pendopo.agencies.queries import (
    ANYWHERE,
    STANDING,
    Absence,
    Colleague,
    Holder,
    Signatory,
    account,
    actor_of,
    actor_of_staff,
    colleagues,
    holders_of,
    list_absences,
    list_colleagues,
    signatory_of,
    signatory_of_account,
)

__all__ = [
    "ANYWHERE", "STANDING", "Absence", "Colleague", "Holder", "Signatory", "account", "actor_of", "actor_of_staff", "appoint_deputy",
    "colleagues", "employ", "end_deputy", "fill_from_dukcapil", "holders_of", "list_absences", "list_colleagues", "signatory_of",
    "signatory_of_account",
]  # fmt: skip
