"""The operator's home: where to go, and what waits for somebody who runs the mall. Shows what other pages know; decides nothing."""

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from pendopo.applications import api
from pendopo.applications.views.doors import Asked, for_staff
from pendopo.catalogue.api import cards_of, list_misses
from pendopo.identity.api import Role
from pendopo.kernel.errors import Denied
from pendopo.payments.api import Outcome, list_discrepancies

SHOWN: Final = 5
PLACES: Final = (
    (_("Inventaris layanan"), "/operator/inventaris/", _("Apa yang dibawa tiap instansi dan apa yang kurang.")),
    (_("Kalender hari kerja"), "/operator/kalender/", _("Hari libur, dan berkas yang batas waktunya ikut bergeser.")),
    (_("Jam layanan"), "/operator/kalender/jam/", _("Jam buka tiap hari, Ramadan, dan masa lain.")),
    (_("Perubahan kalender"), "/operator/kalender/perubahan/", _("Siapa mengubah apa, dan berkas mana yang terkena.")),
    (_("Keputusan otomatis"), "/otomatis/", _("Layanan yang diputus oleh aturan, dan bagaimana hasilnya.")),
)  # fmt: skip
DIFFERENCES: Final[dict[Outcome, str | Promise]] = {
    Outcome.UNKNOWN_REFERENCE: _("Uang masuk tanpa tagihan yang kita kenal"),
    Outcome.WRONG_AMOUNT: _("Jumlah uang tidak sama dengan tagihan"),
    Outcome.SECOND_PAYMENT: _("Tagihan dibayar dua kali"),
    Outcome.LATE_PAYMENT: _("Uang masuk sesudah tagihan berakhir"),
    Outcome.CONTRADICTION: _("Bank menarik kembali keterangannya"),
}


@for_staff
@require_GET
def home(request: Asked) -> HttpResponse:
    """Links and what waits: searches without result, rules that stopped, differences in payments. Four statements."""
    if not any(Role.MALL_OPERATOR in roles for roles in request.actor.duties.values()):
        raise Denied("wrong_role")
    stopped = api.list_stopped(request.actor)
    cards = cards_of(rule.service_id for rule in stopped)
    context: dict[str, Any] = {
        "places": PLACES,
        "misses": [(miss.query, miss.count) for miss in list_misses(SHOWN)],
        "stopped": [(cards.get(rule.service_id), rule) for rule in stopped],
        "differences": [
            (one, DIFFERENCES.get(one.kind, one.kind)) for one in list_discrepancies(limit=SHOWN)
        ],
    }
    return render(request, "applications/operator.html", context)
