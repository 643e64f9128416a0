"""Who acts, for whom, what a NIK may look like and how it is shown. Pure: no Django, no I/O."""

from pendopo.identity.rules.actors import (
    EVERYTHING,
    PUBLIC,
    SEALED,
    SYSTEM,
    Actor,
    ActorKind,
    NikReading,
    Role,
    mask_nik,
    read_nik,
)
from pendopo.identity.rules.mandates import (
    AT_COUNTER,
    BY_REGISTER,
    COUNTER_MINUTES,
    LONGEST_DAYS,
    OFFER_DAYS,
    ONLINE,
    Mandated,
    Matter,
    check_mandated,
    check_reach,
    check_terms,
    counter_reach,
    covers,
    spelled,
)

__all__ = [
    "AT_COUNTER", "BY_REGISTER", "COUNTER_MINUTES", "EVERYTHING", "LONGEST_DAYS", "OFFER_DAYS", "ONLINE", "PUBLIC", "SEALED",
    "SYSTEM", "Actor", "ActorKind", "Mandated", "Matter", "NikReading", "Role", "check_mandated", "check_reach", "check_terms",
    "counter_reach", "covers", "mask_nik", "read_nik", "spelled",
]  # fmt: skip
