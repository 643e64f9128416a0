"""The plan: what to file in which order, by when, for how much. Pure and exact; a plan for every service takes milliseconds.

Times are whole working days counted from the first one on or after the day of asking; a part begins when the last part it needs
is finished. A promise in calendar days runs from the date its part begins to a date of its own, which may be a free day: what waits for
it begins on the next working day. Leaves out who files and what happens when an agency is late.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final, Protocol

from pendopo.catalogue.rules.planning.asking import Spares, fee_lines, questions
from pendopo.catalogue.rules.planning.atlas import APPLICANT, Atlas, Need, Node
from pendopo.catalogue.rules.planning.competence import competent
from pendopo.catalogue.rules.planning.goals import Chosen, choose
from pendopo.catalogue.rules.planning.shapes import (
    NOTHING,
    Held,
    HeldPaper,
    Holdings,
    How,
    Plan,
    PlannedDocument,
    PlannedService,
)
from pendopo.kernel.errors import Denied

DAY: Final = timedelta(days=1)
WORKING: Final = "working"
HAS: Final = "punya"
"""Answer that is no question of a finder: requirements the applicant has already, with commas between."""
LACKS: Final = "tanpa"
"""Likewise: requirements nearly everybody has, but this applicant not."""
SATURDAY: Final = 5


class Calendar(Protocol):
    """What planning asks of a calendar (``region.api.calendar()`` is one)."""

    @property
    def estimated(self) -> frozenset[date]:
        """Days off whose date is not yet certain."""
        ...

    def kind(self, on: date) -> str:
        """``working`` or why not. Raises: Denied for a year nobody has entered."""
        ...


def plan(
    atlas: Atlas,
    goals: Sequence[str],
    *,
    holdings: Holdings = NOTHING,
    answers: Mapping[str, Any] | None = None,
    on: date,
    calendar: Calendar,
) -> Plan:
    """Return the plan for ``goals`` (goals of the atlas, or single services) begun on the local date ``on``.

    Shape: ``answers`` by question of the finder, and by question of the forms as far as they are known (fees need them). Answers
    of goals must be without ``faults``. Units: working days, whole rupiah.
    Raises: Denied("goal_unknown") also for a service that ended, Denied("plan_cycle") when services wait for each other.
    """
    answers = answers or {}
    known = [atlas.goals[goal] for goal in goals if goal in atlas.goals]
    single = [goal for goal in goals if goal not in atlas.goals]
    chosen = choose(known, {key: value for key, value in answers.items() if isinstance(value, str)})
    if unknown := [service for service in (*chosen.services, *single) if service not in atlas.nodes]:
        raise Denied("goal_unknown", ", ".join(unknown))
    holdings = told(holdings, answers)
    walk = _Walk(
        atlas, chosen, tuple(dict.fromkeys([*chosen.services, *single])), holdings, _Days(on, calendar)
    )
    return walk.plan(tuple(goals), answers)


def told(holdings: Holdings, answers: Mapping[str, Any]) -> Holdings:
    """Holdings with what the answers say of papers that are there or are not."""
    has, lacks = (names_in_list(answers.get(key)) for key in (HAS, LACKS))
    papers = tuple(HeldPaper(name) for name in has if name not in lacks)
    return replace(holdings, papers=(*holdings.papers, *papers), lacks=holdings.lacks | frozenset(lacks))


def names_in_list(text: Any) -> list[str]:
    """``npwp,nib`` -> [npwp, nib], each once; anything but a text is nothing."""
    return list(dict.fromkeys(name for name in text.split(",") if name)) if isinstance(text, str) else []


class _Days:
    """Dates of working days: number 0 is the first one on or after ``on``. Years nobody has entered yet know weekends only."""

    def __init__(self, on: date, calendar: Calendar) -> None:
        self.on, self.calendar, self.guessed = on, calendar, False
        self.dates: list[date] = []
        self._next = on

    def day(self, number: int) -> date:
        while len(self.dates) <= number:
            if self._works(self._next):
                self.dates.append(self._next)
            self._next += DAY
        return self.dates[number]

    def number_from(self, on: date) -> int:
        """Number of the first working day on or after a date."""
        while not self.dates or self.dates[-1] < on:
            self.day(len(self.dates))
        return bisect_left(self.dates, on)

    def number_until(self, on: date) -> int:
        """How many working days lie after the first one, up to a date."""
        self.number_from(on)
        return bisect_right(self.dates, on) - 1

    def _works(self, on: date) -> bool:
        self.guessed |= on in self.calendar.estimated
        try:
            return self.calendar.kind(on) == WORKING
        except Denied:
            self.guessed = True
            return on.weekday() < SATURDAY


class _Walk:
    """One pass through the needs of the chosen services."""

    def __init__(
        self, atlas: Atlas, chosen: Chosen, targets: tuple[str, ...], holdings: Holdings, days: _Days
    ) -> None:
        self.atlas, self.targets, self.days = atlas, targets, days
        self.instead, self.without = chosen.instead, chosen.without
        self.before: dict[str, list[str]] = {}
        for early, late in chosen.after:
            self.before.setdefault(late, []).append(early)
        self.papers, self.own = _papers(atlas, chosen, targets, holdings)
        self.facts = holdings.facts
        self.begins: dict[str, int] = {}
        self.ends: dict[str, int] = {}
        self.due: dict[str, date] = {}
        self.used: dict[str, dict[str, HeldPaper]] = {}  # service -> requirement -> paper that meets it
        self.expired: dict[str, date] = {}
        self.open: list[str] = []

    # --- when -----------------------------------------------------------------------------------------------------

    def settle(self, service_id: str) -> int:
        """Work out when a service begins and ends, those it may need first. Returns its end in working days."""
        if service_id in self.ends:
            return self.ends[service_id]
        if service_id in self.open:
            path = [*self.open[self.open.index(service_id) :], service_id]
            raise Denied("plan_cycle", " -> ".join(path))
        self.open.append(service_id)
        node = self.atlas.nodes[service_id]
        begins = max((self.settle(early) for early in self.before.get(service_id, ())), default=0)
        held: dict[str, HeldPaper] = {}
        for need in node.needs:
            issuer, paper = self.atlas.issuer(node, need, self.instead), self.paper(need)
            end = self.settle(issuer) if issuer else 0
            if paper is not None:
                held[need.requirement] = paper
            else:
                begins = max(begins, end)
        self.begins[service_id] = begins = self._drop_expired(node, held, begins)
        self.used[service_id] = held
        self.ends[service_id], self.due[service_id] = self._end(node, begins)
        self.open.pop()
        return self.ends[service_id]

    def _end(self, node: Node, begins: int) -> tuple[int, date]:
        """The first working day on which a part is finished, and the last day of its own promise."""
        if node.calendar_days is not None:
            due = self.days.day(begins) + node.calendar_days * DAY
            return self.days.number_from(due), due
        ends = begins + (node.working_days or 0)
        return ends, self.days.day(ends)

    def _drop_expired(self, node: Node, held: dict[str, HeldPaper], begins: int) -> int:
        """Papers must be valid on the day they are used; each one dropped may move that day, until nothing moves."""
        issuers = {need.requirement: self.atlas.issuer(node, need, self.instead) for need in node.needs}
        while True:
            used_on = self.days.day(begins)
            gone = [name for name, paper in held.items() if paper.valid_until and paper.valid_until < used_on]
            if not gone:
                return begins
            for name in gone:
                self.expired[name] = held.pop(name).valid_until or used_on
                begins = max(begins, self.ends.get(issuers[name], 0))

    def paper(self, need: Need) -> HeldPaper | None:
        """The paper that meets a need: one that names the requirement, or the applicant's own from the issuing service."""
        found = self.papers.get(need.requirement)
        issuer = self.instead.get(need.requirement, need.from_service)
        own = self.own.get(issuer) if need.subject == APPLICANT else None
        return _longer(found, own)

    # --- what -----------------------------------------------------------------------------------------------------

    def plan(self, goals: tuple[str, ...], answers: Mapping[str, Any]) -> Plan:
        """Everything that follows once the times are known."""
        for target in self.targets:
            self.settle(target)
        needs = self._needs()
        waves = _waves(needs)
        finish = max((self.due[name] for name in needs), default=self.days.day(0))
        critical = self._critical(needs, finish)
        parts = tuple(
            self._part(self.atlas.nodes[name], needs, waves[name], critical=name in critical, answers=answers)
            for name in sorted(
                needs, key=lambda name: waves[name]
            )  # stable: within a wave as they were reached
        )
        nodes = [self.atlas.nodes[part.service_id] for part in parts]
        papers = self._documents(nodes, needs)
        return Plan(
            goals=goals,
            answers={key: value for key, value in answers.items() if isinstance(value, str)},
            on=self.days.on,
            finish_on=finish,
            working_days=self.days.number_until(finish),
            parts=parts,
            waves=tuple(
                tuple(part.service_id for part in parts if part.wave == number)
                for number in range(1, max(waves.values(), default=0) + 1)
            ),
            critical_path=self._longest(needs, finish),
            fee_lines=tuple(line for node in nodes for line in fee_lines(node, answers, self.days.on)),
            questions=questions(nodes, self.facts, answers, Spares(papers, needs, self.without)),
            documents=papers,
            held=self._held(nodes),
            catalogue=self.atlas.mark,
            is_estimate=self.days.guessed
            or any(part.working_days is part.calendar_days is None for part in parts),
            without=self.without,
        )

    def _needs(self) -> dict[str, tuple[str, ...]]:
        """Parts of the plan with what each waits for, in an order in which they may be filed."""
        found: dict[str, tuple[str, ...]] = {}

        def visit(name: str) -> None:
            if name in found:
                return
            node, held = self.atlas.nodes[name], self.used[name]
            issuers = (
                self.atlas.issuer(node, need, self.instead)
                for need in node.needs
                if need.requirement not in held
            )
            waits = tuple(dict.fromkeys([*self.before.get(name, ()), *filter(None, issuers)]))
            for earlier in waits:
                visit(earlier)
            found[name] = waits

        for target in self.targets:
            visit(target)
        return found

    def _part(
        self,
        node: Node,
        needs: Mapping[str, tuple[str, ...]],
        wave: int,
        *,
        critical: bool,
        answers: Mapping[str, Any],
    ) -> PlannedService:
        begins = self.begins[node.service_id]
        starts_on = self.days.day(begins)
        rule = competent(node.competences, answers, starts_on)
        agency = rule.agency_id if rule else node.agency_id
        name, name_en = self.atlas.agencies.get(agency, (agency, agency))
        return PlannedService(
            service_id=node.service_id,
            version_id=node.version_id,
            name=node.name,
            name_en=node.name_en,
            agency_id=agency,
            agency_name=name,
            agency_name_en=name_en,
            competence=rule.legal_basis if rule and agency != node.agency_id else "",
            chosen=node.service_id in self.targets,
            wave=wave,
            needs=needs[node.service_id],
            begins=begins,
            ends=self.ends[node.service_id],
            working_days=node.working_days,
            calendar_days=node.calendar_days,
            starts_on=starts_on,
            due_on=self.due[node.service_id],
            critical=critical,
            competence_is_confirmed=rule is None or rule.is_confirmed,
        )

    def _critical(self, needs: Mapping[str, tuple[str, ...]], finish: date) -> set[str]:
        """Parts on a chain without a day between its parts to the last day."""
        found = {name for name in needs if self.due[name] == finish}
        for name in reversed(list(needs)):  # later parts first
            if name in found:
                found.update(early for early in needs[name] if self.ends[early] == self.begins[name])
        return found

    def _longest(self, needs: Mapping[str, tuple[str, ...]], finish: date) -> tuple[str, ...]:
        """One such chain from the first day on."""
        path: list[str] = []
        at = next((name for name in needs if self.due[name] == finish), None)
        while at is not None:
            path.append(at)
            begins = self.begins[at]
            at = next((early for early in needs[at] if self.ends[early] == begins), None)
        return tuple(reversed(path))

    def _documents(
        self, nodes: Iterable[Node], needs: Mapping[str, tuple[str, ...]]
    ) -> tuple[PlannedDocument, ...]:
        """Every paper and payment the parts require, each once for each way in which it comes about."""
        asked: dict[tuple[str, How], list[tuple[str, Need, str]]] = {}
        for node in nodes:
            for need in node.needs:
                how, issuer = self._how(node, need, needs)
                if need.kind != "data" or how is not How.FORM:  # else it is a question, not a paper
                    asked.setdefault((need.requirement, how), []).append((node.service_id, need, issuer))
        return tuple(self._document(how, askers) for (_name, how), askers in asked.items())

    def _document(self, how: How, askers: Sequence[tuple[str, Need, str]]) -> PlannedDocument:
        _service, need, issuer = askers[0]
        return PlannedDocument(
            requirement=need.requirement,
            name=need.name,
            name_en=need.name_en,
            how=how,
            asked_by=tuple([service for service, _need, _issuer in askers]),
            required=any(need.required for _service, need, _issuer in askers),
            from_service=issuer,
            expired_on=self.expired.get(need.requirement) if how is not How.HELD else None,
            only_for=need.only_for,
        )

    def _how(self, node: Node, need: Need, needs: Mapping[str, tuple[str, ...]]) -> tuple[How, str]:
        paper = self.used[node.service_id].get(need.requirement)
        if paper is not None:
            return (How.HELD if paper.is_kept else need.how), ""
        issuer = self.instead.get(need.requirement, need.from_service)
        if issuer in needs[node.service_id]:
            return How.PART, issuer
        return need.how, ("" if need.required else issuer)

    def _held(self, nodes: Iterable[Node]) -> tuple[Held, ...]:
        users: dict[str, list[str]] = {}
        named: dict[str, tuple[Need, HeldPaper]] = {}
        for node in nodes:
            for need in node.needs:
                paper = self.used[node.service_id].get(need.requirement)
                if paper is not None:
                    named.setdefault(need.requirement, (need, paper))
                    users.setdefault(need.requirement, []).append(node.service_id)
        return tuple(
            Held(name, need.name, need.name_en, paper.valid_until, paper.source, tuple(users[name]))
            for name, (need, paper) in named.items()
        )


def _papers(
    atlas: Atlas, chosen: Chosen, targets: tuple[str, ...], holdings: Holdings
) -> tuple[dict[str, HeldPaper], dict[str, HeldPaper]]:
    """The longest valid paper for each requirement, and for each service that issued one to the applicant.

    What nearly everybody has counts as held, unless the applicant says no or a goal is just about to obtain it.
    """
    usual = [name for name, issuer in atlas.usual.items() if chosen.instead.get(name, issuer) not in targets]
    papers = [HeldPaper(name, source="usual") for name in usual if name not in holdings.lacks]
    papers += [HeldPaper(name) for name in chosen.holds if name not in holdings.lacks]
    by_requirement: dict[str, HeldPaper] = {}
    by_service: dict[str, HeldPaper] = {}
    for paper in (*holdings.papers, *papers):
        for key, table in ((paper.requirement, by_requirement), (paper.service_id, by_service)):
            if key:
                table[key] = _longer(table.get(key), paper) or paper
    return by_requirement, by_service


def _longer(one: HeldPaper | None, other: HeldPaper | None) -> HeldPaper | None:
    """The paper that is valid longer; the first of equals."""
    if one is None or other is None:
        return one or other
    if one.valid_until is None or (other.valid_until is not None and one.valid_until >= other.valid_until):
        return one
    return other


def _waves(needs: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Wave of each part, from 1. ``needs`` names earlier parts first."""
    waves: dict[str, int] = {}
    for name, earlier in needs.items():
        waves[name] = 1 + max((waves[one] for one in earlier), default=0)
    return waves
