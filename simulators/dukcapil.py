"""The population registry's web service: one call returns a record, another says which fields agree.

Field names and envelope are those of the real service; an unknown number is an answer, not an error. Modes beside
those of ``server``: ``repeat`` (every record twice), ``reorder`` (the answer to the call before), ``lie`` (somebody
else's record; with ``field`` and ``value`` only that field is false).
"""

import hmac
import os
import re
import sys
from typing import Any

from simulators import people
from simulators.server import Answer, Call, Refuse, Simulator, arguments, as_json, serve

CALL = re.compile(r"/dukcapil/get_json/(?P<agency>[\w-]{1,40})/CALL_(?P<kind>NIK|VERIFY)")
NOBODY = {"RESPON": "Data Tidak Ditemukan"}
STRANGER = "2171071507820009"
OF_THE_CALLER = {"NIK", "user_id", "password", "IP_USER"}


def envelope(rows: list[dict[str, str]]) -> dict[str, Any]:
    """Wrap rows as the real service does."""
    return {
        "content": rows, "lastPage": True, "firstPage": True, "numberOfElements": len(rows), "sort": None,
        "totalElements": len(rows), "totalPages": 1, "size": len(rows), "number": 0,
    }  # fmt: skip


class Dukcapil(Simulator):
    name = "dukcapil"

    def __init__(self, token: str = "demo-dukcapil") -> None:
        self.token = token
        super().__init__()

    def reset(self) -> None:
        super().reset()
        self.before: list[dict[str, str]] = [NOBODY]

    def answer(self, call: Call) -> Answer:
        match = CALL.fullmatch(call.path)
        if match is None:
            raise Refuse(404, "no such call")
        if call.method != "POST":
            raise Refuse(405, "use POST")
        if not hmac.compare_digest(
            call.headers.get("authorization", "").encode(), f"Bearer {self.token}".encode()
        ):
            raise Refuse(401, "token is not known")
        asked = call.json()
        nik = asked.get("NIK")
        if not isinstance(nik, str):
            raise Refuse(400, "NIK is missing")
        person = people.find(nik)
        if person is None:
            rows = [NOBODY]
        elif match["kind"] == "NIK":
            rows = [person]
        else:
            rows = [self._compare(person, asked)]
        return as_json(envelope(self._behave(rows)))

    @staticmethod
    def _compare(person: dict[str, str], asked: dict[str, Any]) -> dict[str, str]:
        """Say of each field that was sent whether it agrees; upper and lower case and spaces do not count."""

        def plain(value: object) -> str:
            return " ".join(str(value).split()).casefold()

        told = {key: value for key, value in asked.items() if key in person and key not in OF_THE_CALLER}
        same = {key: plain(value) == plain(person[key]) for key, value in told.items()}
        return {
            "NIK": person["NIK"],
            **{key: "Sesuai" if yes else "Tidak Sesuai" for key, yes in same.items()},
        }

    def _behave(self, rows: list[dict[str, str]]) -> list[dict[str, str]]:
        if self.mode == "repeat":
            return rows * 2
        if self.mode == "reorder":
            with self.lock:
                self.before, rows = rows, self.before
            return rows
        if self.mode == "lie" and "field" in self.options:
            return [{**row, self.options["field"]: self.options.get("value", "")} for row in rows]
        if self.mode == "lie":
            return [people.find(STRANGER) or NOBODY]
        return rows


def main() -> int:
    parser = arguments("Simulator of the population registry (Dukcapil).", 8101)
    parser.add_argument("--token", default=os.environ.get("PENDOPO_DUKCAPIL_TOKEN", "demo-dukcapil"))
    chosen = parser.parse_args()
    return serve(Dukcapil(chosen.token), chosen.port)


if __name__ == "__main__":
    sys.exit(main())
