"""What a paper granted by silence says about itself: the statement, and the days that prove it. In Indonesian, whoever reads."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from babel.dates import format_date
from django.utils.translation import override

from pendopo.web import days


def stated(decision: Mapping[str, Any]) -> str:
    """The statement of a decision by silence; empty for any other."""
    if not decision.get("silence"):
        return ""
    return (
        f"Batas waktu permohonan ini berakhir pada {_day(decision['due_on'])} tanpa keputusan pejabat. Karena itu permohonan "
        f"dianggap dikabulkan secara hukum menurut {decision['legal_basis']}. Dokumen ini diterbitkan oleh sistem; "
        "perhitungan batas waktunya terlampir."
    )


def annexed(decision: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The derivation kept with a decision by silence, day by day in words."""
    with override("id"):
        return [
            (
                _day(on),
                days.said(row, number, name, reason, evidence, working=decision.get("unit") != "calendar"),
            )
            for on, row, number, name, reason, evidence in decision.get("derivation") or ()
        ]


def _day(on: str) -> str:
    return format_date(date.fromisoformat(on), "EEEE, d MMMM yyyy", locale="id")
