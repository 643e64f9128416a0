"""What a paper says about objecting to the decision it tells of: until when, how, who answers. In Indonesian, whoever reads."""

from datetime import date
from typing import Final

from babel.dates import format_date
from django.conf import settings

from pendopo.applications.queries.appeals import objection_until, rules_of_region
from pendopo.region.api import Term, Unit

_SAYS: Final = (
    "ajukan keberatan paling lambat {until} ({term} sejak keputusan ini): masuk di {site}, buka {thing}, "
    "lalu pilih “Ajukan keberatan”, atau minta bantuan petugas loket. Keberatan gratis dan dijawab pejabat lain "
    "daripada yang mengambil keputusan ini, paling lama {answer}. Dasar: {law}."
)


def how_to_object(agency_id: str, decided_on: date, thing: str) -> str:
    """The terms of the region, counted for a decision this agency took on a local date. ``thing``: what one opens to do so."""
    terms = rules_of_region()
    return _SAYS.format(
        until=format_date(objection_until(agency_id, decided_on), "d MMMM yyyy", locale="id"),
        term=_words(terms.file_within),
        answer=_words(terms.answer_within),
        site=settings.BASE_URL,
        thing=thing,
        law=terms.legal_basis,
    )


def _words(term: Term) -> str:
    return f"{term.days} {'hari kerja' if term.unit is Unit.WORKING else 'hari kalender'}"
