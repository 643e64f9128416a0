"""What a plan is made of: frozen values that pages, commands and submissions read. Leaves out how it is worked out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID


class How(StrEnum):
    """How a requirement is met."""

    BRING = "bring"  # the applicant brings or uploads it
    PART = "part"  # another part of this plan issues it
    HELD = "held"  # the mall keeps it and it is valid on the day it is used
    REGISTRY = "registry"  # a registry confirms it, nothing is brought
    FORM = "form"  # the online form or the declaration at its end stands for it
    BILL = "bill"  # it is paid by the bill of its service


@dataclass(frozen=True, slots=True)
class HeldPaper:
    """A paper somebody has: named by the requirement it meets, or by the service that issued it to them.

    ``source``: ``document:<uuid>`` (issued by this mall), ``declared`` (an answer says so) or ``usual`` (nearly everybody has it).
    """

    requirement: str = ""
    service_id: str = ""
    valid_until: date | None = None  # None: without end
    source: str = "declared"

    @property
    def is_kept(self) -> bool:
        """True when the mall keeps it, so that nobody has to bring it."""
        return self.source.startswith("document:")


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is known of the applicant: papers, and facts that are still fresh with the registry they came from."""

    papers: tuple[HeldPaper, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    lacks: frozenset[str] = frozenset()  # requirements nearly everybody has, but this applicant not


NOTHING = Holdings()


@dataclass(frozen=True, slots=True)
class PlannedService:
    """One application of the plan. ``needs`` are the parts that must be finished before it is filed."""

    service_id: str
    version_id: UUID
    name: str
    name_en: str
    agency_id: str  # the competent one, by place, sector and date
    agency_name: str
    agency_name_en: str
    competence: str  # legal basis when another agency than the catalogue's is competent, else ""
    chosen: bool  # the goal names it; else another part needs what it issues
    wave: int  # from 1
    needs: tuple[str, ...]
    begins: int  # working days after the plan's first day
    ends: int  # likewise: the first working day on which what it issues can be used
    working_days: int | None  # None: no time is published, or it is in calendar days
    calendar_days: int | None
    starts_on: date
    due_on: date  # days of its own unit after starts_on: of calendar days it may be a free day
    critical: bool  # on a chain without a day between its parts to the plan's last day
    competence_is_confirmed: bool = True  # False: both agencies have yet to say that the law is read so


@dataclass(frozen=True, slots=True)
class PlannedFee:
    """One line of what it costs. ``amount_idr`` None: it depends on answers (``depends_on``), or an officer assesses it."""

    service_id: str
    id: str
    name: str
    name_en: str
    amount_idr: int | None
    legal_basis: str
    confidence: str
    explanation: str = ""
    depends_on: tuple[str, ...] = ()  # keys of questions
    explanation_en: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """Something the forms ask. ``key``: the fact (``person.full_name``), else the field's own name."""

    key: str
    title: str
    title_en: str
    asked_by: tuple[tuple[str, str], ...]  # (service, field of its form)
    required: bool
    is_fact: bool
    held: str = ""  # where the fresh answer comes from; "" when it must be asked


@dataclass(frozen=True, slots=True)
class PlannedDocument:
    """A paper or payment that parts of the plan require, and how it comes about."""

    requirement: str
    name: str
    name_en: str
    how: How
    asked_by: tuple[str, ...]  # services
    required: bool
    from_service: str = ""  # how == PART: the part that issues it; an optional one: the service that could
    expired_on: date | None = None  # a held paper that ends before its use, so that it is needed anew
    only_for: str = ""  # the kind of applicant that alone has it


@dataclass(frozen=True, slots=True)
class Held:
    """A paper that is there already and saves a step or a copy."""

    requirement: str
    name: str
    name_en: str
    valid_until: date | None
    source: str  # as in HeldPaper
    used_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The way to one or more goals: what to file, when, for how much, with which answers and papers."""

    goals: tuple[str, ...]
    answers: Mapping[str, str]
    on: date
    finish_on: date
    working_days: int  # after its first day, up to finish_on
    parts: tuple[PlannedService, ...]  # in an order in which they may be filed
    waves: tuple[tuple[str, ...], ...]
    critical_path: tuple[str, ...]
    fee_lines: tuple[PlannedFee, ...]
    questions: tuple[Question, ...]
    documents: tuple[PlannedDocument, ...]
    held: tuple[Held, ...]
    catalogue: str = ""  # fingerprint of the catalogue it was made from
    is_estimate: bool = False  # a time is not published, or a year's holidays are not yet known
    without: tuple[str, ...] = ()  # kinds of applicant that the answers say this one is not

    @property
    def papers(self) -> tuple[PlannedDocument, ...]:
        """Documents that concern this applicant: what only another kind has is left out, unless a service insists on it."""
        return tuple(
            [
                paper
                for paper in self.documents
                if paper.only_for not in self.without or (paper.required and paper.how is How.BRING)
            ]
        )

    @property
    def agencies(self) -> tuple[str, ...]:
        """Competent agencies, each once, in the order of the parts."""
        return tuple(dict.fromkeys(part.agency_id for part in self.parts))

    @property
    def total_idr(self) -> int:
        """Sum of the lines that are known, in whole rupiah."""
        return sum(line.amount_idr or 0 for line in self.fee_lines)

    @property
    def open_fees(self) -> int:
        """How many lines are not yet known."""
        return sum(line.amount_idr is None for line in self.fee_lines)

    def part(self, service_id: str) -> PlannedService:
        """The part of a service. Raises: KeyError."""
        for part in self.parts:
            if part.service_id == service_id:
                return part
        raise KeyError(service_id)
