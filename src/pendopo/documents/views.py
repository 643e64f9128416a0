"""Addresses of files and papers: the resumable upload, downloads, and the public page that says whether a paper is real."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.http.request import UnreadablePostError
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pendopo.documents import api
from pendopo.documents.forms import CheckFile
from pendopo.identity.api import Actor, ActorKind
from pendopo.kernel.errors import Denied, Invalid, NotFound, Unavailable
from pendopo.web.downloads import send_file

View = Callable[..., HttpResponseBase]


def answers_json(view: View) -> View:
    """Refusals as JSON ``{error, message}`` for the script that sends files; downloads and pages are untouched."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except api.WrongOffset as wrong:
            body = {"error": wrong.code, "message": api.refusal(wrong.code), "offset": wrong.offset}
            return JsonResponse(body, status=409, headers={"Upload-Offset": str(wrong.offset)})
        except Denied as refused:
            status = {"not_signed_in": 403, "mandate_scope": 403, "upload_closed": 409}.get(refused.code, 422)
            return JsonResponse({"error": refused.code, "message": api.refusal(refused.code)}, status=status)
        except Invalid as invalid:
            message = next(iter(invalid.errors.values()))
            return JsonResponse(
                {"error": "invalid", "message": message, "fields": invalid.errors}, status=422
            )
        except NotFound:
            return JsonResponse({"error": "not_found", "message": _("Berkas ini tidak ada.")}, status=404)
        except Unavailable:
            message = _(
                "Berkas belum dapat disimpan. Coba lagi beberapa saat; yang sudah terkirim tidak hilang."
            )
            return JsonResponse(
                {"error": "unavailable", "message": message}, status=503, headers={"Retry-After": "30"}
            )

    return answer


@require_POST
@answers_json
def upload_begin(request: HttpRequest) -> HttpResponse:
    """``{name, size, requirement}`` -> 201 ``{id, offset, chunk}``."""
    if _actor(request).kind is ActorKind.PUBLIC:
        raise Denied("not_signed_in")
    name, size, requirement = _announced(request)
    made = api.begin(by=_actor(request), name=name, size=size, requirement=requirement)
    body = {"id": str(made.id), "offset": made.offset, "chunk": api.CHUNK}
    return JsonResponse(body, status=201, headers={"Location": f"/berkas/{made.id}/", "Upload-Offset": "0"})


@require_http_methods(["GET", "HEAD", "PATCH"])
def upload(request: HttpRequest, upload_id: UUID) -> HttpResponseBase:
    """One file: where it ends (HEAD), more of it (PATCH), or the file itself (GET)."""
    if request.method == "PATCH":
        return upload_piece(request, upload_id)
    if request.method == "HEAD":
        return upload_place(request, upload_id)
    return _send(api.open_upload(upload_id, _actor(request)))


@answers_json
def upload_place(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """How much has arrived."""
    found = api.get_upload(upload_id, _actor(request))
    headers = {
        "Upload-Offset": str(found.offset),
        "Upload-Length": str(found.size),
        "Upload-State": found.state,
    }
    return HttpResponse(headers={**headers, "Cache-Control": "no-store"})


@answers_json
def upload_piece(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Raw bytes at ``Upload-Offset``; large bodies are stored piece by piece, so a broken line loses one piece at most."""
    offset = _offset(request)
    found = api.get_upload(upload_id, _actor(request))
    try:
        while piece := request.read(api.CHUNK):
            found = api.append(by=_actor(request), upload_id=upload_id, offset=offset, piece=piece)
            offset = found.offset if found.state == "receiving" else offset + len(piece)
    except UnreadablePostError:  # the line broke; what arrived before is kept
        return JsonResponse({"error": "line_broken", "offset": offset}, status=400)
    if found.offset != offset and found.state == "receiving":
        raise api.WrongOffset(found.offset)
    if found.refusal:
        raise Denied(found.refusal)
    return JsonResponse({"offset": found.offset, "state": found.state})


@require_GET
def download(request: HttpRequest, document_id: UUID) -> FileResponse:
    """The signed PDF for its holder and for staff."""
    return _send(api.open_document(document_id, _actor(request)))


@require_http_methods(["GET", "POST"])
def verify_form(request: HttpRequest) -> HttpResponse:
    """Type a code or hand in a PDF."""
    if request.method == "GET" and request.GET.get("kode", "").strip():
        return redirect("documents:verify", code=request.GET["kode"].strip()[:40].replace("/", " "))
    form, match, status = CheckFile(), None, 200
    if request.method == "POST":
        form = CheckFile(request.POST, request.FILES)
        match, status = _matched(form)
    context = {"form": form, "match": match, "Standing": api.Standing, "show_code": api.show_code}
    return _plain(render(request, "documents/verify_form.html", context, status=status))


@require_GET
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Is the paper with this code real, and does it stand?"""
    found = api.verify(code)
    context = {"found": found, "paper": found.paper, "Standing": api.Standing, "show_code": api.show_code}
    status = 404 if found.paper is None else 200
    return _plain(render(request, "documents/verify.html", context, status=status))


@require_GET
def verify_pdf(_request: HttpRequest, code: str) -> FileResponse:
    """The signed PDF for whoever holds the paper with its code."""
    found = api.verify(code)
    if found.paper is None:
        raise NotFound
    return _send(api.readable(found.paper))


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]  # set by middleware
    return actor


def _announced(request: HttpRequest) -> tuple[str, int, str]:
    """Name, size and requirement out of the JSON body. Raises: Invalid."""
    try:
        said = json.loads(request.body) if len(request.body) <= 4096 else None  # noqa: PLR2004 - three short values
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise Invalid({"berkas": _("Permintaan ini tidak dapat dibaca. Muat ulang halaman, lalu coba lagi.")})
    name, size, requirement = said.get("name"), said.get("size"), said.get("requirement", "")
    if not isinstance(name, str) or type(size) is not int or not isinstance(requirement, str):
        raise Invalid({"berkas": _("Permintaan ini tidak dapat dibaca. Muat ulang halaman, lalu coba lagi.")})
    return name, size, requirement


def _offset(request: HttpRequest) -> int:
    """Where the sender believes the file ends. Raises: Invalid."""
    said = request.headers.get("Upload-Offset", "")
    if not (said.isascii() and said.isdigit() and len(said) < 12):  # noqa: PLR2004 - far above any size
        raise Invalid({"berkas": _("Permintaan ini tidak dapat dibaca. Muat ulang halaman, lalu coba lagi.")})
    return int(said)


def _matched(form: CheckFile) -> tuple[api.Match | None, int]:
    if not form.is_valid():
        return None, 422
    try:
        return api.match_pdf(form.cleaned_data["berkas"].read()), 200
    except Invalid as invalid:
        form.add_error("berkas", invalid.errors["berkas"])
        return None, 422


def _send(found: api.Readable) -> FileResponse:
    return send_file(found.path, found.name, found.content_type)


def _plain(response: HttpResponse) -> HttpResponse:
    """Answers about papers change and belong into no cache and no search engine."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
