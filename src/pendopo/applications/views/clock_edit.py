"""What the operator's edits of days and of hours have in common."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pendopo.catalogue.api import list_agencies
from pendopo.web.environment import said


class EditForm(forms.Form):
    """What every edit of days or hours says: for whom, how sure, by which decree; or which earlier one it withdraws."""

    agency = forms.ChoiceField(label=gettext_lazy("Berlaku untuk"), required=False)
    estimated = forms.BooleanField(label=gettext_lazy("Tanggal ini masih perkiraan"), required=False)
    source = forms.CharField(
        label=gettext_lazy("Dasar perubahan"),
        max_length=300,
        help_text=gettext_lazy("Nomor keputusan, surat edaran, atau SKB."),
    )
    withdraw = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=2**62)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agencies = [(agency.id, said(agency)) for agency in list_agencies()]
        self.fields["agency"].choices = [("", _("Semua instansi")), *agencies]  # type: ignore[attr-defined]
        self.order_fields([name for name in self.fields if name not in EditForm.base_fields])
