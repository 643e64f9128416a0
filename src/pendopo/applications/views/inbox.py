"""The inbox: what waits for an officer, what breaks first on top, searched by number or name; and what comes after an act."""

from datetime import date
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from pendopo.applications import api, forms
from pendopo.applications.views.doors import Asked, for_staff
from pendopo.catalogue.api import get_version
from pendopo.identity.api import Role
from pendopo.kernel import clock
from pendopo.region.api import calendar, working_days_between
from pendopo.web import words

PAGE = 50
LONGEST: Final = 120
_ONLOOKERS = {Role.MAYOR, Role.REGIONAL_SECRETARY}
STATES: Final = {
    "new": gettext_lazy("Baru, belum disentuh"),
    "corrected": gettext_lazy("Sudah diperbaiki pemohon"),
    "late": gettext_lazy("Lewat batas waktu"),
}
_DONE: Final = "done:"


@for_staff
@require_GET
def inbox(request: Asked) -> HttpResponse:
    """What waits for me, what breaks first on top. Who only looks on has no tasks and sees what is late."""
    roles = {role for held in request.actor.duties.values() for role in held}
    if roles and roles <= _ONLOOKERS:
        return redirect("/kerja/kota/")
    sought = _sought(request)
    rows = api.inbox(request.actor, after=_key(request.GET.get("after", "")), limit=PAGE + 1, sought=sought)
    waiting = api.list_waiting(request.actor)
    reviews = bool(api.reviewer_agencies(request.actor))
    context = {
        "rows": _drawn(rows[:PAGE]),
        "sought": sought,
        "asked": sought != api.Sought(),
        "services": [("", _("Semua layanan")), *_services(waiting)],
        "states": [("", _("Semua keadaan")), *STATES.items()],
        "next": _next(request),
        "reviews": api.count_reviews(request.actor) if reviews else 0,
        "stopped": api.list_stopped(request.actor) if reviews else [],
        "count": min(sum(one.count for one in waiting), api.COUNTED),
        "more": _more(rows, sought),
    }
    return render(request, "applications/inbox.html", context)


def _sought(request: Asked) -> api.Sought:
    """What the form above the list asks for. A state nobody knows asks nothing."""
    state = request.GET.get("keadaan", "")
    return api.Sought(
        text=forms.clean(request.GET.get("q", ""))[:LONGEST],
        service_id=forms.clean(request.GET.get("layanan", ""))[:64],
        state=state if state in STATES else "",
    )


def _drawn(rows: list[api.InboxRow]) -> list[dict[str, Any]]:
    today, days = clock.today(), calendar()
    return [
        {
            "row": row,
            "service": get_version(row.version_id).content,
            "left": working_days_between(today, row.due_on, days) if row.due_on else None,
        }
        for row in rows
    ]


def _services(waiting: list[api.Waiting]) -> list[tuple[str, str]]:
    """The services of what waits, by name, with how many of each."""
    named = [(one, forms.words(get_version(one.version_id).content, "name", "name_en")) for one in waiting]
    return [
        (one.service_id, f"{name} ({one.count})") for one, name in sorted(named, key=lambda pair: pair[1])
    ]


def _more(rows: list[api.InboxRow], sought: api.Sought) -> str:
    """Address of the next page, with what is sought."""
    if len(rows) <= PAGE:
        return ""
    last = rows[PAGE - 1]
    asked = {"q": sought.text, "layanan": sought.service_id, "keadaan": sought.state}
    key = {"after": f"{last.due_on or '9999-12-31'},{last.step_id}"}
    return "/kerja/?" + urlencode({name: value for name, value in asked.items() if value} | key, safe=",")


def _key(text: str) -> tuple[str, int]:
    """``2026-11-22,17`` -> the key of the last row of the page before; anything else starts at the top."""
    due, _comma, step = text.partition(",")
    try:
        return (str(date.fromisoformat(due)), int(step))
    except ValueError:
        return api.START


def tell_done(request: Asked, application_id: UUID, place: tuple[str, int], state: api.State) -> None:
    """Say which file was acted on and how it stands now; the inbox, which reads it, offers the file after ``place``, where it stood."""
    row = api.get_for_staff(application_id, request.actor)
    said = {
        "number": row.number,
        "service": forms.words(get_version(row.version_id).content, "name", "name_en"),
        "state": words.state(state),
    }
    text = _("Tercatat. Berkas %(number)s, %(service)s, sekarang: %(state)s.") % said
    messages.success(request, text, extra_tags=f"{_DONE}{application_id}:{place[0]},{place[1]}")


def _next(request: Asked) -> dict[str, Any] | None:
    """The file that comes after the one just acted on."""
    told = [one.extra_tags for one in messages.get_messages(request) if one.extra_tags]
    done = next((tags for tags in reversed(told) if tags.startswith(_DONE)), None)
    if done is None:
        return None
    application_id, _colon, place = done.removeprefix(_DONE).partition(":")
    row = api.next_file(request.actor, UUID(application_id), _key(place))
    return {"row": row, "service": get_version(row.version_id).content} if row else None
