"""The operator's calendar: the free days of a year, an edit that first says who would move, and what every edit moved."""

import re
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from pendopo.applications import api
from pendopo.applications.queries import clock as deadlines
from pendopo.applications.views.clock_edit import EditForm
from pendopo.applications.views.clock_hours import shown_ranges
from pendopo.applications.views.doors import Asked, for_staff
from pendopo.catalogue.api import list_agencies
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied
from pendopo.region import api as region
from pendopo.region.api import DayKind, Entry
from pendopo.web import words

PAGE: Final = 100
LONGEST_DAYS: Final = 31
YEAR_DIGITS: Final = 4
SERIAL: Final = re.compile(r"[0-9]{1,18}")
KINDS: Final = {
    DayKind.LOCAL_HOLIDAY: gettext_lazy("Hari libur setempat"),
    DayKind.HOLIDAY: gettext_lazy("Hari libur nasional"),
    DayKind.COLLECTIVE_LEAVE: gettext_lazy("Cuti bersama"),
    DayKind.WORKING: gettext_lazy("Hari kerja"),
}


class DaysForm(EditForm):
    """Days to enter, or one to withdraw, with the decree that says so."""

    first = forms.DateField(label=gettext_lazy("Tanggal"), widget=forms.DateInput, required=False)
    last = forms.DateField(
        label=gettext_lazy("Sampai dengan"),
        widget=forms.DateInput,
        required=False,
        help_text=gettext_lazy("Kosongkan bila hanya satu hari."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Jenis hari"),
        choices=[(kind.value, said) for kind, said in KINDS.items()],
        required=False,
    )
    name = forms.CharField(
        label=gettext_lazy("Nama hari"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Misalnya: Pemilihan kepala daerah."),
    )

    def clean(self) -> dict[str, Any]:
        """A day to enter needs date, kind and name; a span may not be endless."""
        found: dict[str, Any] = super().clean() or {}
        if found.get("withdraw"):
            return found
        for name in ("first", "name", "kind"):
            if not found.get(name) and name not in self.errors:
                self.add_error(name, _("Isi bagian ini."))
        first, last = found.get("first"), found.get("last")
        if first and last and not timedelta(0) <= last - first < timedelta(days=LONGEST_DAYS):
            self.add_error("last", _("Tanggal akhir paling lama 31 hari sesudah tanggal awal."))
        return found

    def entries(self) -> list[Entry]:
        """The days to enter; a span of free days leaves weekends out."""
        said = self.cleaned_data
        if said.get("withdraw"):
            return []
        first, last = said["first"], said["last"] or said["first"]
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        kind = DayKind(said["kind"])
        wanted = [day for day in days if len(days) == 1 or day.weekday() < 5]  # noqa: PLR2004 - Monday to Friday
        return [Entry(day, kind, said["name"], said["agency"], said["estimated"]) for day in wanted]


@for_staff
@require_http_methods(["GET", "POST"])
def calendar(request: Asked) -> HttpResponse:
    """The days of a year. A POST first shows who would move; with ``sure`` it is done."""
    deadlines.check_operator(request.actor)
    if request.method == "GET":
        return _show(request, DaysForm())
    form = DaysForm(request.POST)
    if not form.is_valid():
        return _show(request, form, status=422)
    enter, withdraw = form.entries(), [form.cleaned_data["withdraw"]] if form.cleaned_data["withdraw"] else []
    try:
        if request.POST.get("sure") == "yes":
            number = api.change_calendar(
                enter=enter, withdraw=withdraw, source=form.cleaned_data["source"], by=request.actor
            )
            return redirect(f"/operator/kalender/perubahan/{number}/")
        preview = deadlines.preview_change(enter, withdraw, request.actor)
    except Denied as refused:
        form.add_error(None, str(words.denied(refused.code)))
        return _show(request, form, status=409 if words.is_conflict(refused.code) else 422)
    context = {
        "preview": preview, "enter": enter, "withdrawn": next(iter(region.get_days(withdraw)), None), "kinds": KINDS,
        "form": form, "agencies": _agencies(), "source": form.cleaned_data["source"],
    }  # fmt: skip
    return render(request, "applications/calendar_preview.html", context)


def _show(request: Asked, form: DaysForm, status: int = 200) -> HttpResponse:
    days, year = region.calendar(), _year(request)
    shown = sorted((on, kind, name) for on, (kind, name) in days.days.items() if on.year == year)
    context = {
        "form": form, "year": year, "kinds": KINDS, "agencies": _agencies(), "estimated": days.estimated,
        "ranges": shown_ranges(date(year, 1, 1), date(year, 12, 31)),
        "days": shown, "years": [y for y in (year - 1, year + 1) if days.first_year <= y <= days.last_year],
        "entered": region.list_days(year), "lacks_leave": year >= clock.today().year and region.lacks_leave(year, days),
    }  # fmt: skip
    return render(request, "applications/calendar.html", context, status=status)


def _year(request: Asked) -> int:
    """The year asked for, as far as the calendar reaches."""
    days, asked = region.calendar(), request.GET.get("tahun", "")
    known = (
        asked.isascii()
        and asked.isdigit()
        and len(asked) == YEAR_DIGITS
        and days.first_year <= int(asked) <= days.last_year
    )
    return int(asked) if known else clock.today().year


def _agencies() -> dict[str, Any]:
    return {agency.id: agency for agency in list_agencies()}


@for_staff
@require_GET
def recounts(request: Asked) -> HttpResponse:
    """The latest edits of the calendar and how many deadlines each moved."""
    deadlines.check_operator(request.actor)
    return render(request, "applications/recounts.html", {"rows": deadlines.list_recounts()})


@for_staff
@require_GET
def recount(request: Asked, recount_id: int) -> HttpResponse:
    """Whose deadline one edit moved, from when to when."""
    deadlines.check_operator(request.actor)
    row = deadlines.get_recount(recount_id)
    after = request.GET.get("after", "")
    moved = deadlines.list_moved(row.id, int(after) if SERIAL.fullmatch(after) else 0, PAGE + 1)
    more = f"?after={moved[PAGE - 1].id}" if len(moved) > PAGE else ""
    context = {"row": row, "moved": moved[:PAGE], "agencies": _agencies(), "more": more}
    return render(request, "applications/recount.html", context)
