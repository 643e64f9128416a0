"""Loading a city into the catalogue and writing it back out; noting searches that found nothing. All writes of this module."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import connection, transaction

from pendopo.catalogue.connectors.folder import client as folder
from pendopo.catalogue.models import Agency, Register, SearchMiss, Service
from pendopo.catalogue.queries.lists import registers
from pendopo.catalogue.rules import checks, references, words
from pendopo.catalogue.rules.automatic import rule_list
from pendopo.catalogue.rules.categories import CATEGORIES
from pendopo.catalogue.rules.city import City, Problem
from pendopo.catalogue.rules.content import assemble, digest
from pendopo.catalogue.rules.shown import LoadReport
from pendopo.catalogue.rules.standard import standard_of
from pendopo.kernel import clock, events
from pendopo.kernel.errors import Invalid

REGISTERS: Final = ("requirements", "procedures", "references", "bundles")
MIN_MISS: Final = 3
MISSES_KEPT: Final = timedelta(days=90)
MAX_MISSES: Final = 20_000


def check(city_dir: Path) -> list[Problem]:
    """Return everything wrong with a city's folder, in the order of files and lines; empty when it can be loaded."""
    return _read(city_dir)[1]


def notes(city_dir: Path) -> list[Problem]:
    """What is not wrong but worth knowing of a sound folder: days for which a reference table says nothing."""
    return sorted(references.notes(folder.read(Path(city_dir))[0]))


def _read(city_dir: Path) -> tuple[City, list[Problem]]:
    city, unreadable = folder.read(Path(city_dir))
    return city, sorted({*unreadable, *checks.problems(city)})


@transaction.atomic
def load(city_dir: Path, *, by: str) -> LoadReport:
    """Make the catalogue say what the folder says; ``by`` names the actor in the event log.

    A changed service gets a new version, a service that is gone becomes inactive, the rest stays untouched.
    Raises: Invalid({"path:line": message}) when the folder has problems; then nothing changes.
    """
    city, problems = _read(city_dir)
    if problems:
        raise Invalid({f"{problem.path}:{problem.line}": problem.message for problem in problems})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('catalogue', 0))")
    contents = {placed.data["id"]: assemble(placed, city) for placed in city.placed()}
    _save_agencies(city)
    report = _save_services(contents, len(city.agencies))
    _save_registers(city, contents)
    _index(contents, city)
    changes: dict[str, Any] = {
        "new": list(report.new),
        "changed": list(report.changed),
        "retired": list(report.retired),
    }
    if any(changes.values()):
        events.record("catalogue", "catalogue_loaded", actor=by, **changes)
        events.emit("catalogue_loaded", **changes)
    return report


def _save_agencies(city: City) -> None:
    rows = [
        Agency(
            id=key,
            name=agency["name"],
            name_en=agency["name_en"],
            level=agency["level"],
            data={name: agency.get(name) for name in ("presence", "connector", "complaint_channels")},
            is_active=True,
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
    read = {
        "services": {key: digest(content) for key, content in contents.items()},
        "bundles": city.part("bundles"),
        "agencies": agencies,
        "usual": usual,
    }
    parts = {
        "facts": city.facts,
        **{name: city.part(name) for name in REGISTERS},
        "synonyms": {"all": city.synonyms},
        "automatic": rule_list(contents),
        "planning": {"usual": usual, "mark": digest(read)[:12]},  # the mark of all that plans are made from
        "tables": city.tables,
    }
    rows = [Register(name=name, data=dict(data)) for name, data in parts.items()]
    Register.objects.bulk_create(rows, update_conflicts=True, unique_fields=["name"], update_fields=["data"])


# --- search -----------------------------------------------------------------------------------------------------------

# A table of this transaction alone, without indexes: the real one is written once, when all is known.
_GATHER = """
CREATE TEMPORARY TABLE catalogue_loading ON COMMIT DROP AS
SELECT r.service, r.kind, r.phrase, tsvector_to_array(to_tsvector('indonesian', r.phrase)) AS stems
FROM jsonb_to_recordset(%s::jsonb) AS r(service text, kind text, phrase text)
"""
# A citizen's phrase that stands for official words: services whose own words hold one of them are found by it too.
_SAY = """
WITH said AS MATERIALIZED (
  SELECT say, tsvector_to_array(to_tsvector('indonesian', say)) AS stems,
    tsvector_to_array(to_tsvector('indonesian', word)) AS official
  FROM unnest(%s::text[], %s::text[]) AS said(say, word)
)
INSERT INTO catalogue_loading
SELECT DISTINCT l.service, 'B', said.say, said.stems
FROM said JOIN catalogue_loading l ON l.kind IN ('A', 'B') AND l.stems @> said.official
"""
_VOCABULARY = """
WITH pair AS MATERIALIZED (
  SELECT DISTINCT service, word FROM catalogue_loading, regexp_split_to_table(phrase, ' ') AS word WHERE word <> ''
), stemmed AS MATERIALIZED (
  SELECT word, (tsvector_to_array(to_tsvector('indonesian', word)))[1] AS stem FROM (SELECT DISTINCT word FROM pair) w
), telling AS (
  SELECT stem, ln(1 + (SELECT count(DISTINCT service) FROM pair)::float8 / count(DISTINCT service))
    * CASE WHEN bool_and(word = ANY(%s)) THEN 0.1 ELSE 1 END AS weight
  FROM pair JOIN stemmed USING (word) WHERE stem IS NOT NULL GROUP BY stem
)
INSERT INTO catalogue_searchword (word, stem, weight, closeness)
SELECT word, stem, weight, 1 FROM stemmed JOIN telling USING (stem)
"""
_PHRASES = """
WITH weighed AS (
  SELECT DISTINCT stem, weight FROM catalogue_searchword WHERE closeness = 1
), numbered AS MATERIALIZED (
  SELECT row_number() OVER () AS n, l.* FROM catalogue_loading l
), whole AS (
  SELECT n, sum(weight) AS weight FROM numbered, unnest(stems) AS stem JOIN weighed USING (stem) GROUP BY n
)
INSERT INTO catalogue_searchphrase (service_id, kind, phrase, stems, weight)
SELECT service, kind, phrase, stems, coalesce(weight, 0) FROM numbered LEFT JOIN whole USING (n)
"""
# A citizen's single word that stands for an official one: it means that word's stem, a little less surely.
_MEAN = """
INSERT INTO catalogue_searchword (word, stem, weight, closeness)
SELECT DISTINCT ON (said.say, w.stem) said.say, w.stem, w.weight, 0.8
FROM unnest(%s::text[], %s::text[]) AS said(say, word) JOIN catalogue_searchword w ON w.word = said.word
ORDER BY said.say, w.stem
ON CONFLICT DO NOTHING
"""


def _index(contents: Mapping[str, dict[str, Any]], city: City) -> None:
    """Write the words that services are found by anew, unless they are the same as before."""
    said: dict[str, list[str]] = {key: [] for key in contents}
    general: list[tuple[str, str]] = []
    for entry in city.synonyms:
        for service in entry.get("services") or []:
            said[service] += entry["say"]
        if "words" in entry:
            general += words.stands_for(entry["say"], entry["words"])
    rows = [
        (key, kind, words.folded(phrase))
        for key, content in contents.items()
        for kind, phrase in words.phrases(content, said[key], _category_words(content["category"]))
    ]
    mark = {"digest": digest({"rows": rows, "general": general})}
    if Register.objects.filter(pk="search", data=mark).exists():
        return
    Register.objects.update_or_create(pk="search", defaults={"data": mark})
    with connection.cursor() as cursor:
        cursor.execute(
            _GATHER, [json.dumps([{"service": k, "kind": kind, "phrase": p} for k, kind, p in rows])]
        )
        cursor.execute(_SAY, _columns(pair for pair in general if " " in pair[0]))
        cursor.execute("DELETE FROM catalogue_searchword")
        cursor.execute(_VOCABULARY, [sorted(words.FILLER)])
        cursor.execute("DELETE FROM catalogue_searchphrase")
        cursor.execute(_PHRASES)
        cursor.execute(_MEAN, _columns(pair for pair in general if " " not in pair[0]))
        cursor.execute("DROP TABLE catalogue_loading")
        cursor.execute("ANALYZE catalogue_searchphrase, catalogue_searchword, catalogue_service")


def _columns(pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    said = list(pairs)
    return [[say for say, _word in said], [word for _say, word in said]]


def _category_words(key: str) -> str:
    category = CATEGORIES[key]
    return f"{category.name} {category.name_en}"


@transaction.atomic
def note_miss(query: str) -> None:
    """Remember that a search found nothing, for catalogue editors. Long numbers may be a NIK and are not kept."""
    words_ = re.sub(r"\d{6,}", "", "".join(c for c in query if c.isprintable())).split()
    text = " ".join(words_).casefold()[:80]
    SearchMiss.objects.filter(at__lt=clock.now() - MISSES_KEPT).delete()
    if len(text) < MIN_MISS or SearchMiss.objects.count() >= MAX_MISSES:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO catalogue_searchmiss (query, count, at) VALUES (%s, 1, %s) "
            "ON CONFLICT (query) DO UPDATE SET count = catalogue_searchmiss.count + 1, at = excluded.at",
            [text, clock.now()],
        )


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
