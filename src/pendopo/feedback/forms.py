"""The survey's questions in words."""

from django.utils.translation import gettext_lazy as _

QUESTIONS = {
    "requirements": _("Persyaratan layanan ini"),
    "procedure": _("Kemudahan caranya"),
    "time": _("Kecepatan penyelesaiannya"),
    "fee": _("Kewajaran biayanya"),
    "product": _("Kesesuaian hasil dengan yang dijanjikan"),
    "competence": _("Kemampuan petugas"),
    "behaviour": _("Kesopanan dan keramahan petugas"),
    "complaints": _("Penanganan pengaduan"),
    "facilities": _("Sarana dan prasarana, termasuk halaman ini"),
}
ANSWERS = (("4", _("Sangat baik")), ("3", _("Baik")), ("2", _("Kurang baik")), ("1", _("Tidak baik")))
