"""Reads of issued papers: who may see them, what the whole world may ask, how numbers are written."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from django.conf import settings
from django.db import connection
from django.db.models import Q

from pendopo.documents.connectors.files import client as files
from pendopo.documents.connectors.pades.client import SignatureReport, verify_pdf
from pendopo.documents.models import Document
from pendopo.documents.queries.hands import check_hand_on_paper
from pendopo.documents.queries.uploads import Readable, owns, refusal
from pendopo.documents.rules import papers
from pendopo.documents.rules.content import PDF, check_is_pdf
from pendopo.documents.rules.papers import COPIES, NumberPlan, Purpose, Standing, check_pattern, read_code
from pendopo.identity.api import Actor, ActorKind, Role
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied, Invalid, NotFound


@dataclass(frozen=True, slots=True)
class Paper:
    """An issued paper as others see it. ``valid_until`` None: no end. Dates are local."""

    id: UUID
    number: str
    code: str
    kind: str
    subject: str
    service_id: str
    service_name: str
    agency_id: str
    agency_name: str
    holder_ref: str
    holder_name: str
    business_id: UUID | None
    valid_from: date
    valid_until: date | None
    issued_at: datetime
    signatory_name: str
    signatory_title: str
    sha256: str
    size: int
    purpose: str
    provisional: bool
    earlier_id: UUID | None
    state: str
    state_at: datetime | None
    suspended_until: date | None
    replaced_by_id: UUID | None
    data: dict[str, Any]

    @property
    def title(self) -> str:
        """What stands on top of the paper."""
        return str(self.data.get("title", self.service_name))

    @property
    def title_en(self) -> str:
        """The title in English, where whoever issued the paper told it."""
        return self._english("title")

    @property
    def service_name_en(self) -> str:
        """The service in English, or nothing."""
        return self._english("service_name")

    @property
    def agency_name_en(self) -> str:
        """The agency in English, or nothing."""
        return self._english("agency_name")

    @property
    def signatory_title_en(self) -> str:
        """The signatory's position in English, or nothing."""
        return self._english("signatory_title")

    def _english(self, what: str) -> str:
        return str((self.data.get("english") or {}).get(what, ""))

    @property
    def is_refusal(self) -> bool:
        """True for a letter that grants nothing: it must never be taken for a permit."""
        return self.kind == "rejection"

    @property
    def is_letter(self) -> bool:
        """True for what tells of a decision instead of granting something."""
        return self.purpose == Purpose.LETTER or self.is_refusal

    @property
    def is_copy(self) -> bool:
        """True for a duplicate or certified copy: it is worth what its original is worth."""
        return self.purpose in COPIES

    @property
    def by_silence(self) -> bool:
        """True for what the law granted because nobody decided in time."""
        return bool(self.data.get("silence"))

    @property
    def standing(self) -> Standing:
        """What it is worth today, seen for itself; a copy is verified by its original."""
        return papers.standing(
            self.state, self.valid_from, self.valid_until, clock.today(), suspended_until=self.suspended_until
        )


@dataclass(frozen=True, slots=True)
class Label:
    """What names a paper on other pages."""

    id: UUID
    number: str
    code: str


@dataclass(frozen=True, slots=True)
class Verification:
    """Answer to "is this paper real?". ``paper`` is None exactly when ``standing`` is unknown.

    ``since`` and ``until`` tell of what happened to it (for a copy: to its original); ``successor`` took its place.
    """

    standing: Standing
    paper: Paper | None = None
    since: datetime | None = None
    until: date | None = None
    successor: Label | None = None
    original: Label | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """Answer to "is this PDF file real?". ``exact``: byte for byte the file we issued."""

    exact: bool
    verification: Verification
    signature: SignatureReport = field(default_factory=SignatureReport)


def paper(row: Document) -> Paper:
    """A row as others see it."""
    return Paper(**{name: getattr(row, name) for name in Paper.__dataclass_fields__})


def get_document(document_id: UUID, actor: Actor, *, allowed: bool = False) -> Paper:
    """A paper for its holder, for staff of the agency that issued it and for the mall operator.

    Raises: NotFound; Denied("mandate_...") for a hand that may not do its service.
    """
    row = Document.objects.filter(pk=document_id).first()
    if row is None or not (allowed or _may_read(row, actor)):
        raise NotFound
    if not allowed:
        check_hand_on_paper(actor, row)
    return paper(row)


def get_label(document_id: UUID) -> Label:
    """Number and code of a paper, for pages whose reader may see it anyway. Raises: NotFound."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, number, code FROM documents_document WHERE id = %s", [document_id])
        row = cursor.fetchone()
    if row is None:
        raise NotFound
    return Label(*row)


def open_document(document_id: UUID, actor: Actor, *, allowed: bool = False) -> Readable:
    """The signed PDF, for those of :func:`get_document`. Raises: NotFound, Denied("mandate_...")."""
    return readable(get_document(document_id, actor, allowed=allowed))


def document_of(subject: str, kind: str) -> Paper | None:
    """The last paper issued about a subject such as ``application:<uuid>``, if it has been."""
    row = Document.objects.filter(subject=subject, kind=kind).order_by("-issued_at").first()
    return paper(row) if row else None


def list_documents(subjects: Iterable[str]) -> list[Paper]:
    """Papers issued about any of the subjects, oldest first, in one query. The caller decides who may see them."""
    return [paper(row) for row in Document.objects.filter(subject__in=list(subjects)).order_by("issued_at")]


def list_held(holder_ref: str, limit: int = 100) -> list[Paper]:
    """Papers that grant a person something, newest first; letters are left out."""
    rows = Document.objects.filter(holder_ref=holder_ref).exclude(_TELLS_ONLY)
    return [paper(row) for row in rows.order_by("-issued_at")[:limit]]


_TELLS_ONLY = Q(purpose=Purpose.LETTER) | Q(kind="rejection")


def list_papers(ids: Iterable[UUID]) -> dict[UUID, Paper]:
    """Papers by id, in one query; unknown ids are absent. The caller decides who may see them."""
    return {row.id: paper(row) for row in Document.objects.filter(pk__in=list(ids)).order_by("issued_at")}


def readable(found: Paper) -> Readable:
    """The file of a paper. Raises: NotFound when it is not on disk."""
    path = files.document_path(found.id)
    if files.size(path) != found.size:
        raise NotFound
    return Readable(path, found.number.replace("/", "-") + ".pdf", PDF, found.size)


def verify(code: str) -> Verification:
    """Is there a paper with this code (as typed), and does it stand today?"""
    wanted = read_code(code)
    return _verified(Document.objects.filter(code=wanted).first() if wanted else None)


def match_pdf(pdf: bytes) -> Match:
    """Is this PDF one we issued? Compares the fingerprint first; only a stranger's file has its signature examined.

    Raises: Invalid({"berkas": message}) for what is no sound PDF.
    """
    row = Document.objects.filter(sha256=files.sha256_of(pdf)).first()
    if row is not None:
        return Match(
            True, _verified(row), SignatureReport(True, True, True, True, row.signatory_name, row.issued_at)
        )
    try:
        check_is_pdf(pdf)
    except Denied as refused:
        raise Invalid({"berkas": refusal(refused.code)}) from refused
    return Match(False, Verification(Standing.UNKNOWN), verify_pdf(pdf))


@cache
def number_plan() -> NumberPlan:
    """How this city writes numbers; the defaults when it does not say. Raises: Denied("number_pattern")."""
    path = Path(settings.CITY_DIR) / "documents" / "numbers.yaml"
    said = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
    maps = {
        key: tuple(sorted((said.pop(key, None) or {}).items()))
        for key in ("patterns", "labels", "classifications")
    }
    parts: dict[str, Any] = {**said, **maps}
    plan = NumberPlan(**parts)
    for pattern in (plan.pattern, *dict(plan.patterns).values()):
        check_pattern(pattern)
    return plan


def _verified(row: Document | None) -> Verification:
    if row is None:
        return Verification(Standing.UNKNOWN)
    found = paper(row)
    original, judged = None, found
    if found.is_copy and row.earlier_id:
        judged = paper(Document.objects.get(pk=row.earlier_id))
        original = Label(judged.id, judged.number, judged.code)
    return Verification(
        judged.standing,
        found,
        since=judged.state_at,
        until=judged.suspended_until,
        successor=get_label(judged.replaced_by_id) if judged.replaced_by_id else None,
        original=original,
    )


def _may_read(row: Document, actor: Actor) -> bool:
    if owns(row.holder_ref, actor) or actor.kind is ActorKind.SYSTEM:
        return True
    duties = actor.duties if actor.kind is ActorKind.STAFF else {}
    return row.agency_id in duties or any(Role.MALL_OPERATOR in roles for roles in duties.values())
