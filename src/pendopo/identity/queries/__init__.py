"""Reads of people, of mandates and of for whom a session acts."""

from pendopo.identity.queries.mandates import (
    acting_for,
    business_reach,
    check_for_business,
    check_mandate,
    code_of,
    find_offer,
    get_business,
    get_mandate,
    list_businesses,
    list_mandates_given,
    list_mandates_held,
    represents,
)
from pendopo.identity.queries.people import (
    KnownFact,
    actor_of_person,
    digest,
    facts_of,
    facts_of_businesses,
    find_person,
    get_person,
    has_consent,
    key_of,
    list_accesses,
    list_consents,
    name_of_ref,
    names_of,
    nik_of,
    person_of_user,
    subject,
    unseal,
    unseal_bytes,
)
from pendopo.identity.queries.standing import STANDS_FOR, principal_of, stand_for_mandate, stand_for_visit

__all__ = [
    "STANDS_FOR", "KnownFact", "acting_for", "actor_of_person", "business_reach", "check_for_business", "check_mandate",
    "code_of", "digest", "facts_of", "facts_of_businesses", "find_offer", "find_person", "get_business", "get_mandate",
    "get_person", "has_consent", "key_of", "list_accesses", "list_businesses", "list_consents", "list_mandates_given",
    "list_mandates_held", "name_of_ref", "names_of", "nik_of", "person_of_user", "principal_of", "represents",
    "stand_for_mandate", "stand_for_visit", "subject", "unseal", "unseal_bytes",
]  # fmt: skip
