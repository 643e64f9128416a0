"""Staff of agencies and the registries that agencies keep: the door of the module."""

from pendopo.agencies.actions import employ, fill_from_dukcapil
from pendopo.agencies.queries import Signatory, actor_of, actor_of_staff, signatory_of

__all__ = ["Signatory", "actor_of", "actor_of_staff", "employ", "fill_from_dukcapil", "signatory_of"]
