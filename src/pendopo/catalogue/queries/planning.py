"""Goals and plans of the loaded catalogue. What planning reads stays in memory until the catalogue changes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pendopo.catalogue.models import Agency, Register, Service
from pendopo.catalogue.rules import planning
from pendopo.catalogue.rules.planning import NOTHING, Atlas, Competence, Fault, Goal, Holdings, Plan
from pendopo.catalogue.rules.presence import after_endings
from pendopo.catalogue.rules.shown import ServiceVersion
from pendopo.kernel import clock, sql
from pendopo.kernel.errors import Denied, Invalid, NotFound
from pendopo.region.api import Calendar

_NOW = """
SELECT r.data->>'mark', ARRAY(
  SELECT s.id || ' ' || s.replaced_by FROM catalogue_service s WHERE s.is_active AND s.ends_on < %s ORDER BY s.id)
FROM catalogue_register r WHERE r.name = 'planning'
"""


@dataclass(frozen=True, slots=True)
class _Now:
    """Which catalogue is loaded, and which of its services have ended since, as "id heir": what everything kept here follows from."""

    mark: str
    ended: tuple[str, ...]

    def heirs(self) -> dict[str, str]:
        return {name: heir for name, _space, heir in (pair.partition(" ") for pair in self.ended)}


def atlas() -> Atlas:
    """The loaded catalogue as planning sees it today. One short query while it stays the same."""
    now = _now()
    return _atlas(now) if now else Atlas({})


def _now() -> _Now | None:
    found = sql.one(_NOW, [clock.today()])
    return _Now(found[0], tuple(found[1])) if found else None


@lru_cache(maxsize=2)
def _atlas(now: _Now) -> Atlas:
    versions = Service.objects.filter(is_active=True).exclude(pk__in=now.heirs()).order_by("id")
    rows = versions.values_list("current_version_id", "current_version__content")
    agencies = Agency.objects.values_list("id", "name", "name_en")
    register = _register(now)
    return Atlas(
        nodes={content["id"]: planning.node_of(content, version) for version, content in rows.iterator()},
        goals=_goals(now),
        agencies={key: (name, name_en) for key, name, name_en in agencies},
        usual=register["usual"],
        mark=register["mark"],
    )


@lru_cache(maxsize=2)
def _goals(now: _Now | None) -> dict[str, Goal]:
    """Goals alone: pages that only name them need no more."""
    return planning.goals_of(json.loads(_register(now)["bundles"])) if now else {}


def _register(now: _Now) -> dict[str, Any]:
    data = Register.objects.get(pk="planning").data
    return after_endings(data, now.heirs()) if now.ended else dict(data)


def list_goals(category: str | None = None) -> list[Goal]:
    """Goals in the order of the folder, of one situation of life if asked."""
    return [goal for goal in _goals(_now()).values() if category in (None, goal.category)]


def search_goals(query: str, limit: int = 5) -> list[Goal]:
    """Goals that fit a citizen's words, best first."""
    return planning.matching(_goals(_now()).values(), query, limit)


def get_goal(goal_id: str) -> Goal:
    """One goal. Raises: NotFound."""
    try:
        return _goals(_now())[goal_id]
    except KeyError:
        raise NotFound(goal_id) from None


def plan(
    goals: Sequence[str],
    *,
    holdings: Holdings = NOTHING,
    answers: Mapping[str, Any] | None = None,
    on: date,
    calendar: Calendar,
) -> Plan:
    """The plan for goals (or single services) begun on a local date; ``answers`` as in rules.planning.plan.

    Raises: NotFound for a goal that is not (or no longer) in the catalogue, Invalid({question: message}) for answers that are missing,
    no longer among the options, contradict each other or lead to no service.
    """
    now = atlas()
    for goal in goals:
        if goal not in now.goals and goal not in now.nodes:
            raise NotFound(goal)
    found = [
        fault
        for goal in goals
        if goal in now.goals
        for fault in planning.faults(now.goals[goal], answers or {})
    ]
    if found:
        raise Invalid({fault.question or "answers": said(fault) for fault in found})
    try:
        return planning.plan(now, goals, holdings=holdings, answers=answers, on=on, calendar=calendar)
    except Denied as denied:
        if denied.code != "goal_unknown":
            raise
        raise NotFound(str(denied)) from None  # a goal names a service that ended


def competence(
    version: ServiceVersion, answers: Mapping[str, Any], on: date, issued_by: str = ""
) -> Competence | None:
    """Who decides a filing on that local date instead of the catalogue's agency; see rules.planning.competent_for."""
    return planning.competent_for(version.content, answers, on, issued_by)


def others_competent(content: Mapping[str, Any], on: date) -> list[Competence]:
    """Other agencies that may decide this service on that day, depending on answers the form asks."""
    own = content["agency"]["id"]
    return [
        rule for rule in planning.competences_of(content) if rule.is_in_force(on) and rule.agency_id != own
    ]


def said(fault: Fault) -> str:
    """What a fault of answers means, for people."""
    if fault.code == "contradiction":
        return fault.says if (get_language() or "id").startswith("id") else fault.says_en
    if fault.code == "missing":
        return _("Pertanyaan ini belum dijawab.")
    if fault.code == "unknown_option":
        return _("Jawaban ini tidak ada lagi di antara pilihan. Pilih salah satu yang ada.")
    return _("Dengan jawaban ini tidak ada izin yang perlu diurus di mal ini. Periksa kembali jawaban Anda.")
