"""The operator's service hours: the week, Ramadan of each year, and an edit that first says which deadlines end at another hour."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from pendopo.applications import api
from pendopo.applications.queries import clock as deadlines
from pendopo.applications.views.clock_edit import EditForm
from pendopo.applications.views.doors import Asked, for_staff
from pendopo.catalogue.api import list_agencies
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied
from pendopo.region import api as region
from pendopo.region.api import Hours, Span, Week
from pendopo.web import words

ADDRESS: Final = "/operator/kalender/jam/"
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIRST_MONDAY: Final = date(2026, 1, 5)
TYPED: Final = ("%H:%M", "%H.%M", "%H:%M:%S")


class HoursForm(EditForm):
    """A week's hours to enter, or some to withdraw, with the decree that says so."""

    name = forms.CharField(
        label=gettext_lazy("Nama"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Misalnya: Ramadan 1448 H, atau Jam layanan biasa."),
    )
    first = forms.DateField(label=gettext_lazy("Mulai tanggal"), widget=forms.DateInput, required=False)
    last = forms.DateField(
        label=gettext_lazy("Sampai dengan"),
        widget=forms.DateInput,
        required=False,
        help_text=gettext_lazy("Untuk Ramadan. Kosongkan bila berlaku seterusnya."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for day in WEEKDAYS:
            for part in ("opens", "closes"):
                self.fields[f"{day}_{part}"] = forms.TimeField(required=False, input_formats=TYPED)
            self.fields[f"{day}_break"] = forms.IntegerField(required=False, min_value=0, max_value=240)

    def clean(self) -> dict[str, Any]:
        """Hours to enter need a name and a first day; each day of service its opening and closing."""
        found: dict[str, Any] = super().clean() or {}
        if found.get("withdraw"):
            return found
        for name in ("name", "first"):
            if not found.get(name) and name not in self.errors:
                self.add_error(name, _("Isi bagian ini."))
        for day in WEEKDAYS:
            opens, closes = found.get(f"{day}_opens"), found.get(f"{day}_closes")
            missing = [part for part, at in (("opens", opens), ("closes", closes)) if at is None]
            if len(missing) == 1 and f"{day}_{missing[0]}" not in self.errors:
                self.add_error(
                    f"{day}_{missing[0]}", _("Isi jam buka dan jam tutup, atau kosongkan keduanya.")
                )
            elif opens and closes and Span(opens, closes, found.get(f"{day}_break") or 0).minutes <= 0:
                self.add_error(f"{day}_closes", str(words.denied("hours_order")))
        return found

    def hours(self) -> list[Hours]:
        """The hours to enter."""
        said = self.cleaned_data
        if said.get("withdraw"):
            return []
        week = tuple(
            Span(said[f"{day}_opens"], said[f"{day}_closes"], said[f"{day}_break"] or 0)
            if said[f"{day}_opens"]
            else None
            for day in WEEKDAYS
        )
        return [Hours(said["name"], week, said["first"], said["last"], said["agency"], said["estimated"])]

    def days(self) -> Iterator[dict[str, Any]]:
        """The rows of the week's table: {on, cells}, each cell with what was typed and what is wrong with it."""
        for number, day in enumerate(WEEKDAYS):
            cells = [self[f"{day}_{part}"] for part in ("opens", "closes", "break")]
            yield {
                "on": FIRST_MONDAY + timedelta(days=number),
                "cells": [(c.html_name, c.value(), " ".join(map(str, c.errors))) for c in cells],
            }


@for_staff
@require_http_methods(["GET", "POST"])
def hours(request: Asked) -> HttpResponse:
    """The hours of service. A POST first shows what would change; with ``sure`` it is done."""
    deadlines.check_operator(request.actor)
    if request.method == "GET":
        return _show(request, HoursForm(initial=_beginning(request)))
    form = HoursForm(request.POST)
    if not form.is_valid():
        return _show(request, form, status=422)
    enter, withdraw = form.hours(), [form.cleaned_data["withdraw"]] if form.cleaned_data["withdraw"] else []
    source = form.cleaned_data["source"]
    try:
        if request.POST.get("sure") == "yes":
            api.change_hours(enter=enter, withdraw=withdraw, source=source, by=request.actor)
            return redirect(ADDRESS)
        shifts = deadlines.preview_hours(enter, withdraw, request.actor)
    except Denied as refused:
        form.add_error(None, str(words.denied(refused.code)))
        return _show(request, form, status=409 if words.is_conflict(refused.code) else 422)
    context = {
        "shifts": shifts, "moved": sum(shift.count for shift in shifts), "form": form, "agencies": _agencies(), "source": source,
        "enter": [(one, _lines(one.week)) for one in enter],
        "withdrawn": region.get_hours(withdraw[0]) if withdraw else None,
    }  # fmt: skip
    return render(request, "applications/hours_preview.html", context)


def _show(request: Asked, form: HoursForm, status: int = 200) -> HttpResponse:
    today = clock.today()
    known = region.known_hours()
    usual = region.hours_on(today, [one for one in known if one.until_on is None])
    context = {
        "form": form, "days": list(form.days()), "agencies": _agencies(), "usual": _lines(usual.week),
        "a_week": divmod(region.minutes_a_week(usual.week), 60), "ranges": shown_ranges(today), "entered": region.list_hours(),
    }  # fmt: skip
    return render(request, "applications/hours.html", context, status=status)


def shown_ranges(since: date, until: date | None = None) -> list[tuple[Hours, list[dict[str, Any]]]]:
    """Ramadan and other ranges that touch those days, the nearest first, with their weeks."""
    ranges = [
        one
        for one in region.known_hours()
        if one.until_on and one.until_on >= since and (until is None or one.from_on <= until)
    ]
    return [(one, _lines(one.week)) for one in sorted(ranges, key=lambda one: (one.from_on, one.agency_id))]


def _lines(week: Week) -> list[dict[str, Any]]:
    """A week as people read it: days in a row that are alike in one line, {first, last, span}."""
    lines: list[dict[str, Any]] = []
    for number, span in enumerate(week):
        on = FIRST_MONDAY + timedelta(days=number)
        if lines and lines[-1]["span"] == span:
            lines[-1]["last"] = on
        else:
            lines.append({"first": on, "last": on, "span": span})
    return lines


def _beginning(request: Asked) -> dict[str, Any]:
    """What the form begins with: the usual week, or Ramadan of one year with its days and hours, to be settled."""
    known = region.known_hours()
    asked = request.GET.get("mulai", "")
    found = next((one for one in known if one.until_on and one.from_on.isoformat() == asked), None)
    week = (
        found.week
        if found
        else region.hours_on(clock.today(), [one for one in known if not one.until_on]).week
    )
    said: dict[str, Any] = {}
    if found:
        said = {"name": found.name, "first": found.from_on, "last": found.until_on, "agency": found.agency_id}
    for day, span in zip(WEEKDAYS, week, strict=True):
        if span:
            said |= {f"{day}_opens": f"{span.opens:%H.%M}", f"{day}_closes": f"{span.closes:%H.%M}"}
            said[f"{day}_break"] = span.break_minutes
    return said


def _agencies() -> dict[str, Any]:
    return {agency.id: agency for agency in list_agencies()}
