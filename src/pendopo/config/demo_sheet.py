"""A filled-in sheet of invented workers for any service, to try group filing with: most rows right, three wrong on purpose."""

from collections.abc import Iterator
from typing import IO, Any, Final

from pendopo.applications.connectors.sheets import write_xlsx
from pendopo.applications.rules.groups import Column, columns_of, person_fields
from pendopo.catalogue.api import get_service

ROWS: Final = 25
_FIRST: Final = ("Agus", "Rina", "Dedi", "Maria", "Yusuf", "Lestari", "Bonar", "Kartika", "Ahmad", "Wayan")
_LAST: Final = (
    "Saputra",
    "Lubis",
    "Siregar",
    "Wulandari",
    "Hasibuan",
    "Tan",
    "Nasution",
    "Purba",
    "Ginting",
    "Halim",
)
_ENDINGS: Final = {
    "birth_place": "Batam", "birth_date": "17-08-1995", "address": "Jalan Melati 1", "phone": "081234567890", "email": "pekerja@contoh.id",
    "rt": "001", "rw": "002", "village": "Tanjung Uma", "district": "Lubuk Baja",
}  # fmt: skip


def sample_sheet(service_id: str) -> IO[bytes]:
    """The workbook; the caller closes it. Raises: NotFound, Denied("group_not_offered")."""
    schema = get_service(service_id).content["form"]["schema"]
    nik, name = person_fields(schema)
    columns = columns_of(schema)
    return write_xlsx([column.title for column in columns], _rows(columns, nik, name))


def _rows(columns: tuple[Column, ...], nik: str, name: str) -> Iterator[list[Any]]:
    for number in range(ROWS):
        row = {column.field: sample_value(column) for column in columns}
        row |= {nik: f"21710117089500{number + 10}", name: f"{_FIRST[number % 10]} {_LAST[number * 3 % 10]}"}
        row |= _spoilt(number, nik)
        yield [row[column.field] for column in columns]


def _spoilt(number: int, nik: str) -> dict[str, str]:
    """Three faults to see what comes back: a day that does not exist, a digit missing, somebody twice."""
    return {7: {nik: "2171013102950017"}, 12: {nik: "217101170895002"}, 20: {nik: "2171011708950010"}}.get(
        number, {}
    )


def sample_value(column: Column) -> str:
    """Something that fits the column of any form."""
    ending = next((value for key, value in _ENDINGS.items() if column.field.endswith(f"_{key}")), None)
    if column.kind in {"text", "date"} and ending:
        return ending
    first = column.options[0][1] if column.options else column.title[: column.max_length or None]
    return {"whole": "1", "number": "1", "yes_no": "Ya", "date": "02-01-2026"}.get(column.kind, first)
