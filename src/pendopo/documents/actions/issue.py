"""Issuing a paper: number, page, signature, file, row, event and news, in one transaction.

Numbers have no gaps: the counter's row stays locked until the paper is committed, and falls back when it is not.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction

from pendopo.documents.connectors.files import client as files
from pendopo.documents.connectors.pades import client as pades
from pendopo.documents.connectors.typst import client as typst
from pendopo.documents.models import Document
from pendopo.documents.queries import Paper, number_plan, paper
from pendopo.documents.rules import papers
from pendopo.documents.rules.words import breakable, clean_text
from pendopo.identity.api import Actor
from pendopo.kernel import clock, events
from pendopo.kernel.errors import Denied


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who signs, as the paper shows it. ``rank`` and ``nip`` may be empty."""

    name: str
    title: str
    rank: str = ""
    nip: str = ""


def issue(
    *,
    by: Actor,
    subject: str,
    kind: str,
    title: str,
    service_id: str,
    service_name: str,
    agency_id: str,
    agency_name: str,
    holder_name: str,
    holder_ref: str,
    signatory: Signatory,
    business_id: UUID | None = None,
    rows: Sequence[tuple[str, str]] = (),
    legal_basis: Sequence[str] = (),
    reasons: Sequence[tuple[str, str]] = (),
    template: str = "default",
    valid_from: date | None = None,
    valid_until: date | None = None,
    intro: str = "",
    closing: str = "",
    agency_address: str = "",
    purpose: papers.Purpose = papers.Purpose.NEW,
    earlier: UUID | None = None,
    provisional: bool = False,
    silence: str = "",
    annex: Sequence[tuple[str, str]] = (),
    given_number: str = "",
    english: Mapping[str, str] | None = None,
) -> Paper:
    """Issue the paper of ``kind`` about ``subject`` ("application:<uuid>"), or return the one issued before.

    ``purpose`` says what it is to the paper ``earlier``: copies are stamped as such. A ``provisional`` paper has an end and says so.
    ``silence`` states that the law granted it because nobody decided, and ``annex`` (day, what it was) proves it.
    ``rows`` (label, value) stand on the paper as given; ``reasons`` (text, legal basis) are for refusals. ``valid_from`` is
    today unless said; ``valid_until`` is the last valid day, None for no end; both local dates.
    ``business_id`` is the business the holder applied for: the paper closes to a holder who may no longer act for it.
    ``given_number`` is a number a register outside gave; ours is used without one. ``english``: what pages call title, service_name,
    agency_name and signatory_title in English; the paper itself is Indonesian.
    Writes event ``issued`` on ``document:<id>`` and emits ``document_issued(document, subject, number)``.
    Raises: Denied("validity_reversed"), Denied("number_taken") when another paper bears the given number,
    Unavailable (template, key or disk: nothing is issued, no number is used up).
    """
    at, on = clock.now(), clock.today()
    begins = valid_from or on
    if valid_until is not None and valid_until < begins:
        raise Denied("validity_reversed")
    if provisional and valid_until is None:
        raise Denied("provisional_end_missing")
    said = _said(
        title=title, service_name=service_name, agency_name=agency_name, agency_address=agency_address, holder_name=holder_name,
        rows=rows, reasons=reasons, legal_basis=legal_basis, intro=intro, closing=closing, signatory=signatory, silence=silence,
        validity=_validity(begins, valid_until), origin=_origin(earlier, purpose), annex=annex, english=english,
        stamp="TERBIT SEMENTARA" if provisional else papers.STAMPS.get(purpose, ""),
    )  # fmt: skip
    with transaction.atomic():
        _lock(f"{subject} {kind}")
        before = (
            Document.objects.filter(subject=subject, kind=kind, provisional=provisional)
            .exclude(state="annulled")
            .first()
        )
        if before is not None:
            return paper(before)
        number = _given(given_number) or _free_number(agency_id, kind, on)
        row = Document(
            id=uuid4(), number=number, code=new_code(), kind=kind, subject=subject, service_id=service_id,
            service_name=_fit("service_name", service_name), agency_id=agency_id, agency_name=_fit("agency_name", agency_name),
            holder_ref=holder_ref, holder_name=_fit("holder_name", holder_name), business_id=business_id,
            valid_from=begins, valid_until=valid_until,
            issued_at=at, signatory_name=_fit("signatory_name", signatory.name), signatory_title=_fit("signatory_title", signatory.title),
            data={**said, "template": template}, purpose=purpose, earlier_id=earlier, provisional=provisional,
        )  # fmt: skip
        pdf = _produce(row, template, at)
        row.sha256, row.size = files.sha256_of(pdf), len(pdf)
        files.write_once(files.document_path(row.id), pdf)
        row.save(force_insert=True)
        events.record(
            f"document:{row.id}", "issued", actor=by.ref, number=number, sha256=row.sha256, about=subject
        )
        events.emit("document_issued", document=str(row.id), subject=subject, number=number)
    return paper(row)


def draft(
    *,
    title: str,
    service_name: str,
    agency_name: str,
    holder_name: str,
    signatory: Signatory,
    rows: Sequence[tuple[str, str]] = (),
    legal_basis: Sequence[str] = (),
    template: str = "default",
    valid_from: date | None = None,
    valid_until: date | None = None,
    purpose: papers.Purpose = papers.Purpose.NEW,
    earlier: UUID | None = None,
    closing: str = "",
) -> bytes:
    """Typeset the paper as ``issue`` would today, marked KONSEP, without number, code and signature. Nothing is kept.

    The caller decides who may see it. Raises: Unavailable.
    """
    said = _said(
        title=title, service_name=service_name, agency_name=agency_name, holder_name=holder_name, rows=rows, legal_basis=legal_basis,
        validity=_validity(valid_from or clock.today(), valid_until), signatory=signatory, closing=closing,
        stamp=papers.STAMPS.get(purpose, ""), origin=_origin(earlier, purpose),
    )  # fmt: skip
    return typst.typeset(template, breakable(said) | {"draft": True}, at=clock.now()).pdf


def _said(
    *,
    signatory: Signatory,
    rows: Sequence[tuple[str, str]],
    reasons: Sequence[tuple[str, str]] = (),
    annex: Sequence[tuple[str, str]] = (),
    legal_basis: Sequence[str],
    english: Mapping[str, str] | None = None,
    **texts: str,
) -> dict[str, Any]:
    """What a paper says, as its template reads it: cleaned, without what is empty."""
    said: dict[str, Any] = {
        **texts,
        "rows": [{"label": label, "value": value} for label, value in rows],
        "reasons": [{"text": text, "legal_basis": basis} for text, basis in reasons],
        "legal_basis": list(legal_basis),
        "signatory": asdict(signatory),
        "issued_on": papers.day_words(clock.today()),
        "demo": settings.MODE != "production",
        "annex": [{"on": on, "what": what} for on, what in annex],
        "english": {key: text for key, text in (english or {}).items() if text},
    }
    return {key: value for key, value in _clean(said).items() if value != ""}


def _validity(begins: date, until: date | None) -> str:
    """Nothing for a paper that never ends."""
    return papers.validity_words(begins, until) if until else ""


def _origin(earlier: UUID | None, purpose: papers.Purpose) -> str:
    """One line about the paper this one comes from."""
    row = Document.objects.filter(pk=earlier).first() if earlier else None
    if row is None:
        return ""
    of = f"dokumen nomor {row.number} tanggal {papers.day_words(row.issued_at.astimezone(clock.zone()).date())}"
    if purpose in papers.COPIES:
        return f"Kedudukannya sama dengan aslinya: {of}."
    return f"Menggantikan {of}."


def receipt(
    *,
    number: str,
    agency_name: str,
    status_path: str,
    rows: Sequence[tuple[str, str]],
    enclosures: Iterable[str] = (),
    title: str = "Tanda Terima Permohonan",
    closing: str = "",
) -> bytes:
    """Typeset a receipt (PDF, not signed, not kept). ``status_path``: path of the status page, such as ``/permohonan/...``."""
    address = f"{settings.BASE_URL}{status_path}"
    said = {
        "title": title,
        "number": number,
        "agency_name": agency_name,
        "rows": [{"label": label, "value": value} for label, value in rows],
        "enclosures": list(enclosures),
        "closing": closing,
        "status_url": address,
        "demo": settings.MODE != "production",
    }
    return typst.typeset(
        "receipt", {**breakable(_clean(said)), "qr": typst.qr_svg(address)}, at=clock.now()
    ).pdf


def _given(number: str) -> str:
    """The number a register gave, or nothing where there is none: one of ours never stands in for it. Raises: Denied("number_taken")."""
    if number and Document.objects.filter(number=number).exists():
        raise Denied("number_taken")
    return number


def _free_number(agency_id: str, kind: str, on: date) -> str:
    """The next number of the series that no paper bears: two kinds may be written alike, and patterns change."""
    while True:
        sequence = take_number(agency_id, kind, on.year)
        number = papers.format_number(number_plan(), agency=agency_id, kind=kind, sequence=sequence, on=on)
        if not Document.objects.filter(number=number).exists():
            return number


def take_number(agency_id: str, kind: str, year: int) -> int:
    """The next number of the series; its row stays locked until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO documents_numberseries AS s (agency_id, kind, year, last) VALUES (%s, %s, %s, 1) "
            "ON CONFLICT (agency_id, kind, year) DO UPDATE SET last = s.last + 1 RETURNING last",
            [agency_id, kind, year],
        )
        return int(cursor.fetchone()[0])


def new_code() -> str:
    """A verification code nobody can guess: 80 random bits."""
    return "".join(secrets.choice(papers.ALPHABET) for _ in range(papers.CODE_LENGTH))


def _produce(row: Document, template: str, at: datetime) -> bytes:
    """Typeset and sign."""
    address = f"{settings.BASE_URL}/v/{row.code}/"
    page = {
        **breakable(row.data),
        "number": row.number,
        "code_shown": papers.show_code(row.code),
        "verify_url": address,
        "qr": typst.qr_svg(address),
        "certificate_issuer": pades.issuer_name(),
    }
    made = typst.typeset(template, page, at=at)
    place = str(settings.REGION.get("capital") or settings.REGION.get("name") or "")
    return pades.sign_pdf(
        made.pdf, name=row.signatory_name, reason=f"Penerbitan {row.number}", location=place
    )


def _fit(field: str, text: str) -> str:
    """Cleaned and as long as its column; the paper itself shows the whole text."""
    column = Document._meta.get_field(field)  # noqa: SLF001 - Django's documented name
    return clean_text(text)[: getattr(column, "max_length", None)]


def _lock(what: str) -> None:
    """Only one transaction at a time issues this paper."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [f"document {what}"])


def _clean(value: Any) -> Any:
    """Clean every text in nested data."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, Mapping):
        return {key: _clean(inner) for key, inner in value.items()}
    return [_clean(inner) for inner in value] if isinstance(value, list | tuple) else value
