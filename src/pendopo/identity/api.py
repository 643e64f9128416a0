"""People, businesses, mandates, facts and consent: the door of the module.

Who acts is an ``Actor``; for whom, and how far, ``acting_for`` and ``check_mandate``; what is known of a person is ``facts_of``; what they
allowed is ``has_consent``. Only ``nik_of`` hands out a NIK.
"""

from pendopo.identity.actions import (
    accept_mandate,
    give_consent,
    give_mandate,
    look_up_person,
    note_access,
    open_account,
    record_facts,
    record_mandate,
    register_business,
    register_people,
    register_person,
    revoke_mandate,
    seal,
    seal_bytes,
    seal_value,
    withdraw_consent,
)
from pendopo.identity.models import Business, Mandate, User
from pendopo.identity.queries import (
    STANDS_FOR,
    KnownFact,
    acting_for,
    actor_of_person,
    check_mandate,
    code_of,
    digest,
    facts_of,
    find_offer,
    get_business,
    get_mandate,
    get_person,
    has_consent,
    list_accesses,
    list_businesses,
    list_consents,
    list_mandates_given,
    list_mandates_held,
    name_of_ref,
    names_of,
    nik_of,
    person_of_user,
    principal_of,
    represents,
    stand_for_mandate,
    stand_for_visit,
    unseal,
    unseal_bytes,
)
from pendopo.identity.rules import (
    COUNTER_MINUTES,
    EVERYTHING,
    LONGEST_DAYS,
    PUBLIC,
    SEALED,
    SYSTEM,
    Actor,
    ActorKind,
    Matter,
    NikReading,
    Role,
    check_mandated,
    counter_reach,
    covers,
    mask_nik,
    read_nik,
)

__all__ = [
    "COUNTER_MINUTES", "EVERYTHING", "LONGEST_DAYS", "PUBLIC", "SEALED", "STANDS_FOR", "SYSTEM", "Actor", "ActorKind", "Business",
    "KnownFact", "Mandate", "Matter", "NikReading", "Role", "User", "accept_mandate", "acting_for", "actor_of_person",
    "check_mandate", "check_mandated", "code_of", "counter_reach", "covers", "digest", "facts_of", "find_offer", "get_business",
    "get_mandate", "get_person", "give_consent", "give_mandate", "has_consent", "list_accesses", "list_businesses", "list_consents",
    "list_mandates_given", "list_mandates_held", "look_up_person", "mask_nik", "name_of_ref", "names_of", "nik_of", "note_access",
    "open_account", "person_of_user", "principal_of", "read_nik", "record_facts", "record_mandate", "register_business",
    "register_people", "register_person", "represents", "revoke_mandate", "seal", "seal_bytes", "seal_value", "stand_for_mandate",
    "stand_for_visit", "unseal", "unseal_bytes", "withdraw_consent",
]  # fmt: skip
