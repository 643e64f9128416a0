"""Money is an ``int`` of whole rupiah; nothing here ever holds a float."""


def rupiah(amount_idr: int) -> str:
    """``150000`` -> ``Rp150.000``; negative amounts keep the sign before ``Rp``."""
    sign = "-" if amount_idr < 0 else ""
    return f"{sign}Rp{abs(amount_idr):,}".replace(",", ".")
