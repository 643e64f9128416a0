"""What stands in a file field: an upload, or a document this mall has issued before and nobody needs to upload again.

A field of a requirement with ``from_service`` may hold the id of the document instead of the id of an upload.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from pendopo.applications.models import Application
from pendopo.applications.rules.submission_form import is_number
from pendopo.catalogue.api import ServiceVersion, atlas
from pendopo.documents.api import Paper, Standing, list_held, list_papers, list_uploads
from pendopo.identity.api import Actor

OWN: Final = "applicant"
"""Whose paper it is when the catalogue says nothing else."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file as pages show it: what it is called, where it can be opened. ``issued``: a paper of this mall, no upload."""

    id: UUID
    name: str
    size: int
    url: str
    owner: str
    issued: bool


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def file_fields(version: ServiceVersion) -> dict[str, str]:
    """File fields that a service of this mall can fill: {field: service that issues it}. Papers about other people are not among them."""
    issuers = {
        requirement["id"]: requirement["from_service"]
        for requirement in version.content["requirements"]
        if requirement.get("from_service")
        and (requirement.get("subject") or requirement.get("held_by") or OWN) == OWN
    }
    return {
        name: issuers[prop["x-requirement"]]
        for name, prop in version.content["form"]["schema"]["properties"].items()
        if prop.get("x-widget") == "file" and prop.get("x-requirement") in issuers
    }


def is_good(paper: Paper) -> bool:
    """True for a paper that grants something and holds today."""
    return paper.standing is Standing.VALID and not paper.is_refusal


def list_usable(by: Actor, business_id: UUID | None, services: Iterable[str]) -> dict[str, Paper]:
    """The actor's newest good paper of each service: about themselves, and in the name of a business also that business's."""
    wanted = set(services)
    held = [paper for paper in list_held(by.ref) if paper.service_id in wanted and is_good(paper)]
    if not held:
        return {}
    nodes = atlas().nodes
    held = [paper for paper in held if paper.service_id in nodes and nodes[paper.service_id].about == OWN]
    whose = _businesses_of(held)
    usable = (paper for paper in reversed(held) if whose.get(paper.subject) in {None, business_id})
    return {paper.service_id: paper for paper in usable}  # the newest comes last and stays


def _businesses_of(papers: Iterable[Paper]) -> dict[str, UUID | None]:
    ids = [found for paper in papers if (found := _uuid(paper.subject.removeprefix("application:")))]
    rows = Application.objects.filter(id__in=ids).values_list("id", "business_id")
    return {f"application:{application_id}": business_id for application_id, business_id in rows}


def attached(schema: Mapping[str, Any], answers: Mapping[str, Any], owner: str) -> dict[str, Attached]:
    """Files that the answers name and ``owner`` (an actor's ref) may use, by the answer's own text."""
    named = _named(schema, answers).values()
    ids = list(filter(None, map(_uuid, named)))
    uploads = list_uploads(ids) if ids else {}
    papers = list_papers(ids) if len(uploads) < len(set(ids)) else {}
    found = [
        Attached(one.id, one.name, one.size, f"/berkas/{one.id}/", one.owner, issued=False)
        for one in uploads.values()
    ]
    found += [
        Attached(one.id, _shown(one), one.size, f"/dokumen/{one.id}/", one.holder_ref, issued=True)
        for one in papers.values()
    ]
    return {str(one.id): one for one in found if one.owner == owner}


def _shown(paper: Paper) -> str:
    return _("Sudah ada: %(number)s") % {"number": paper.number}


def _named(schema: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, str]:
    """What the file fields hold."""
    return {
        name: str(answers[name])
        for name, prop in schema["properties"].items()
        if prop.get("x-widget") == "file" and answers.get(name)
    }


def unusable_fields(version: ServiceVersion, answers: Mapping[str, Any], by: Actor) -> list[str]:
    """File fields that hold neither a complete upload of the actor's own nor a paper of theirs that holds today."""
    named = _named(version.content["form"]["schema"], answers)
    ids = list(filter(None, map(_uuid, named.values())))
    uploads = list_uploads(ids) if ids else {}
    good = {str(one.id) for one in uploads.values() if one.owner == by.ref and one.state == "complete"}
    papers = list_papers(ids) if len(uploads) < len(set(ids)) else {}
    good |= {str(one.id) for one in papers.values() if one.holder_ref == by.ref and is_good(one)}
    return [name for name, value in named.items() if value not in good]


def vouched_fields(
    version: ServiceVersion, answers: Mapping[str, Any], by: Actor, names: Iterable[str]
) -> set[str]:
    """Those of ``names`` that hold the number of a good paper of the actor's: a register's own number may look different."""
    properties = version.content["form"]["schema"]["properties"]
    told = {
        name: answers.get(name) for name in names if is_number(properties.get(name, {}).get("x-fact", ""))
    }
    if not any(told.values()):
        return set()
    numbers = {paper.number for paper in list_held(by.ref) if is_good(paper)}
    return {name for name, value in told.items() if value in numbers}
