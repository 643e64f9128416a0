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


def measured(number: float | str, of: str | None, *, english: bool = False) -> str:
    """A value with its unit: ``36,5 m²``, ``Rp5.000.000/m²``, ``0,24% upah``, ``USD 100``. Rupiah keep their dots in every language."""
    digits = number if isinstance(number, str) else decimal(number, english=english)
    named = unit(of or "")
    if named.startswith("Rp") and not isinstance(number, str):
        return f"Rp{decimal(number)}{named[2:]}"
    if named == "USD":
        return f"USD {digits}"
    return f"{digits}{'' if named.startswith('%') else ' '}{named}".strip()


_SWAPPED: Final = str.maketrans(",.", ".,")
