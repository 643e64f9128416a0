"""A city's folder in memory: plain values, and for every value the line it stands on. Leaves out reading files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

SINGLE_SHEETS: Final = ("region", "facts", "requirements", "procedures", "references", "synonyms", "bundles")
OPTIONAL_SHEETS: Final = ("purposes",)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong in a city's folder: relative path, line (from 1) and what to mend."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file: its value as plain Python and a finder of lines."""

    path: str
    value: Any
    find: Callable[[tuple[str | int, ...]], int] = lambda _keys: 1

    def problem(self, keys: tuple[str | int, ...], message: str) -> Problem:
        """Return a problem on the line of the value at ``keys`` (or of the nearest parent that exists)."""
        return Problem(self.path, self.find(keys), message)


@dataclass(frozen=True, slots=True)
class Placed:
    """A service and where it stands."""

    data: Mapping[str, Any]
    agency: str
    sheet: Sheet
    keys: tuple[str | int, ...]

    def problem(self, message: str, *inner: str | int) -> Problem:
        """Return a problem on the line of this service or of a value inside it."""
        return self.sheet.problem((*self.keys, *inner), message)


@dataclass(frozen=True, slots=True)
class City:
    """Everything of a folder that could be read. Values that had the wrong shape are left out."""

    sheets: Mapping[str, Sheet]
    agency_sheets: tuple[Sheet, ...] = ()
    form_sheets: Mapping[str, Sheet] = field(default_factory=dict)
    table_sheets: Mapping[str, Sheet] = field(default_factory=dict)

    def part(self, name: str) -> Mapping[str, Any]:
        """Return the mapping of a single file such as ``requirements``; empty when it is missing or broken."""
        sheet = self.sheets.get(name)
        return sheet.value if sheet and isinstance(sheet.value, dict) else {}

    @property
    def facts(self) -> Mapping[str, Any]:
        """Facts by key."""
        return self.part("facts").get("facts") or {}

    @property
    def tables(self) -> dict[str, Mapping[str, Any]]:
        """Dated reference tables by id."""
        return {
            name: {**sheet.value, "rows": [row for row in sheet.value["rows"] if row is not None]}
            for name, sheet in self.table_sheets.items()
        }

    @property
    def base_form(self) -> Mapping[str, Any]:
        """Keys of the facts every applicant gives, by kind of applicant."""
        return self.part("facts").get("base_form") or {}

    @property
    def operator(self) -> str:
        """The agency that runs the mall."""
        region = self.part("region")
        return str(region.get("operator_agency") or region.get("mall", {}).get("operator_agency") or "")

    @property
    def synonyms(self) -> list[Mapping[str, Any]]:
        """Citizens' words."""
        sheet = self.sheets.get("synonyms")
        return sheet.value if sheet and isinstance(sheet.value, list) else []

    @property
    def agencies(self) -> dict[str, Mapping[str, Any]]:
        """Agencies by id."""
        return {
            sheet.value["id"]: sheet.value for sheet in self.agency_sheets if isinstance(sheet.value, dict)
        }

    def placed(self) -> list[Placed]:
        """Every service with its place, in the order of the files."""
        return [
            Placed(service, sheet.value["id"], sheet, ("services", index))
            for sheet in self.agency_sheets
            if isinstance(sheet.value, dict)
            for index, service in enumerate(sheet.value.get("services") or [])
            if service is not None
        ]
