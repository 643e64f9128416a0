"""Numbers as people write them: 1.234,5 in Indonesian, 1,234.5 in English. Knows no language of a reply; money is in ``money``."""

from typing import Final

PLACES: Final = 6


def decimal(number: float, *, grouped: bool = True, english: bool = False) -> str:
    """``7.5`` -> ``7,5``, ``120.0`` -> ``120``, ``1234.5`` -> ``1.234,5`` (English ``1,234.5``). ``grouped``: thousands apart."""
    text = f"{number:,.{PLACES}f}" if grouped else f"{number:.{PLACES}f}"
    text = text.rstrip("0").rstrip(".")
    return text if english else text.translate(_SWAPPED)


def unit(code: str) -> str:
    """``m²`` for ``m2``."""
    return code.replace("m2", "m²").replace("m3", "m³")


_SWAPPED: Final = str.maketrans(",.", ".,")
