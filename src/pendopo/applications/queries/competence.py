"""Which agency decides an application, and what it is called: by the rules of its version, or as the row stands."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from pendopo.applications.models import Application
from pendopo.applications.rules import State
from pendopo.catalogue.api import Competence, ServiceVersion, agencies_of, competence, get_version, heirs_of
from pendopo.documents.api import get_document
from pendopo.identity.api import SYSTEM
from pendopo.kernel import clock


def competence_now(
    version: ServiceVersion, answers: Mapping[str, Any], earlier_document_id: UUID | None = None
) -> Competence | None:
    """Who decides an application filed today instead of the catalogue's agency; None when that one does."""
    if not version.content.get("competence"):
        return None
    issued_by = get_document(earlier_document_id, SYSTEM).agency_id if earlier_document_id else ""
    return competence(version, answers, clock.today(), issued_by)


def competence_on_file(
    version: ServiceVersion, answers: Mapping[str, Any], row: Application
) -> Competence | None:
    """The same for one filed already, by the law of the day on which it was filed."""
    if row.submitted_at is None or not version.content.get("competence"):
        return None
    return competence(version, answers, row.submitted_at.astimezone(clock.zone()).date())


def deciding(version: ServiceVersion, rule: Competence | None) -> dict[str, str]:
    """{agency, name, name_en, legal_basis} of who decides; no legal basis where it is the catalogue's agency."""
    if rule is None:
        own = version.content["agency"]
        return {"agency": own["id"], "name": own["name"], "name_en": own["name_en"], "legal_basis": ""}
    names = {"name": rule.name, "name_en": rule.name_en}
    return {"agency": rule.agency_id, **names, "legal_basis": rule.legal_basis}


def moves_to(version: ServiceVersion, answers: Mapping[str, Any], row: Application) -> dict[str, str] | None:
    """Where corrected answers take an application: shaped as by :func:`deciding`, or the heir of an agency that left; None: it stays.

    Without a rule only what a rule had taken elsewhere comes back: the heir of the catalogue's agency keeps what it took over.
    """
    rule = competence_on_file(version, answers, row)
    others = {line["agency"] for line in version.content.get("competence") or ()}
    heirs = heirs_of({*others, version.content["agency"]["id"]})
    if rule is None and row.agency_id not in others | {heirs.get(one) for one in others}:
        return None
    to = deciding(version, rule)
    heir = heirs.get(to["agency"], to["agency"])
    return to if heir == to["agency"] else {**to, **agencies_of([heir])[heir], "agency": heir}


def agencies_shown(rows: Iterable[Application]) -> dict[UUID, dict[str, str]]:
    """{application: {name, name_en}} of the agency each lies with, also after it followed another: one query at most."""
    rows = list(rows)
    own = {row.id: get_version(row.version_id).content["agency"] for row in rows}
    others = {row.agency_id for row in rows if row.agency_id != own[row.id]["id"]}
    names = agencies_of(others) if others else {}
    return {row.id: names.get(row.agency_id, own[row.id]) for row in rows}


def agency_of(row: Application, answers: Mapping[str, Any]) -> dict[str, str]:
    """{name, name_en} of the agency an application lies with or, as a draft with these answers, would go to today."""
    if row.state != State.DRAFT:
        return agencies_shown([row])[row.id]
    version = get_version(row.version_id)
    return deciding(version, competence_now(version, answers, row.earlier_document_id))
