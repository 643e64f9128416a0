"""Which questions a plan spares somebody: what a paper of the plan will say first, and what only another kind of applicant has. Pure.

Facts say it themselves (facts.yaml): ``paper`` is the requirement whose paper says them first, ``only_for`` the kind of applicant that
alone has them, ``own`` the fact that takes their place for everybody else.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Spec = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """What a vocabulary says of one fact, and of the one that takes its place."""

    paper: str = ""
    only_for: str = ""
    own: str = ""
    own_paper: str = ""

    def is_others(self, without: Collection[str]) -> bool:
        """True when this applicant is not of the kind that alone has it."""
        return bool(self.only_for) and self.only_for in without

    def key(self, fact: str, without: Collection[str]) -> str:
        """The fact this applicant is asked instead."""
        return self.own if self.own and self.is_others(without) else fact

    def is_moot(self, without: Collection[str], *, required: bool) -> bool:
        """True when this applicant cannot answer it at all. What a service insists on stays: it says no, not the form."""
        return self.is_others(without) and not self.own and not required

    def issuer(
        self, issuers: Mapping[str, str], before: Collection[str], without: Collection[str], *, required: bool
    ) -> str:
        """The service of the plan whose paper will say it; "" when it must be asked now.

        Shape: ``issuers`` is {requirement: service}; ``before`` are the services that end first. What a service insists on although it
        does not wait for that paper is asked.
        """
        papers = (self.own_paper, self.paper) if self.is_others(without) else (self.paper,)
        found = next((issuers[paper] for paper in papers if paper in issuers), "")
        return found if found in before or not required else ""


NOTHING_TOLD = Told()


def told_of(fact: str, facts: Mapping[str, Spec]) -> Told:
    """What the facts of a version (or of the city) say of one."""
    spec = facts.get(fact)
    if not spec:
        return NOTHING_TOLD
    own = spec.get("own") or ""
    return Told(
        spec.get("paper") or "", spec.get("only_for") or "", own, facts.get(own, {}).get("paper") or ""
    )


def all_before(needs: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    """{service: every service that ends before it begins}, from what each waits for directly; a service not named waits for nothing."""
    found: dict[str, frozenset[str]] = {}

    def visit(name: str) -> frozenset[str]:
        if name not in found:
            found[name] = frozenset()  # a circle, which no plan has, ends here
            direct = tuple(needs.get(name, ()))
            found[name] = frozenset(direct).union(*(visit(one) for one in direct))
        return found[name]

    for name in needs:
        visit(name)
    return found
