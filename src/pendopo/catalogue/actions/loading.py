"""Loading a city into the catalogue and writing it back out."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import connection, transaction

from pendopo.catalogue.actions.endings import save_endings
from pendopo.catalogue.actions.searching import index
from pendopo.catalogue.connectors.folder import client as folder
from pendopo.catalogue.models import Agency, Register, Service
from pendopo.catalogue.queries.lists import registers
from pendopo.catalogue.rules import checks, presence, promises, references
from pendopo.catalogue.rules.automatic import rule_list
from pendopo.catalogue.rules.city import City, Problem
from pendopo.catalogue.rules.content import assemble, digest
from pendopo.catalogue.rules.shown import LoadReport
from pendopo.catalogue.rules.standard import standard_of
from pendopo.kernel import clock, events
from pendopo.kernel.errors import Invalid

REGISTERS: Final = ("requirements", "procedures", "references", "purposes")


def check(city_dir: Path) -> list[Problem]:
    """Return everything wrong with a city's folder, in the order of files and lines; empty when it can be loaded."""
    return _read(city_dir)[1]


def notes(city_dir: Path) -> list[Problem]:
    """What is not wrong but worth knowing of a sound folder: days for which a reference table says nothing."""
    return sorted(references.notes(folder.read(Path(city_dir))[0]))


def _read(city_dir: Path) -> tuple[City, list[Problem]]:
    city, unreadable = folder.read(Path(city_dir))
    return city, sorted({*unreadable, *checks.problems(city)})


OpenWork = Callable[[Iterable[str]], Mapping[str, int]]
"""Applications with open steps by agency, for those agencies that have any."""


@transaction.atomic
def load(city_dir: Path, *, by: str, open_work: OpenWork = lambda _agencies: {}) -> LoadReport:
    """Make the catalogue say what the folder says; ``by`` names the actor in the event log.

    A changed service gets a new version, one that is gone or has ended becomes inactive, the rest stays untouched. ``open_work`` tells
    what agencies that leave still have open: without a successor they may not leave.
    Raises: Invalid({"path:line": message}) when the folder has problems; then nothing changes.
    """
    city, problems = _read(city_dir)
    problems = problems or _unfinished(city, open_work)
    if problems:
        raise Invalid({f"{problem.path}:{problem.line}": problem.message for problem in problems})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('catalogue', 0))")
    today, placed = clock.today(), city.placed()
    contents = {p.data["id"]: assemble(p, city) for p in placed if presence.is_offered(p, city, today)}
    _save_agencies(city)
    report = _save_services(contents, len(city.agencies))
    save_endings([p.data for p in placed])
    _save_registers(city, contents)
    index(contents, city)
    changes: dict[str, Any] = {
        "new": list(report.new),
        "changed": list(report.changed),
        "retired": list(report.retired),
    }
    if any(changes.values()):
        events.record("catalogue", "catalogue_loaded", actor=by, **changes)
        events.emit("catalogue_loaded", **changes)
    return report


def _unfinished(city: City, open_work: OpenWork) -> list[Problem]:
    """Agencies that leave, or whose file is gone, with open applications that nobody takes over."""
    sheets = {sheet.value["id"]: sheet for sheet in city.agency_sheets}
    active = Agency.objects.filter(is_active=True).values_list("id", flat=True)
    heirs = {
        key: presence.successor_of(sheets[key].value) if key in sheets else ""
        for key in active
        if key not in sheets or presence.has_left(sheets[key].value)
    }
    alone = [key for key, heir in heirs.items() if not heir]
    found = []
    for key, number in sorted(open_work(alone).items() if alone else ()):
        message = (
            f"{key} has {number} open applications: name who takes them over (presence.successor), or keep it until they are "
            "concluded"
        )
        sheet = sheets.get(key)
        found.append(sheet.problem(("presence",), message) if sheet else Problem("agencies", 1, message))
    return found


def _save_agencies(city: City) -> None:
    rows = [
        Agency(
            id=key,
            name=agency["name"],
            name_en=agency["name_en"],
            level=agency["level"],
            data={name: agency.get(name) for name in ("presence", "connector", "complaint_channels")},
            is_active=not presence.has_left(agency),
        )
        for key, agency in city.agencies.items()
    ]
    columns = ["name", "name_en", "level", "data", "is_active"]
    Agency.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=columns)
    Agency.objects.exclude(pk__in=city.agencies.keys()).update(is_active=False)


def _save_services(contents: Mapping[str, dict[str, Any]], agencies: int) -> LoadReport:
    digests = {key: digest(content) for key, content in contents.items()}
    before = {
        key: (active, version, old)
        for key, active, version, old in Service.objects.values_list(
            "id", "is_active", "current_version__version", "current_version__digest"
        )
    }
    changed = [key for key in contents if key not in before or before[key][2] != digests[key]]
    versions = {key: uuid4() for key in changed}
    new = [_row(key, contents[key]) for key in changed if key not in before]
    Service.objects.bulk_create(new)
    _insert_versions(
        [
            {
                "id": str(versions[key]),
                "service": key,
                "version": (before.get(key, (True, 0, ""))[1] or 0) + 1,
                "digest": digests[key],
                "content": contents[key],
            }
            for key in changed
        ]
    )
    _point_to(versions, contents)
    back = [key for key in contents if key in before and not before[key][0]]
    Service.objects.filter(pk__in=back).update(is_active=True)
    retired = sorted(key for key, (active, _v, _d) in before.items() if active and key not in contents)
    Service.objects.filter(pk__in=retired).update(is_active=False)
    return LoadReport(
        new=tuple(row.id for row in new),
        changed=tuple(key for key in changed if key in before),
        unchanged=len(contents) - len(changed),
        retired=tuple(retired),
        agencies=agencies,
    )


def _insert_versions(rows: list[dict[str, Any]]) -> None:
    """One JSON text for all rows: quoting hundreds of large JSON values one by one takes seconds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO catalogue_serviceversion (id, service_id, version, digest, content, created_at) "
            "SELECT r.id, r.service, r.version, r.digest, r.content, %s FROM jsonb_to_recordset(%s::jsonb) "
            "AS r(id uuid, service text, version int, digest text, content jsonb)",
            [clock.now(), json.dumps(rows, ensure_ascii=False)],
        )


def _point_to(versions: Mapping[str, UUID], contents: Mapping[str, dict[str, Any]]) -> None:
    rows = []
    for key, version in versions.items():
        row = _row(key, contents[key])
        row.current_version_id = version
        rows.append(row)
    columns = ["agency", "current_version", "name", "category", "card", "is_active"]
    Service.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=columns)


def _row(key: str, content: Mapping[str, Any]) -> Service:
    return Service(
        id=key,
        agency_id=content["agency"]["id"],
        name=content["name"],
        category=content["category"],
        card={
            "name_en": content["name_en"],
            "kind": content["kind"],
            "applicant": content["applicant"],
            "channel": content["channel_default"],
            "sla_working_days": content["sla_working_days"],
            **promises.in_calendar_days(content),
            "sla_minutes": content["sla_minutes"],
            "fee_type": content["fee"]["type"],
            "amount_idr": content["fee"]["amount_idr"],
            "output": content["output"]["document"],
            "confidence": content["confidence"],
            "sourced": content["sourced_facets"],
            "fee_by_rule": bool(content["fee"]["lines"]),
        },
        is_active=True,
    )


def _save_registers(city: City, contents: Mapping[str, dict[str, Any]]) -> None:
    usual = {
        name: requirement.get("from_service") or ""
        for name, requirement in city.part("requirements").items()
        if requirement.get("usual")
    }
    agencies = {key: [agency["name"], agency["name_en"]] for key, agency in city.agencies.items()}
    heirs = {
        p.data["id"]: p.data["replaced_by"]
        for p in city.placed()
        if p.data["id"] not in contents and p.data.get("replaced_by")
    }
    # As text: people see its order, and jsonb has none.
    bundles = json.dumps(presence.followed(city.part("bundles"), heirs), ensure_ascii=False)
    current = dict(Service.objects.filter(is_active=True).values_list("id", "current_version_id"))
    read = {
        "services": {key: str(version) for key, version in current.items()},
        "bundles": bundles,
        "agencies": agencies,
        "usual": usual,
    }
    parts = {
        "facts": city.facts,
        **{name: city.part(name) for name in REGISTERS},
        "synonyms": {"all": city.synonyms},
        "automatic": rule_list(contents),
        "planning": {"usual": usual, "bundles": bundles, "mark": digest(read)[:12]},
        "tables": city.tables,
    }
    rows = [Register(name=name, data=dict(data)) for name, data in parts.items()]
    Register.objects.bulk_create(rows, update_conflicts=True, unique_fields=["name"], update_fields=["data"])


# --- export -----------------------------------------------------------------------------------------------------------


def export(folder_: Path) -> int:
    """Write what is loaded: one service standard a service (YAML and JSON) and the registers. Returns the number of services."""
    rows = Service.objects.filter(is_active=True).order_by("id").values_list("id", "current_version__content")
    parts = registers()
    files: dict[str, Any] = {
        f"references/{name}.yaml": table for name, table in parts.pop("tables", {}).items()
    }
    files |= {f"{name}.yaml": data for name, data in parts.items()}
    standards = {key: standard_of(content) for key, content in rows}
    files |= {f"standards/{key}.yaml": standard for key, standard in standards.items()}
    folder.write(Path(folder_), files)
    text = json.dumps(list(standards.values()), ensure_ascii=False, indent=1)
    (Path(folder_) / "standards.json").write_text(text, encoding="utf-8")
    return len(standards)
