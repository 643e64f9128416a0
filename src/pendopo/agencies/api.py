"""Staff of agencies and the registries that agencies keep: the door of the module."""

from pendopo.agencies.actions import (
    appoint_deputy,
    employ,
    end_deputy,
    fill_from_dukcapil,
    keep_business,
    link_from_oss,
)
from pendopo.agencies.queries import (
    ACCOUNT,
    ANYWHERE,
    STAFF_SQL,
    STANDING,
    Absence,
    Colleague,
    Holder,
    Signatory,
    account,
    account_from,
    actor_of,
    actor_of_staff,
    ask_oss_about,
    colleagues,
    holders_of,
    list_absences,
    list_colleagues,
    signatory_of,
    signatory_of_account,
    staff_from,
)
from pendopo.agencies.rules import Registered

__all__ = [
    "ACCOUNT", "ANYWHERE", "STAFF_SQL", "STANDING", "Absence", "Colleague", "Holder", "Registered", "Signatory", "account",
    "account_from", "actor_of", "actor_of_staff", "appoint_deputy", "ask_oss_about", "colleagues", "employ", "end_deputy",
    "fill_from_dukcapil", "holders_of", "keep_business", "link_from_oss", "list_absences", "list_colleagues", "signatory_of",
    "signatory_of_account", "staff_from",
]  # fmt: skip
