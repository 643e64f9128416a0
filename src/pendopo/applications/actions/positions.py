"""What a position of staff is called in English, as the region's ``positions_en`` says."""

from django.conf import settings


def position_en(title: str) -> str:
    """``Kepala Dinas`` -> ``Head of agency``; nothing where the region does not say."""
    return str((settings.REGION.get("positions_en") or {}).get(title, ""))
