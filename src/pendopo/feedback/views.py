"""The survey page: nine taps and an optional sentence."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pendopo.applications.api import get_own
from pendopo.feedback import api
from pendopo.feedback.forms import ANSWERS, QUESTIONS


@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: Any, application_id: UUID) -> HttpResponse:
    """Ask once; thank afterwards."""
    if not request.user.is_authenticated:
        return redirect(f"/akun/login/?next={request.path}")
    row = get_own(application_id, request.actor)
    answered = api.is_answered(row.id)
    errors: dict[str, str] = {}
    given = {name: request.POST.get(name, "") for name in api.ELEMENTS}
    comment = request.POST.get("comment", "")
    if request.method == "POST" and not answered:
        errors = {
            name: _("Pilih satu jawaban.")
            for name, value in given.items()
            if value not in {"1", "2", "3", "4"}
        }
        if not errors:
            scores = {name: int(value) for name, value in given.items()}
            api.answer_survey(application_id=row.id, scores=scores, comment=comment, by=request.actor)
            answered = True
    fields = [
        {
            "name": name,
            "widget": "radio",
            "label": QUESTIONS[name],
            "value": given[name],
            "options": ANSWERS,
            "error": errors.get(name, ""),
        }
        for name in api.ELEMENTS
    ]
    context = {
        "row": row,
        "fields": fields,
        "comment": comment,
        "answered": answered,
        "errors": list(errors.items()),
    }
    return render(request, "feedback/survey.html", context, status=422 if errors else 200)
