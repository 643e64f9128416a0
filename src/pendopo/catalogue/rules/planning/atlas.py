"""What planning reads of a catalogue: every service with its needs, questions and fee, small enough to stay in memory.

One rule decides what waits for what: a service waits for another when it must have a paper that the other issues, about the same
subject. A birth certificate is about the child and needs the parents' marriage book; a marriage needs one's own birth certificate:
different people's papers, so neither waits for the other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from pendopo.catalogue.rules.fees import names_in
from pendopo.catalogue.rules.forms import is_own, is_spare, needs_file
from pendopo.catalogue.rules.planning.competence import MARK, Competence, competences_of
from pendopo.catalogue.rules.planning.goals import Goal
from pendopo.catalogue.rules.planning.shapes import How
from pendopo.catalogue.rules.planning.sparing import NOTHING_TOLD, Told, told_of

APPLICANT: Final = "applicant"

Spec = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Need:
    """A requirement as one service states it. ``how``: how it is met when nobody issues or holds it."""

    requirement: str
    name: str
    name_en: str
    kind: str  # document, data, payment
    how: How
    required: bool
    subject: str  # whose paper: the applicant's, a child's, a witness's
    from_service: str  # "" when no service of this mall issues it
    only_for: str = ""  # the kind of applicant that alone has it


@dataclass(frozen=True, slots=True)
class Ask:
    """One field of a service's form."""

    key: str  # the fact, else the field's name
    field: str
    title: str
    title_en: str
    required: bool
    is_fact: bool
    requirements: tuple[str, ...]
    finder: str = ""  # the question of the finder that it asks
    told: Told = NOTHING_TOLD


@dataclass(frozen=True, slots=True)
class Node:
    """A service as planning sees it."""

    service_id: str
    version_id: UUID
    name: str
    name_en: str
    agency_id: str
    working_days: int | None  # None: no time is published, or it is in calendar days
    about: str  # whose paper it issues
    needs: tuple[Need, ...]
    asks: tuple[Ask, ...] = ()
    fee: Spec = field(default_factory=dict)
    refs: Spec = field(default_factory=dict)
    tables: Spec = field(default_factory=dict)  # dated reference tables, as a version carries them
    fields: Mapping[str, Spec] = field(
        default_factory=dict
    )  # those the fee looks at: all of them would fill memory
    legal_basis: str = ""
    competences: tuple[Competence, ...] = ()
    calendar_days: int | None = None


@dataclass(frozen=True, slots=True)
class Atlas:
    """A whole catalogue for planning. ``usual``: requirements nearly everybody has already, with the service that issues them."""

    nodes: Mapping[str, Node]
    goals: Mapping[str, Goal] = field(default_factory=dict)
    agencies: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # id -> name, English name
    usual: Mapping[str, str] = field(default_factory=dict)
    mark: str = ""  # fingerprint of the catalogue

    def issuer(self, node: Node, need: Need, instead: Mapping[str, str] | None = None) -> str:
        """The service that must be done before ``node`` because it issues ``need``; "" when there is none."""
        issuer = (instead or {}).get(need.requirement, need.from_service)
        if not need.required or not issuer or issuer == node.service_id or issuer not in self.nodes:
            return ""
        return issuer if self.nodes[issuer].about == need.subject else ""


def node_of(content: Spec, version_id: UUID) -> Node:
    """Planning's view of a service version. Shape: ``content`` as made by rules.content.assemble."""
    schema = content["form"]["schema"]
    days, calendar_days = content["sla_working_days"], content.get("sla_calendar_days")
    return Node(
        service_id=content["id"],
        version_id=version_id,
        name=content["name"],
        name_en=content["name_en"],
        agency_id=content["agency"]["id"],
        working_days=0 if days is None and content["sla_minutes"] is not None else days,
        about=content.get("about") or APPLICANT,
        needs=tuple(need_of(requirement) for requirement in content["requirements"]),
        asks=tuple(_asks(schema, content)),
        fee=content["fee"],
        refs=content["refs"],
        tables=content.get("tables") or {},
        fields={
            name: schema["properties"][name]
            for name in _looked_at(content["fee"]) & schema["properties"].keys()
        },
        legal_basis="; ".join(content["legal_basis"]),
        competences=competences_of(content),
        calendar_days=calendar_days,
    )


def _looked_at(fee: Spec) -> set[str]:
    return {
        name for line in fee["lines"] for name in names_in(f"{line['formula']} {line.get('when') or ''}")[0]
    }


def need_of(requirement: Spec) -> Need:
    """Planning's view of a requirement merged with the registry."""
    return Need(
        requirement=requirement["id"],
        name=requirement["name"],
        name_en=requirement["name_en"],
        kind=requirement["kind"],
        how=_how(requirement),
        required=not is_spare(requirement),
        subject=subject_of(requirement),
        from_service=requirement["from_service"] or "",
        only_for=requirement.get("only_for") or "",
    )


def subject_of(requirement: Spec) -> str:
    """Whose paper a service asks for; the applicant's own unless the registry or the service says otherwise."""
    return str(requirement.get("subject") or requirement.get("held_by") or APPLICANT)


def _how(requirement: Spec) -> How:
    if needs_file(requirement):
        return How.BRING
    if requirement.get("digital"):
        return How.REGISTRY
    if requirement.get("replaced_by") or requirement["kind"] == "data":
        return How.FORM
    return How.BILL


def _asks(schema: Spec, content: Spec) -> Iterable[Ask]:
    required = set(schema["required"])
    facts = content.get("facts") or {}
    for name, prop in schema["properties"].items():
        if prop.get("x-widget") == "file" or name == "declaration":
            continue
        of = prop.get("x-requirement") or ()
        yield Ask(
            key=prop.get("x-fact") or name,
            field=name,
            title=prop["title"],
            title_en=prop.get("x-title-en") or prop["title"],
            required=name in required,
            is_fact="x-fact" in prop,
            requirements=(of,) if isinstance(of, str) else tuple(of),
            finder=prop.get(MARK, ""),
            told=told_of(prop.get("x-fact", ""), facts) if is_own(prop) else NOTHING_TOLD,
        )
