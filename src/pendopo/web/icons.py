"""The icons: one path each, drawn by hand on a grid of 24, in the colour of the text around them."""

from functools import cache
from typing import Final

from markupsafe import Markup

PATHS: Final = {
    "check": "M4 13l5 5L20 6",
    "warn": "M12 3 2 21h20zM12 10v5M12 17.5v1",
    "info": "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20M12 11v6M12 7v1",
    "cross": "M5 5l14 14M19 5 5 19",
    "clock": "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20M12 6v6l4 3",
    "file": "M6 2h8l5 5v15H6zM14 2v6h5",
    "search": "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M15 15l6 6",
    "arrow": "M4 12h15M13 6l6 6-6 6",
    "user": "M12 3a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M3 22c0-5 4-7 9-7s9 2 9 7",
    "lock": "M5 11h14v10H5zM8 11V7a4 4 0 0 1 8 0v4",
    "print": "M7 8V3h10v5M7 17H3V8h18v9h-4M7 14h10v7H7z",
    "money": "M2 6h20v12H2zM12 9.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5",
    "place": "M12 22s7-7 7-12a7 7 0 0 0-14 0c0 5 7 12 7 12M12 8v4",
    "phone": "M6 2h12v20H6zM10 19h4",
    "calendar": "M3 5h18v16H3zM3 10h18M8 2v5M16 2v5",
    "civil-registration": "M8 4a3 3 0 1 0 0 6 3 3 0 0 0 0-6"
    "M17 8a2 2 0 1 0 0 4 2 2 0 0 0 0-4M2 20c0-5 3-7 6-7s6 2 6 7M15 20c0-3 1-5 3-5s4 2 4 5",
    "business": "M4 10v11h16V10M2 10l2-7h16l2 7M9 21v-6h6v6M2 10h20",
    "health": "M9 3h6v6h6v6h-6v6H9v-6H3V9h6z",
    "construction-land": "M3 11l9-8 9 8M5 10v11h14V10M10 21v-6h4v6",
    "labour": "M3 8h18v12H3zM9 8V4h6v4M3 13h18",
    "transport": "M4 16V9l2-4h12l2 4v7zM4 11h16M7 16v3M17 16v3M7 13.500h.01M17 13.500h.01",
    "tax": "M5 2h14v20l-3-2-4 2-4-2-3 2zM9 8h6M9 12h6M9 16h3",
    "police": "M12 2l8 3v6c0 6-4 9-8 11-4-2-8-5-8-11V5zM8.500 12l2.500 2.500 4.500-5",
    "immigration": "M5 2h14v20H5zM12 7a4 4 0 1 0 0 8 4 4 0 0 0 0-8M8 11h8M9 18.500h6",
    "social": "M12 21C5 16 2 12 2 8a5 5 0 0 1 10-1 5 5 0 0 1 10 1c0 4-3 8-10 13z",
    "education": "M2 9l10-5 10 5-10 5zM6 11v5c3 3 9 3 12 0v-5M22 9v6",
    "religion": "M12 2v3M5 12a7 7 0 0 1 14 0v9H5zM3 21h18M10 21v-5h4v5",
    "environment": "M5 19C4 9 10 4 20 4c0 10-5 16-15 15zM5 19c3-5 6-8 10-10",
    "utility": "M13 2L4 14h7l-1 8 9-12h-7z",
    "finance": "M2 9l10-6 10 6zM5 9v9M10 9v9M14 9v9M19 9v9M2 21h20",
    "justice": "M12 3v18M7 21h10M4 7h16M4 7l-2.500 7h5zM20 7l-2.500 7h5z",
    "tourism": "M12 10C9 6 5 6 3 9c3-1 6 0 9 1M12 10c3-4 7-4 9-1-3-1-6 0-9 1M12 10c1 4 0 8-2 11M4 21h16",
    "other": "M5 11h2v2H5zM11 11h2v2h-2zM17 11h2v2h-2z",
}


@cache
def icon(name: str) -> Markup:
    """The icon as inline SVG; readers of the screen pass it by. Raises: KeyError."""
    return Markup(  # noqa: S704 - paths are ours
        '<svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">'
        f'<path d="{PATHS[name]}"/></svg>'
    )
