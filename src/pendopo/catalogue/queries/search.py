"""Finding a service by a citizen's words: one SQL statement.

Each word typed means a stem of the catalogue's vocabulary, or its nearest words by trigrams when nobody writes it so.
A service scores by its best phrase (how much of the query the phrase covers, and how much of the phrase the query
covers; rare words weigh more) and a little by how much of the query all its phrases cover together.
"""

import json
from typing import Any, Final

from django.db import connection

from pendopo.catalogue.queries.lists import card_of
from pendopo.catalogue.rules.shown import ServiceCard
from pendopo.catalogue.rules.words import terms
from pendopo.kernel import clock

# Parameters: terms text[], limit int, today date. Bench times exactly this text.
SEARCH_SQL: Final = """
WITH typed AS (
  SELECT term, ord, (tsvector_to_array(to_tsvector('indonesian', term)))[1] AS stem
  FROM unnest(%(terms)s::text[]) WITH ORDINALITY AS t(term, ord)
), known AS (
  SELECT t.ord, w.stem, max(w.weight) AS weight, max(w.closeness) AS closeness
  FROM typed t JOIN catalogue_searchword w ON (w.stem = t.stem AND w.closeness = 1) OR w.word = t.term
  GROUP BY t.ord, w.stem
), guessed AS (
  SELECT t.ord, near.stem, near.weight, near.closeness
  FROM typed t CROSS JOIN LATERAL (
    SELECT w.stem, max(w.weight) AS weight, max(
      CASE WHEN w.word LIKE t.term || '%%' THEN 0.9 ELSE similarity(w.word, t.term) END::float8) AS closeness
    FROM catalogue_searchword w
    WHERE (w.word %% t.term OR w.word LIKE t.term || '%%') AND length(w.word) > 3
    GROUP BY w.stem ORDER BY closeness DESC, w.stem LIMIT 3
  ) near
  WHERE length(t.term) > 3 AND NOT EXISTS (SELECT FROM known k WHERE k.ord = t.ord)
), meant AS (
  SELECT * FROM known UNION ALL SELECT * FROM guessed
), asked AS (
  SELECT sum(coalesce(best, 3.0)) AS weight
  FROM typed t LEFT JOIN (SELECT ord, max(weight) AS best FROM meant GROUP BY ord) m USING (ord)
), hit AS (
  SELECT p.service_id, p.id, p.kind, p.weight AS whole, m.ord, max(m.weight * m.closeness) AS worth
  FROM meant m JOIN catalogue_searchphrase p ON p.stems @> ARRAY[m.stem]
  GROUP BY p.service_id, p.id, p.kind, p.weight, m.ord
), phrase AS (
  SELECT service_id, max(
    (sum_worth / asked.weight) * (0.4 + 0.6 * least(1.0, sum_worth / greatest(whole, 0.1)))
    * CASE kind WHEN 'A' THEN 1.0 WHEN 'B' THEN 0.85 WHEN 'C' THEN 0.45 ELSE 0.25 END) AS score
  FROM (SELECT service_id, id, kind, whole, sum(worth) AS sum_worth FROM hit GROUP BY 1, 2, 3, 4) s, asked
  GROUP BY service_id
), cover AS (
  SELECT service_id, sum(worth) / min(asked.weight) AS score
  FROM (SELECT service_id, ord, max(worth * CASE kind WHEN 'D' THEN 0.3 WHEN 'C' THEN 0.7 ELSE 1 END) AS worth
        FROM hit GROUP BY service_id, ord) s, asked
  GROUP BY service_id
)
SELECT s.id, s.name, s.category, s.card, s.agency_id, a.name, a.name_en, phrase.score + cover.score AS score
FROM phrase JOIN cover USING (service_id)
JOIN catalogue_service s ON s.id = phrase.service_id AND s.is_active AND (s.ends_on IS NULL OR s.ends_on >= %(today)s::date)
JOIN catalogue_agency a ON a.id = s.agency_id
ORDER BY score DESC, length(s.name), s.id
LIMIT %(limit)s
"""

SUGGEST_SQL: Final = """
SELECT s.id, s.name, s.category, s.card, s.agency_id, a.name, a.name_en, word_similarity(%(query)s, lower(s.name)) AS score
FROM catalogue_service s JOIN catalogue_agency a ON a.id = s.agency_id
WHERE s.is_active AND (s.ends_on IS NULL OR s.ends_on >= %(today)s::date) AND word_similarity(%(query)s, lower(s.name)) > 0.25
ORDER BY score DESC, length(s.name), s.id
LIMIT %(limit)s
"""


def search(query: str, limit: int = 20) -> list[ServiceCard]:
    """Services that fit a citizen's words, best first; empty when not one word is known. Never raises for odd input."""
    words = terms(query)
    return _run(SEARCH_SQL, {"terms": words, "limit": limit}) if words else []


def suggest(query: str, limit: int = 6) -> list[ServiceCard]:
    """Services whose names look a little like the query: help on an empty page."""
    words = terms(query)
    return _run(SUGGEST_SQL, {"query": " ".join(words), "limit": limit}) if words else []


def _run(sql: str, parameters: dict[str, Any]) -> list[ServiceCard]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {**parameters, "today": clock.today()})
        rows = cursor.fetchall()
    names = ("id", "name", "category", "card", "agency_id", "agency__name", "agency__name_en")
    return [card_of(_parsed(dict(zip(names, row, strict=False)))) for row in rows]


def _parsed(row: dict[str, Any]) -> dict[str, Any]:
    """Raw cursors hand JSON over as text: Django leaves parsing to its fields."""
    if isinstance(row["card"], str):
        row["card"] = json.loads(row["card"])
    return row
