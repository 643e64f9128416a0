"""The end of a submission's one form: who will see what, everything to check, filing it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pendopo.applications import api, forms
from pendopo.applications.views import checked
from pendopo.applications.views.doors import Asked, for_citizens
from pendopo.applications.views.submission import is_fixed, title_of, where_left_off
from pendopo.applications.views.submission_drawn import agencies_of
from pendopo.catalogue.api import fee_lines, get_version
from pendopo.kernel.errors import Denied, Invalid, NotFound
from pendopo.web import words


@for_citizens
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: Asked, submission_id: UUID) -> HttpResponse:
    """Who will see which answers, and why; the applicant allows it once for the whole bundle."""
    row = api.get_submission(submission_id, request.actor)
    if request.method == "POST":
        api.consent(submission_id=row.id, by=request.actor)
        return redirect(f"/pengajuan/{row.id}/periksa/")
    sheet = api.consent_sheet(row, api.list_parts(row.id))
    context = {
        "row": row,
        "title": title_of(row.goal),
        "agencies": [
            {
                "name": forms.words(one["agency"], "name", "name_en"),
                "services": [forms.words(service, "name", "name_en") for service in one["services"]],
                "sees": [forms.words(prop, "title", "x-title-en") for prop in one["questions"].values()],
            }
            for one in sheet.values()
        ],
    }
    return render(request, "applications/submission_consent.html", context)


@for_citizens
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: Asked, submission_id: UUID) -> HttpResponse:
    """Check the answers of the whole bundle, then file it."""
    row = api.get_submission(submission_id, request.actor)
    errors: dict[str, str] = {}
    problem = ""
    if request.method == "POST":
        try:
            wants = "wants_person" in request.POST
            api.file_submission(submission_id=row.id, by=request.actor, wants_person=wants)
            return redirect(f"/pengajuan/{row.id}/tanda-terima/")
        except Invalid as refused:
            errors = refused.errors
        except Denied as refused:
            if refused.code == "consent_missing":
                return redirect(f"/pengajuan/{row.id}/persetujuan/")
            problem = "" if refused.code == "plan_changed" else str(words.denied(refused.code))
    context = _review_context(request, row, errors, problem)
    return render(
        request, "applications/submission_review.html", context, status=422 if errors or problem else 200
    )


def _review_context(request: Asked, row: Any, errors: dict[str, str], problem: str) -> dict[str, Any]:
    parts = api.list_parts(row.id)
    merged = api.bundle_form(row, parts, everything=True)
    answers = api.typed_answers(row)
    files = api.attached(merged.schema, answers, request.actor.ref)
    is_draft = row.state == "draft"
    if is_draft and not errors:  # a page that saves itself keeps what is wrong, too
        errors = api.check_parts(row, parts)
    change = f"/pengajuan/{row.id}/isi/" if is_draft else ""
    sections = [
        (
            page.title,
            [
                shown | ({"change": ""} if is_fixed(row, shown["name"]) else {})
                for shown in checked.summary_rows(
                    merged.schema,
                    page,
                    answers=answers,
                    sources=row.sources,
                    errors=errors,
                    files=files,
                    change=change,
                )
            ],
        )
        for page in forms.pages(merged.schema)
    ]
    agencies = agencies_of(row, parts, api.list_applications(parts))
    return {
        "row": row,
        "title": title_of(row.goal),
        "sections": [(title, rows) for title, rows in [_told(row, parts), *sections] if rows],
        "warned": checked.warned(sections),
        "errors": [
            *checked.listed(merged.schema, errors, errors, change),
            *([("", problem)] if problem else []),
        ],
        "complete": not errors,
        "editable": is_draft,
        "services": [
            _priced(merged, part, answers) | {"agency": agencies[part.service_id]} for part in parts
        ],
        "by_rule": [name for part in parts if (name := _decided_by_rule(part))],
        "wants_person": "wants_person" in request.POST,
        "changes": _changes(row, request) if is_draft else [],
        "gone": _gone(row, request) if is_draft else [],
    }


def _told(row: Any, parts: Iterable[Any]) -> tuple[str, list[dict[str, str]]]:
    """What the forms would ask and the finder was told: (heading, rows)."""
    found = {}
    for part in parts:
        version = get_version(part.version_id)
        for name, value in api.finder_told(row, version).items():
            prop = version.content["form"]["schema"]["properties"][name]
            option = forms.words(prop["x-options"].get(value, {}), "name", "name_en")
            found[name] = {"label": forms.words(prop, "title", "x-title-en"), "value": option}
    return _("Dari rencana Anda"), list(found.values())


def _decided_by_rule(part: Any) -> str:
    """The name of a service that the system decides when everything is proven, else empty."""
    content = get_version(part.version_id).content
    is_ruled = any(step.get("auto") for step in content["procedure"]["steps"])
    return forms.words(content, "name", "name_en") if is_ruled else ""


def _priced(merged: Any, part: Any, answers: dict[str, Any]) -> dict[str, Any]:
    """One service of the bundle with its fee as far as the answers tell."""
    version = get_version(part.version_id)
    lines = fee_lines(version, merged.answers_for(part.service_id, answers))
    return {
        "name": forms.words(version.content, "name", "name_en"),
        "wave": part.wave,
        "fee_idr": None if lines is None else sum(line.amount_idr for line in lines),
    }


def _changes(row: Any, request: Asked) -> list[str]:
    """What the catalogue of today makes of the plan, in sentences."""
    try:
        made, changes = api.plan_now(row, request.actor)
    except (Invalid, NotFound):
        return []
    says = {
        "added": _("%(name)s sekarang juga diperlukan."),
        "removed": _("%(name)s tidak diperlukan lagi."),
        "changed": _("Ketentuan %(name)s berubah."),
    }
    names = {part["service_id"]: part for part in row.plan["parts"]} | {
        part.service_id: {"name": part.name, "name_en": part.name_en} for part in made.parts
    }
    return [
        says[change.kind] % {"name": forms.words(names[change.service_id], "name", "name_en")}
        for change in changes
    ]


def _gone(row: Any, request: Asked) -> list[str]:
    """Why this goal cannot be planned at all today; empty when it can."""
    try:
        api.plan_now(row, request.actor)
    except Invalid as refused:
        return list(refused.errors.values())
    except NotFound:
        return [
            _("Tujuan ini tidak lagi dilayani di mal ini. Cari layanan yang Anda perlukan satu per satu.")
        ]
    return []


@for_citizens
@require_POST
def renew(request: Asked, submission_id: UUID) -> HttpResponse:
    """Accept the plan as the catalogue of today makes it; what was typed stays."""
    api.renew_plan(submission_id=submission_id, by=request.actor)
    return redirect(where_left_off(api.get_submission(submission_id, request.actor)))
