"""One service for many people: a template to fill in, a sheet to send, its progress, and the rows that came back."""

from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from pendopo.applications import api, forms
from pendopo.applications.connectors.sheets import CSV, XLSX, write_csv, write_template, write_xlsx
from pendopo.applications.rules.groups import (
    ERRORS_HEADING,
    WORKING,
    Column,
    Flaw,
    columns_of,
    common_files,
    declarations,
    letters,
    person_fields,
)
from pendopo.applications.views.doors import login_first
from pendopo.catalogue.api import get_service, get_version
from pendopo.documents.api import list_uploads, receive
from pendopo.identity.api import Actor, ActorKind
from pendopo.kernel.errors import Denied, Invalid, NotFound
from pendopo.web import words, words_hands

REFRESH_SECONDS = 3
FAULTS_SHOWN = 50
_TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class AskedByFiler(HttpRequest):
    """A request that has passed the middleware, from somebody who represents an employer."""

    own_actor: Actor


def for_filers(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Only people and officers, as themselves: sheets are an employer's and never sent in a citizen's name."""

    @wraps(view)
    def checked(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return login_first(request)
        kind = request.own_actor.kind
        if getattr(request, "needs_second_factor", False):
            return redirect("/akun/2fa/")
        if kind not in {ActorKind.PERSON, ActorKind.STAFF}:
            return redirect(f"/saya/identitas/?next={quote(request.get_full_path())}")
        if not api.owners_of(request.own_actor):
            raise Denied("group_nobody")
        return view(request, *args, **kwargs)

    return checked


@for_filers
@require_GET
def overview(request: AskedByFiler) -> HttpResponse:
    """Sheets of my employers, newest first."""
    rows = [(group, get_version(group.version_id).content) for group in api.list_groups(request.own_actor)]
    return render(request, "applications/groups.html", {"rows": rows, "working": WORKING})


@for_filers
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: AskedByFiler, service_id: str) -> HttpResponse:
    """Take the template, send the sheet."""
    service = get_service(service_id).content
    schema = service["form"]["schema"]
    person_fields(schema)
    if service["applicant"] == "business":
        raise Denied("group_not_offered")
    errors: dict[str, str] = {}
    common: dict[str, Any] = {}
    if request.method == "POST":
        try:
            common = _common(request, schema)
            return redirect(f"/kelompok/{_sent(request, service_id, common).id}/")
        except Invalid as refused:
            errors = refused.errors
    context = {
        "service": service,
        "fields": _fields(request, schema, common, errors),
        "errors": list(errors.items()),
        "most": settings.GROUP_MAX_ROWS,
    }
    return render(request, "applications/group_send.html", context, status=422 if errors else 200)


def _common(request: AskedByFiler, schema: forms.Schema) -> dict[str, Any]:
    """Files sent once for all rows, and the declarations ticked. Raises: Invalid."""
    found: dict[str, Any] = {
        name: value for name, value in declarations(schema).items() if request.POST.get(name)
    }
    for name in common_files(schema):
        sent = request.FILES.get(name)
        if sent is None:
            if told := forms.clean(request.POST.get(f"{name}_id", "")):
                found[name] = told
            continue
        requirement = schema["properties"][name].get("x-requirement", name)
        try:
            stored = receive(
                by=request.own_actor, name=sent.name or name, stream=sent, requirement=requirement
            )
        except Invalid as refused:
            raise Invalid({name: next(iter(refused.errors.values()))}) from refused
        found[name] = str(stored.id)
    return found


def _sent(request: AskedByFiler, service_id: str, common: Mapping[str, Any]) -> Any:
    """Raises: Invalid with every refusal at its field."""
    sheet = request.FILES.get("sheet")
    if sheet is None:
        raise Invalid({"sheet": _("Pilih lembar yang sudah Anda isi.")})
    if (sheet.size or 0) > settings.UPLOAD_MAX_BYTES:
        raise Invalid({"sheet": str(words.denied("file_too_large"))})
    try:
        return api.upload_group(
            service_id=service_id,
            owner=request.POST.get("owner", ""),
            file_name=forms.clean(sheet.name or ""),
            data=sheet.read(),
            common=common,
            by=request.own_actor,
        )
    except Denied as refused:
        if not refused.code.startswith("sheet_"):
            raise
        raise Invalid({"sheet": words_hands.sheet_problem(refused.code, str(refused))}) from refused


def _fields(
    request: AskedByFiler, schema: forms.Schema, common: Mapping[str, Any], errors: Mapping[str, str]
) -> list[dict[str, Any]]:
    owners = api.owners_of(request.own_actor)
    ids = [UUID(common[name]) for name in common_files(schema) if forms.is_uuid(common.get(name))]
    files = {str(upload.id): upload for upload in list_uploads(ids).values()} if ids else {}
    once = [
        {
            **forms.field_for(schema, name, answers=common, sources={}, errors=errors, files=files),
            "help": _("Satu berkas untuk semua orang di lembar. PDF, JPG, atau PNG, paling besar 10 MB."),
            "upload": "",
        }
        for name in common_files(schema)
    ]
    ticks = [
        forms.field_for(schema, name, answers=common, sources={}, errors=errors, files={})
        for name in declarations(schema)
    ]
    sheet = {
        "name": "sheet", "widget": "file", "label": _("Lembar yang sudah diisi"), "accept": ".xlsx,.csv",
        "help": _("Excel (.xlsx) atau CSV, paling besar 10 MB dan %(rows)s baris.") % {"rows": settings.GROUP_MAX_ROWS},
        "error": errors.get("sheet", ""),
    }  # fmt: skip
    chosen = {
        "name": "owner", "widget": "radio", "label": _("Pemberi kerja"), "options": owners,
        "value": request.POST.get("owner") or owners[0][0],
    }  # fmt: skip
    return [chosen, sheet, *once, *ticks]


@for_filers
@require_GET
def template(request: AskedByFiler, service_id: str, kind: str) -> HttpResponseBase:  # noqa: ARG001 - the door needs it
    """The empty sheet of a service; as a workbook with a second sheet that explains it."""
    schema = get_service(service_id).content["form"]["schema"]
    person_fields(schema)
    columns = columns_of(schema)
    head = [forms.words({"n": column.title, "e": column.title_en}, "n", "e") for column in columns]
    if kind == CSV:
        return _as_csv(write_csv([head]), f"{service_id}.csv")
    if kind != XLSX:
        raise NotFound
    titles = (_("Petunjuk"), (_("Kolom"), _("Wajib"), _("Cara mengisi"), _("Pilihan")))
    return _as_file(
        write_template(head, (), [_explained(column) for column in columns], titles), f"{service_id}.xlsx"
    )


def _explained(column: Column) -> tuple[str, str, str, str]:
    how = {
        "nik": _("16 angka. Jadikan kolomnya teks agar angkanya tidak berubah."),
        "date": _("Tanggal, misalnya 17-08-1995."),
        "whole": _("Angka bulat tanpa titik."),
        "number": _("Angka; pecahan dengan koma."),
        "yes_no": _("Ya atau Tidak."),
        "choice": _("Salah satu dari pilihan di sebelah kanan."),
    }.get(column.kind, _("Teks."))
    options = "; ".join(
        forms.words({"n": name, "e": english}, "n", "e") for _value, name, english in column.options
    )
    title = forms.words({"n": column.title, "e": column.title_en}, "n", "e")
    return (
        title,
        _("ya") if column.required else _("tidak"),
        " ".join(filter(None, (how, column.help))),
        options,
    )


@for_filers
@require_GET
def progress(request: AskedByFiler, group_id: UUID) -> HttpResponse:
    """How far a sheet is; the page asks again by itself while it moves."""
    group = api.get_group(group_id, request.own_actor)
    done = group.filed + group.bad + group.again
    faults = api.list_faults(group, FAULTS_SHOWN)
    context = {
        "group": group,
        "service": get_version(group.version_id).content,
        "working": group.state in WORKING,
        "done": done,
        "percent": 100 * done // group.total if group.total else 0,
        "faults": [
            sentence for row in faults for sentence in _sentences(group.headings, row.line, row.faults)
        ],
        "more": group.bad + group.again > len(faults) and not group.purged_at,
    }
    response = render(request, "applications/group.html", context)
    if context["working"]:
        response["Refresh"] = str(REFRESH_SECONDS)
    return response


def _sentences(head: list[str], line: int, faults: list[list[Any]]) -> Iterator[str]:
    """``Baris 7, kolom C (NIK): ...``"""
    for place, message in faults:
        if place is None:
            yield _("Baris %(line)s: %(message)s") % {"line": line, "message": message}
            continue
        yield _("Baris %(line)s, kolom %(letter)s (%(title)s): %(message)s") % {
            "line": line, "letter": letters(place), "title": head[place] if place < len(head) else "", "message": message,
        }  # fmt: skip


@for_filers
@require_GET
def mend(request: AskedByFiler, group_id: UUID) -> HttpResponseBase:
    """The rows that came back, with a column that says why: mend and send again. They are kept for ninety days."""
    group = api.get_group(group_id, request.own_actor)
    if group.purged_at:
        raise NotFound
    kept = [place for place, title in enumerate(group.headings) if title.strip() != ERRORS_HEADING]
    head = [*(group.headings[place] for place in kept), ERRORS_HEADING]
    rows = _came_back(group, kept)
    name = f"perbaikan-{group.service_id}.{group.kind}"
    if group.kind == CSV:
        return _as_csv(write_csv(_headed(head, rows)), name)
    return _as_file(write_xlsx(head, rows), name)


def _headed(head: list[str], rows: Iterator[list[Any]]) -> Iterator[list[Any]]:
    yield head
    yield from rows


def _came_back(group: Any, kept: list[int]) -> Iterator[list[Any]]:
    for _line, cells, faults in api.bad_rows(group):
        shown = [
            "" if place >= len(cells) or isinstance(cells[place], Flaw) else cells[place] for place in kept
        ]
        told = (
            f"{group.headings[p]}: {m}" if p is not None and p < len(group.headings) else m for p, m in faults
        )
        yield [*shown, " ".join(told)]


def _as_csv(lines: Any, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type=_TYPES[CSV])
    _keep_private(response, name)
    return response


def _as_file(stream: Any, name: str) -> FileResponse:
    response = FileResponse(stream, content_type=_TYPES[XLSX])
    _keep_private(response, name)
    return response


def _keep_private(response: HttpResponseBase, name: str) -> None:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
