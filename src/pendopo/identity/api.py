"""People, businesses, facts and consent: the door of the module.

Who acts is an ``Actor``; what is known of a person is ``facts_of``; what they allowed is ``has_consent``. Only ``nik_of`` hands out a NIK.
"""

from pendopo.identity.actions import (
    give_consent,
    note_access,
    open_account,
    record_facts,
    register_business,
    register_person,
    seal,
    withdraw_consent,
)
from pendopo.identity.models import User
from pendopo.identity.queries import (
    KnownFact,
    actor_of_person,
    digest,
    facts_of,
    get_business,
    get_person,
    has_consent,
    list_accesses,
    list_businesses,
    list_consents,
    names_of,
    nik_of,
    person_of_user,
    unseal,
)
from pendopo.identity.rules import PUBLIC, SYSTEM, Actor, ActorKind, NikReading, Role, mask_nik, read_nik

__all__ = [
    "PUBLIC",
    "SYSTEM",
    "Actor",
    "ActorKind",
    "KnownFact",
    "NikReading",
    "Role",
    "User",
    "actor_of_person",
    "digest",
    "facts_of",
    "get_business",
    "get_person",
    "give_consent",
    "has_consent",
    "list_accesses",
    "list_businesses",
    "list_consents",
    "mask_nik",
    "names_of",
    "nik_of",
    "note_access",
    "open_account",
    "person_of_user",
    "read_nik",
    "record_facts",
    "register_business",
    "register_person",
    "seal",
    "unseal",
    "withdraw_consent",
]
