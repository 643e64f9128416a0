"""The door of the catalogue: services as versioned data, their forms and fees, search, and loading a city's folder.

Versions are immutable: an application keeps the ``ServiceVersion.id`` it was filed under and reads it for ever.
"""

from pendopo.catalogue.actions import check, close_ended, export, load, note_miss, notes, version_for
from pendopo.catalogue.queries.eligibility import judge as judge_eligibility
from pendopo.catalogue.queries.eligibility import refusals, rule_words, rules_shown
from pendopo.catalogue.queries.lists import (
    agencies_of,
    automatic_rules,
    cards_of,
    categories,
    get_agency,
    get_category,
    inventory,
    list_agencies,
    list_cards,
    list_misses,
    list_page,
)
from pendopo.catalogue.queries.planning import atlas, get_goal, list_goals, plan, search_goals
from pendopo.catalogue.queries.purposes import purpose_plan, purpose_plans
from pendopo.catalogue.queries.references import get_reference, get_table, list_tables, tables_of
from pendopo.catalogue.queries.search import SEARCH_SQL, search, suggest
from pendopo.catalogue.queries.versions import (
    carried_facts,
    condition,
    current_versions,
    facts,
    fee_lines,
    get_ending,
    get_fact,
    get_service,
    get_version,
    validate,
)
from pendopo.catalogue.rules.automatic import provable_fields, verified_names
from pendopo.catalogue.rules.categories import CATEGORIES
from pendopo.catalogue.rules.city import Problem
from pendopo.catalogue.rules.fees import FeeLine, names_in
from pendopo.catalogue.rules.forms import FIELDS_A_PAGE, even_parts, property_name
from pendopo.catalogue.rules.planning import (
    HAS,
    LACKS,
    NOTHING,
    Fault,
    FinderQuestion,
    Goal,
    Held,
    HeldPaper,
    Holdings,
    How,
    Picture,
    Plan,
    PlannedDocument,
    PlannedFee,
    PlannedService,
    Question,
    draw,
    faults,
    names_in_list,
)
from pendopo.catalogue.rules.presence import Ending
from pendopo.catalogue.rules.purposes import PAGE as PURPOSE_PAGE
from pendopo.catalogue.rules.purposes import Plan as PurposePlan
from pendopo.catalogue.rules.references import KeyHistory, ReferenceRow, ReferenceTable
from pendopo.catalogue.rules.shown import (
    AgencyCard,
    CategoryCard,
    InventoryRow,
    LoadReport,
    Miss,
    ServiceCard,
    ServiceVersion,
)
from pendopo.catalogue.rules.silence import GENERAL_DAYS, Regime, tacit
from pendopo.catalogue.rules.standard import shown_steps, standard_of, what_to_bring
from pendopo.catalogue.rules.words import terms

__all__ = [
    "CATEGORIES",
    "FIELDS_A_PAGE",
    "GENERAL_DAYS",
    "HAS",
    "LACKS",
    "NOTHING",
    "PURPOSE_PAGE",
    "SEARCH_SQL",
    "AgencyCard",
    "CategoryCard",
    "Ending",
    "Fault",
    "FeeLine",
    "FinderQuestion",
    "Goal",
    "Held",
    "HeldPaper",
    "Holdings",
    "How",
    "InventoryRow",
    "KeyHistory",
    "LoadReport",
    "Miss",
    "Picture",
    "Plan",
    "PlannedDocument",
    "PlannedFee",
    "PlannedService",
    "Problem",
    "PurposePlan",
    "Question",
    "ReferenceRow",
    "ReferenceTable",
    "Regime",
    "ServiceCard",
    "ServiceVersion",
    "agencies_of",
    "atlas",
    "automatic_rules",
    "cards_of",
    "carried_facts",
    "categories",
    "check",
    "close_ended",
    "condition",
    "current_versions",
    "draw",
    "even_parts",
    "export",
    "facts",
    "faults",
    "fee_lines",
    "get_agency",
    "get_category",
    "get_ending",
    "get_fact",
    "get_goal",
    "get_reference",
    "get_service",
    "get_table",
    "get_version",
    "inventory",
    "judge_eligibility",
    "list_agencies",
    "list_cards",
    "list_goals",
    "list_misses",
    "list_page",
    "list_tables",
    "load",
    "names_in",
    "names_in_list",
    "note_miss",
    "notes",
    "plan",
    "property_name",
    "provable_fields",
    "purpose_plan",
    "purpose_plans",
    "refusals",
    "rule_words",
    "rules_shown",
    "search",
    "search_goals",
    "shown_steps",
    "standard_of",
    "suggest",
    "tables_of",
    "tacit",
    "terms",
    "validate",
    "verified_names",
    "version_for",
    "what_to_bring",
]
