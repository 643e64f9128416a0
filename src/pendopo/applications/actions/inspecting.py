"""The record of a field inspection: a signed paper of its own (berita acara), so that what was seen cannot be changed later."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pendopo.agencies.api import signatory_of_account
from pendopo.applications.actions.positions import position_en
from pendopo.applications.models import Application, Step
from pendopo.applications.queries import filed_for
from pendopo.catalogue.api import get_agency, get_version
from pendopo.documents.api import Signatory, issue
from pendopo.identity.api import SYSTEM, Role
from pendopo.kernel import clock
from pendopo.web.environment import when

MINUTES = "minutes"


def minutes_kind(step_key: str) -> str:
    """Under which kind the record of a step is kept: one record a step."""
    return f"{MINUTES}-{step_key}"


def on_inspected(*, application: str, step: str, **_more: Any) -> None:
    """Handler of "inspected": issue the record, signed by who inspected. Twice issues once."""
    row = Application.objects.select_related("applicant", "business").get(id=application)
    done = Step.objects.get(application_id=row.id, key=step)
    content = get_version(row.version_id).content
    agency = get_agency(done.agency_id)
    who = signatory_of_account(UUID(done.done_by.removeprefix("staff:")), done.agency_id, Role.TECHNICAL_TEAM)
    visit = done.result.get("appointment", {})
    issue(
        subject=f"application:{row.id}",
        kind=minutes_kind(step),
        title="Berita Acara Pemeriksaan Lapangan",
        service_id=row.service_id,
        service_name=content["name"],
        agency_id=done.agency_id,
        agency_name=agency.name,
        holder_name=row.business.name if row.business else row.applicant.full_name,
        holder_ref=f"person:{row.applicant_id}",
        business_id=filed_for(row),
        rows=[
            ("Nomor permohonan", row.number or ""),
            ("Layanan", content["name"]),
            ("Waktu kunjungan", when(datetime.fromisoformat(visit["at"])) if visit.get("at") else ""),
            ("Tempat", visit.get("place", "")),
            ("Hasil", "Memenuhi" if done.favourable else "Tidak memenuhi"),
            ("Temuan", done.result.get("note", "")),
        ],
        legal_basis=content["legal_basis"],
        signatory=Signatory(who.name, who.title or agency.name, who.employee_no),
        valid_from=(done.done_at or clock.now()).astimezone(clock.zone()).date(),
        english={
            "title": "Record of the site inspection",
            "service_name": content.get("name_en") or "",
            "agency_name": agency.name_en,
            "signatory_title": position_en(who.title),
        },
        by=SYSTEM,
    )
