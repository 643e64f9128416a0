"""Shape of what people send to have a paper checked."""

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from pendopo.documents.api import refusal


class CheckFile(forms.Form):
    """A PDF to be compared with what was issued."""

    berkas = forms.FileField(
        label=_("Berkas PDF"),
        help_text=_("Paling besar 10 MB. Berkas diperiksa lalu langsung dihapus; tidak ada yang disimpan."),
        error_messages={
            "required": _("Pilih berkas PDF yang ingin diperiksa."),
            "empty": _("Berkas ini kosong. Pilih berkas lain."),
            "invalid": _("Pilih berkas PDF yang ingin diperiksa."),
        },
        allow_empty_file=False,
    )

    def clean_berkas(self) -> "UploadedFile[bytes]":
        """Refuse what is larger than anything we issue or accept."""
        file: UploadedFile[bytes] = self.cleaned_data["berkas"]
        if (file.size or 0) > settings.UPLOAD_MAX_BYTES:
            raise forms.ValidationError(refusal("file_too_large"))
        return file
