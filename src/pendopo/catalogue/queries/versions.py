"""Services and their versions; whether answers fit the form; what it costs. Versions never change, so they stay in memory."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import jsonschema_rs
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from pendopo.catalogue.models import Register, Service
from pendopo.catalogue.models import ServiceVersion as Version
from pendopo.catalogue.rules import fees, references
from pendopo.catalogue.rules.forms import digits_of, nik_fault
from pendopo.catalogue.rules.presence import Ending
from pendopo.catalogue.rules.shown import ServiceVersion
from pendopo.kernel import clock, sql
from pendopo.kernel.errors import Denied, NotFound
from pendopo.web import words

EARLIEST: Final = "1900-01-01"
LATEST: Final = "2099-12-31"
_NIK_EXPECTED: Final = gettext_lazy("NIK terdiri dari 16 angka sesuai KTP atau KK. Periksa kembali angkanya.")
# What a field expects, by the first keyword of its schema that fits.
EXPECTED: Final = (
    ("x-widget", "nik", _NIK_EXPECTED),
    ("x-widget", "file", gettext_lazy("Unggah ulang berkas ini.")),
    ("format", "date", gettext_lazy("Isi tanggal yang benar, misalnya 17 Agustus 1990.")),
    ("format", "email", gettext_lazy("Isi alamat surel yang benar, misalnya nama@contoh.id.")),
    ("x-autocomplete", "email", gettext_lazy("Isi alamat surel yang benar, misalnya nama@contoh.id.")),
    ("x-autocomplete", "tel", gettext_lazy("Isi nomor ponsel yang benar, misalnya 081234567890.")),
    ("type", "integer", gettext_lazy("Isi dengan angka bulat tanpa titik atau huruf.")),
    ("type", "number", gettext_lazy("Isi dengan angka.")),
)


_CURRENT = """SELECT current_version_id FROM catalogue_service
WHERE id = %s AND is_active AND (ends_on IS NULL OR ends_on >= %s)"""


def get_service(service_id: str) -> ServiceVersion:
    """Return the version of a service that holds now. Raises NotFound, also for one that has ended (see ``get_ending``)."""
    found = sql.one(_CURRENT, [service_id, clock.today()])  # by hand: every submission asks it
    if found is None:
        raise NotFound(service_id)
    return get_version(found[0])


def get_ending(service_id: str) -> Ending | None:
    """When a service ends or ended and what follows it; None for one without a last day."""
    row = Service.objects.filter(pk=service_id, ends_on__isnull=False).first()
    if row is None or row.ends_on is None:
        return None
    name_en = str(row.card.get("name_en") or row.name)
    return Ending(row.id, row.name, name_en, row.ends_on, row.replaced_by, row.ends_on < clock.today())


def current_versions(service_id: str | None = None) -> dict[str, UUID]:
    """Version that holds now by service, of all or of one; also of services that ended while cases run."""
    rows = Service.objects.filter(current_version__isnull=False)
    if service_id is not None:
        rows = rows.filter(pk=service_id)
    return dict(rows.values_list("id", "current_version_id"))


@lru_cache(maxsize=1024)
def get_version(version_id: UUID) -> ServiceVersion:
    """Return any version, also of a retired service. Raises NotFound."""
    version = Version.objects.filter(pk=version_id).first()
    if version is None:
        raise NotFound(str(version_id))
    return ServiceVersion(version.pk, version.service_id, version.version, version.content)


def facts() -> dict[str, dict[str, Any]]:
    """Every fact of the vocabulary by key."""
    return _register("facts")


def get_fact(key: str) -> dict[str, Any]:
    """One fact of the vocabulary. Raises NotFound."""
    try:
        return facts()[key]
    except KeyError:
        raise NotFound(key) from None


def carried_facts(service_id: str) -> list[str]:
    """Keys of the facts that a document issued by this service carries, as the registry of requirements says."""
    carried = [
        requirement.get("facts") or ()
        for requirement in _register("requirements").values()
        if requirement.get("from_service") == service_id
    ]
    return sorted({key for keys in carried for key in keys})


def _register(name: str) -> dict[str, Any]:
    return Register.objects.filter(pk=name).values_list("data", flat=True).first() or {}


def condition(expr: str, **variables: Any) -> bool:
    """Whether a condition of the catalogue holds. Raises Denied("condition_broken")."""
    return fees.condition(expr, variables)


def refs_on(content: Mapping[str, Any], on: date) -> dict[str, Any]:
    """What expressions of a version see as ``refs`` on that day: scalars, and the rows of its tables that hold then."""
    return {**content["refs"], **references.resolved(content.get("tables") or {}, on)}


def fee_lines(
    version: ServiceVersion, answers: Mapping[str, Any], on: date | None = None
) -> list[fees.FeeLine] | None:
    """Lines of the fee in whole rupiah for a filing ``on`` that day (today when not given); ``[]`` when free.

    ``None`` when an officer must assess: no rule, answers missing, or a reference table says nothing about that day.
    """
    content = version.content
    try:
        return fees.fee_lines(
            content["fee"],
            refs_on(content, on or clock.today()),
            answers,
            content["form"]["schema"]["properties"],
        )
    except fees.BadExpression:
        return None


@lru_cache(maxsize=1024)
def _validator(version: ServiceVersion) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(version.content["form"]["schema"], validate_formats=True)


@lru_cache(maxsize=1024)
def _bounded_dates(version: ServiceVersion) -> tuple[tuple[str, str, bool], ...]:
    """(field, bound, is_upper) of every date: ISO dates or ``today``, from ``x-min``, ``x-max`` or what any date may be."""
    dates = {
        name: prop
        for name, prop in version.content["form"]["schema"]["properties"].items()
        if prop.get("format") == "date"
    }
    lower = [(name, prop.get("x-min", EARLIEST), False) for name, prop in dates.items()]
    return tuple(lower + [(name, prop.get("x-max", LATEST), True) for name, prop in dates.items()])


def validate(version: ServiceVersion, answers: Mapping[str, Any]) -> dict[str, str]:
    """Messages for people by field name; empty when the answers are a complete and correct form. All errors at once."""
    answers = dict(answers)
    validator = _validator(version)
    messages: dict[str, str] = {}
    if not validator.is_valid(answers):
        properties = version.content["form"]["schema"]["properties"]
        for error in validator.iter_errors(answers):
            for field, message in _messages(error, properties):
                messages.setdefault(field, message)
    for field, bound, is_upper in _bounded_dates(version):
        if field not in messages and (message := _out_of_bounds(answers.get(field), bound, is_upper)):
            messages[field] = message
    for rule in version.content["form"]["schema"].get("x-rules") or ():
        if rule["field"] not in messages and _contradicts(rule["when"], answers):
            messages[rule["field"]] = _said(rule, "says", "says_en")
    return messages


def _contradicts(when: str, answers: Mapping[str, Any]) -> bool:
    """Whether answers cannot be true together; what looks at an answer nobody gave, or gave as something else, says nothing yet."""
    try:
        told = {name: value for name, value in answers.items() if value not in (None, "")}
        return fees.condition(when, {"answers": told})
    except Denied:
        return False


def _out_of_bounds(value: Any, bound: str, is_upper: bool) -> str:
    if not isinstance(value, str) or not value:
        return ""
    limit = clock.today().isoformat() if bound == "today" else bound
    if is_upper and value > limit:
        if bound == "today":
            return _("Tanggal ini masih akan datang. Periksa kembali.")
        return _("Tanggal ini terlalu jauh di depan. Periksa kembali.")
    if not is_upper and value < limit:
        return _("Tanggal ini terlalu lama. Periksa kembali.")
    return ""


def _messages(error: jsonschema_rs.ValidationError, properties: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(field, message) for one error of the validator; unknown fields are named one by one."""
    kind, detail = error.kind.name, error.kind.as_dict()
    if kind in {"additionalProperties", "unevaluatedProperties"}:
        return [(name, _("Isian ini tidak dikenal oleh formulir.")) for name in detail["unexpected"]]
    if kind == "required" and not error.instance_path:
        field = detail["property"]
        return [(field, _missing(properties.get(field, {}), field))]
    if not error.instance_path:
        return [("", _("Jawaban Anda belum lengkap atau saling bertentangan. Periksa kembali."))]
    field = str(error.instance_path[0])
    return [(field, _wrong(kind, detail, properties.get(field, {}), error.instance))]


def _title(prop: Mapping[str, Any], field: str) -> str:
    return _said(prop, "title", "x-title-en") or field


def _said(prop: Mapping[str, Any], name: str, name_en: str) -> str:
    text = prop.get(name) or ""
    return str(text if (get_language() or "id").startswith("id") else prop.get(name_en) or text)


def _missing(prop: Mapping[str, Any], field: str) -> str:
    title, widget = _title(prop, field), prop.get("x-widget")
    if widget == "file":
        return _("Berkas belum diunggah: %(title)s.") % {"title": title}
    if prop.get("const") is True:
        return _("Centang pernyataan ini untuk melanjutkan.")
    if title.endswith("?"):
        return _("Pertanyaan ini belum dijawab.")
    if widget in {"radio", "select"}:
        return _("Pilih %(title)s.") % {"title": title}
    return _("%(title)s belum diisi.") % {"title": title}


def _wrong(kind: str, detail: Mapping[str, Any], prop: Mapping[str, Any], value: Any) -> str:
    """What is wrong with what was typed, and what is expected."""
    number = _number(prop, value) if kind in {"maxLength", "pattern"} and value else ""
    return number or _by_kind(kind, detail, prop, value)


def _by_kind(kind: str, detail: Mapping[str, Any], prop: Mapping[str, Any], value: Any) -> str:
    if kind in {"minLength", "const", "required"} or value in ("", None):
        return _missing(prop, "")
    if kind == "maxLength" and prop.get("format") != "date":
        return _too_long(int(detail["limit"]))
    if kind in {"enum", "oneOf", "anyOf"}:
        return _("Pilih salah satu dari pilihan yang ada.")
    if kind in {"minimum", "exclusiveMinimum"}:
        return _("Angkanya terlalu kecil. Paling sedikit %(n)s.") % {"n": _plain(detail["limit"])}
    if kind in {"maximum", "exclusiveMaximum"}:
        return _("Angkanya terlalu besar. Paling banyak %(n)s.") % {"n": _plain(detail["limit"])}
    return _by_type(prop)


def _too_long(limit: int) -> str:
    return ngettext("Paling banyak %(n)s huruf.", "Paling banyak %(n)s huruf.", limit) % {"n": limit}


def _number(prop: Mapping[str, Any], value: Any) -> str:
    """What a number that is kept as text must look like; empty for every other field."""
    if prop.get("x-widget") == "nik":
        code = nik_fault(str(value))
        return str(_NIK_EXPECTED if code == "nik_length" else words.denied(code))
    digits = digits_of(prop)
    if digits is None:
        return ""
    fewest, most = digits
    if not most:
        return _("Isi dengan angka saja.")
    if fewest == most:
        return ngettext("Isi dengan %(n)s angka.", "Isi dengan %(n)s angka.", most) % {"n": most}
    return _("Isi dengan %(fewest)s sampai %(most)s angka.") % {"fewest": fewest, "most": most}


def _by_type(prop: Mapping[str, Any]) -> str:
    """What the field expects, when a type, pattern or format does not fit."""
    for keyword, value, message in EXPECTED:
        if prop.get(keyword) == value:
            return str(message)
    if help_ := _said(prop, "x-help", "x-help-en"):
        return _("Bentuk isian ini belum benar. %(help)s") % {"help": help_}
    return _("Bentuk isian ini belum benar. Periksa kembali.")


def _plain(number: float) -> str:
    return f"{number:,}".translate(str.maketrans(",.", ".,"))
