"""The words services are found by, written at every load; and searches that found nothing."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

from django.db import connection, transaction

from pendopo.catalogue.models import Register, SearchMiss
from pendopo.catalogue.rules import words
from pendopo.catalogue.rules.categories import CATEGORIES
from pendopo.catalogue.rules.city import City
from pendopo.catalogue.rules.content import digest
from pendopo.kernel import clock

MIN_MISS: Final = 3
MISSES_KEPT: Final = timedelta(days=90)
MAX_MISSES: Final = 20_000

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


def index(contents: Mapping[str, dict[str, Any]], city: City) -> None:
    """Write the words that services are found by anew, unless they are the same as before."""
    said: dict[str, list[str]] = {key: [] for key in contents}
    general: list[tuple[str, str]] = []
    for entry in city.synonyms:
        for service in entry.get("services") or []:
            said.get(service, []).extend(entry["say"])
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
