"""The document of a decided application: what it shows, how long it holds, and what becomes of the one before it."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from babel.dates import format_date
from django.db import transaction

from pendopo.agencies.api import Registered, signatory_of
from pendopo.applications import queries
from pendopo.applications.actions.clock_papers import annexed, stated
from pendopo.applications.actions.objection_words import how_to_object
from pendopo.applications.actions.positions import position_en
from pendopo.applications.actions.registering import keep_registered
from pendopo.applications.models import Application
from pendopo.applications.rules import PROCEEDS, Purpose, State, StepKind, check
from pendopo.applications.rules import purposes as rules
from pendopo.applications.rules.registering import gives_nib
from pendopo.catalogue.api import (
    ServiceVersion,
    agencies_of,
    carried_facts,
    facts,
    get_version,
    in_order_of_pages,
)
from pendopo.documents.api import (
    Paper,
    Signatory,
    draft,
    get_document,
    issue,
    list_documents,
    replace_document,
)
from pendopo.documents.api import Purpose as PaperPurpose
from pendopo.identity.api import SYSTEM, Actor, register_business
from pendopo.kernel import clock
from pendopo.kernel.errors import NotFound
from pendopo.kernel.figures import decimal, unit
from pendopo.kernel.money import rupiah

PROVISIONAL_DAYS: Final = 90
"""How long a provisional document holds where the service says nothing. Source: planning value, to be confirmed per service."""


@transaction.atomic
def issue_decided(row: Application, found: Registered | None = None) -> Paper:
    """Issue the document of an approved application, or the letter of a refused one; again: the same.

    A renewal, an amendment and the final document after a provisional one take the earlier one's place. ``found``: the business OSS
    gave the NIB to; the paper bears that number, and the application is that business's from now on.
    """
    version = get_version(row.version_id)
    refused = row.state == State.REJECTED
    if found is not None:
        _becomes(row, found)
    before = [] if refused else _earlier(row)
    if before and Purpose(row.purpose) in rules.COPIES:
        return issue(kind=row.service_id, **_filed(row, version, _copied(row, version, before[0])))
    document = issue(
        kind="rejection" if refused else row.service_id,
        given_number="" if refused else _given_number(row),
        reasons=[(row.decision.get("reason", ""), row.decision.get("legal_basis", ""))] if refused else [],
        silence=stated(row.decision),
        annex=annexed(row.decision),
        **_filed(row, version, _worded(row, version, before, found, refused=refused)),
    )
    for paper in before:
        replace_document(by=SYSTEM, document_id=paper.id, successor_id=document.id)
    if found is not None:
        keep_registered(row, found, document.number)
    return document


def draft_paper(*, application_id: UUID, step_key: str, by: Actor) -> bytes:
    """The paper as it would be issued if the actor signed now, marked as a draft; nothing is kept.

    For who may act on that signing or initialling step. Raises: NotFound, Denied (see rules.check), Unavailable.
    """
    loaded = queries.load(application_id)
    if not queries.involved(by, loaded.case.steps, loaded.agency_id):
        raise NotFound
    step = loaded.case.step(step_key)
    if step.kind not in _SHOWS_DRAFT:
        raise NotFound
    check(loaded.case, PROCEEDS[step.kind], by, step_key)
    row = Application.objects.select_related("applicant", "business").get(id=application_id)
    row.decision = {"name": "Pejabat penanda tangan"}  # who initials does not know who will sign
    if step.kind is StepKind.SIGNING:
        who = signatory_of(by, row.agency_id)
        row.decision = {"name": who.name, "title": who.title, "employee_no": who.employee_no}
    version, before = get_version(row.version_id), _earlier(row)
    if before and Purpose(row.purpose) in rules.COPIES:
        return draft(**_copied(row, version, before[0]))
    return draft(**_worded(row, version, before, None))


_SHOWS_DRAFT: Final = frozenset({StepKind.INITIALS, StepKind.SIGNING})


def _worded(
    row: Application,
    version: ServiceVersion,
    before: list[Paper],
    found: Registered | None,
    *,
    refused: bool = False,
) -> dict[str, Any]:
    """What the paper of a decision says, and for how long it holds."""
    purpose, content = Purpose(row.purpose), version.content
    ruled = "" if refused else queries.rule_that_decided(row.id, version)
    begins, ends = _validity(content, purpose, _decided_on(row), before[0] if before else None)
    return {
        "title": "Surat Penolakan" if refused else content["output"]["document"],
        "template": "rejection" if refused else "default",
        "rows": _document_rows(row, version, found),
        "legal_basis": _legal_basis(row, version),
        "valid_from": begins,
        "valid_until": None if refused else ends,
        "purpose": PaperPurpose.NEW if refused else PaperPurpose(purpose),
        "earlier": before[0].id if before else None,
        "closing": _closing_of_refusal(row) if refused else _closing_of_grant(ruled),
        **_common(row, content, ruled=bool(ruled)),
    }


def _decided_on(row: Application) -> date:
    return (row.decided_at or clock.now()).astimezone(clock.zone()).date()


def _becomes(row: Application, found: Registered) -> None:
    """The business the application brought about: registered once, and named as whose application it was."""
    row.business = register_business(name=found.name, nib=found.nib, person_id=row.applicant_id, by=SYSTEM)
    row.made_business = True
    row.save(update_fields=["business", "made_business"])


def _given_number(row: Application) -> str:
    """The number that a register outside gave: of a first NIB. Copies and later versions are numbered by the agency."""
    first = row.purpose == Purpose.NEW and row.business is not None
    return row.business.nib if first and row.business and gives_nib(carried_facts(row.service_id)) else ""


@transaction.atomic
def issue_provisional(application_id: UUID, *, until: date | None = None) -> Paper:
    """Issue a provisional document ahead of the decision; ``until`` is its last day. Again: the same."""
    row = Application.objects.select_related("applicant", "business").get(id=application_id)
    version = get_version(row.version_id)
    ends = until or clock.today() + timedelta(days=PROVISIONAL_DAYS)
    return issue(
        kind=row.service_id,
        title=version.content["output"]["document"],
        rows=_document_rows(row, version),
        legal_basis=_legal_basis(row, version),
        valid_until=ends,
        provisional=True,
        **_filed(row, version, _common(row, version.content)),
    )


def on_provisional_wanted(*, application: str, **_more: Any) -> None:
    """Handler of "provisional_wanted": issue it. Twice issues once."""
    issue_provisional(UUID(application))


_BY_RULE: Final = "Diputus oleh sistem tanpa petugas: {rule} Pemegang boleh meminta petugas meninjaunya."

_REFUSED: Final = "Perbaiki hal di atas lalu ajukan kembali. Atau, bila Anda tidak setuju, "


def _closing_of_refusal(row: Application) -> str:
    return _REFUSED + how_to_object(row.agency_id, _decided_on(row), f"permohonan nomor {row.number}")


def _closing_of_grant(ruled: str) -> str:
    return _BY_RULE.format(rule=ruled) if ruled else ""


def _common(row: Application, content: dict[str, Any], *, ruled: bool = False) -> dict[str, Any]:
    """What every document of an application says."""
    owner = _agency(row, content)["name"]
    return {
        "service_name": content["name"],
        "agency_name": owner,
        "holder_name": _holder(row, content["form"]["schema"]["properties"]),
        "signatory": Signatory(
            name=owner if ruled else row.decision.get("name") or SYSTEM.name,
            title=_SEAL if ruled else row.decision.get("title") or owner,
            nip=row.decision.get("employee_no") or "",
        ),
    }


def _filed(row: Application, version: ServiceVersion, said: Mapping[str, Any]) -> dict[str, Any]:
    """What a document of an application says, under what it is kept, whose it is, and what English pages call it."""
    return {
        **said,
        "subject": f"application:{row.id}",
        "service_id": row.service_id,
        "agency_id": row.agency_id,
        "holder_ref": f"person:{row.applicant_id}",
        "business_id": queries.filed_for(row),
        "english": _in_english(row, version.content, said["signatory"].title),
        "by": SYSTEM,
    }


def _in_english(row: Application, content: dict[str, Any], title: str) -> dict[str, str]:
    agency = _agency(row, content)
    english = agency.get("name_en") or ""
    refused = row.state == State.REJECTED
    titles = {_SEAL: "Electronic seal", agency["name"]: english}
    return {
        "title": "Letter of refusal" if refused else content["output"].get("document_en") or "",
        "service_name": content.get("name_en") or "",
        "agency_name": english,
        "signatory_title": titles[title] if title in titles else position_en(title),
    }


_SEAL: Final = "Segel elektronik"


def _agency(row: Application, content: dict[str, Any]) -> dict[str, Any]:
    """Who decides, by name."""
    found: dict[str, Any] = agencies_of([row.agency_id]).get(row.agency_id, content["agency"])
    return found


def _legal_basis(row: Application, version: ServiceVersion) -> list[str]:
    """Law of the service, and the law by which another agency than the catalogue's decided it."""
    rule = queries.competence_on_file(version, queries.open_answers(row.answers), row)
    ours = [rule.legal_basis] if rule and rule.agency_id == row.agency_id else []
    return [*version.content["legal_basis"], *ours]


def _earlier(row: Application) -> list[Paper]:
    """The document this application is about, then the provisional one of the application itself: what the new one takes the place of."""
    own = [paper for paper in list_documents([f"application:{row.id}"]) if paper.provisional]
    return [get_document(row.earlier_document_id, SYSTEM), *own] if row.earlier_document_id else own


def _validity(
    content: dict[str, Any], purpose: Purpose, decided_on: date, earlier: Paper | None
) -> tuple[date, date | None]:
    months = content["output"].get("validity_months")
    before = earlier.valid_until if earlier else None
    counted = _months_later(rules.counts_from(purpose, decided_on, before), months) if months else None
    return rules.validity(purpose, decided_on, before, counted)


def _copied(row: Application, version: ServiceVersion, original: Paper) -> dict[str, Any]:
    """A duplicate or certified copy says what its original says, and points to it."""
    return {
        **_common(row, version.content),
        "title": original.title,
        "rows": [(line["label"], line["value"]) for line in original.data.get("rows", ())],
        "legal_basis": original.data.get("legal_basis", ()),
        "valid_from": original.valid_from,
        "valid_until": original.valid_until,
        "purpose": PaperPurpose(row.purpose),
        "earlier": original.id,
        "closing": f"Diterbitkan kembali {format_date(_decided_on(row), 'd MMMM yyyy', locale='id')}.",
        "holder_name": original.holder_name,
    }


def _holder(row: Application, properties: dict[str, Any]) -> str:
    """Whose paper it is: the person a field marks ``x-holder`` (a child), or the business, or the applicant."""
    answers = queries.open_answers(row.answers)
    named = [
        str(answers[name])
        for name, schema in properties.items()
        if schema.get("x-holder") and answers.get(name)
    ]
    return named[0] if named else row.business.name if row.business else row.applicant.full_name


def _document_rows(
    row: Application, version: ServiceVersion, found: Registered | None = None
) -> list[tuple[str, str]]:
    """What the paper shows, in Indonesian whoever reads: number, applicant, what a register says of the business, and the answers whose
    field says ``x-print: label``, in the order of the form. A paper about somebody else (a child) names who applied last.
    """
    answers = queries.open_answers(row.answers)
    form = version.content["form"]["schema"]
    applied = [("Nama pemohon", row.applicant.full_name)]
    if by := queries.typist(row):
        applied.append(("Diajukan oleh", f"{by} atas nama {row.applicant.full_name}"))
    vocabulary = facts() if found else {}
    registered = [
        (vocabulary[key]["name"], printed({"x-options": vocabulary[key].get("options")}, value))
        for key, value in (found.facts.items() if found else ())
    ]
    said = {label for label, _value in applied + registered}
    answered = [
        (schema["x-print"], printed(schema, answers[name]))
        for name, schema in ((name, form["properties"][name]) for name in in_order_of_pages(form))
        if schema.get("x-print") and schema["x-print"] not in said and answers.get(name) not in (None, "")
    ]
    of_another = any(schema.get("x-holder") for schema in form["properties"].values())
    rest = answered + applied if of_another else applied + registered + answered
    return [("Nomor permohonan", row.number or ""), *rest]


def printed(schema: dict[str, Any], value: Any) -> str:
    """An answer as a paper says it: in Indonesian, with a decimal comma; thousands apart where a unit says that it is an amount."""
    option = (schema.get("x-options") or {}).get(str(value))
    if option:
        return str(option["name"])
    if schema.get("format") == "date":
        return format_date(date.fromisoformat(value), "d MMMM yyyy", locale="id")
    if isinstance(value, bool):
        return "Ya" if value else "Tidak"
    if not isinstance(value, int | float):
        return str(value)
    if schema.get("x-widget") == "currency":
        return rupiah(int(value))
    of = unit(schema.get("x-unit") or "")
    return f"{decimal(value, grouped=bool(of) or isinstance(value, float))} {of}".rstrip()


def _months_later(on: date, months: int) -> date:
    """The same day ``months`` later, or the last day of a shorter month."""
    year, month = divmod(on.month - 1 + months, 12)
    for day in (on.day, 30, 29, 28):
        try:
            return date(on.year + year, month + 1, day)
        except ValueError:
            continue
    raise AssertionError
