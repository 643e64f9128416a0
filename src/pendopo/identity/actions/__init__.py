"""All writes about people: who they are, what is known of them, what they allow, who may act for them."""

from pendopo.identity.actions.counter import look_up_person, register_people
from pendopo.identity.actions.mandates import (
    accept_mandate,
    give_mandate,
    record_mandate,
    revoke_mandate,
)
from pendopo.identity.actions.people import (
    forget_sessions,
    give_consent,
    note_access,
    open_account,
    record_facts,
    register_business,
    register_person,
    seal,
    seal_bytes,
    seal_value,
    withdraw_consent,
)

__all__ = [
    "accept_mandate", "forget_sessions", "give_consent", "give_mandate", "look_up_person", "note_access", "open_account",
    "record_facts", "record_mandate", "register_business", "register_people", "register_person", "revoke_mandate", "seal",
    "seal_bytes", "seal_value", "withdraw_consent",
]  # fmt: skip
