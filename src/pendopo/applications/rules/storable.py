"""What the database can keep of an answer. Pure."""

from typing import Any, Final

BIGGEST: Final = 2**53  # whole numbers beyond this are not exact in JSON, and no answer is that large


def is_storable(value: Any) -> bool:
    """True for text without NUL or half characters, for numbers JSON keeps exactly and for nothing; false for anything inside anything."""
    if isinstance(value, str):
        return "\0" not in value and value.encode("utf-8", "ignore").decode() == value
    return value is None or (isinstance(value, int | float) and abs(value) < BIGGEST)
