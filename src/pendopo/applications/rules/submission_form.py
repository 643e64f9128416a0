"""One form for many services: every question once, each answer handed to all who ask for it. Pure: schemas in, a schema out.

Two fields are one question when they ask for the same fact of the same person, for the same paper, or for the same thing in the same
words. The merged form has the shape of a service's own form, so that the same pages draw it.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pendopo.catalogue.api import FIELDS_A_PAGE, even_parts, is_own, told_of

Schema = Mapping[str, Any]

_MEANS: Final = ("type", "format", "const", "x-unit", "x-options")
"""What two fields must share to take one answer; titles, help and lengths may differ."""
_TIGHTER: Final = {
    "maxLength": min, "minLength": max, "minimum": max, "maximum": min, "x-min": max, "x-max": min,
    "formatMinimum": max, "formatMaximum": min,
}  # fmt: skip
_APPLICANT: Final = frozenset({"person", "business"})
_DERIVED: Final = frozenset({"applicant", "request", "documents", "declaration"})
"""Pages that no author cut: see ``catalogue.rules.forms``."""
LONGEST_PAGE: Final = 10
_TITLES: Final = {
    "applicant": ("Tentang Anda", "About you"),
    "shared": ("Untuk beberapa layanan", "For several services"),
    "documents": ("Dokumen", "Documents"),
    "declaration": ("Pernyataan", "Declaration"),
}


@dataclass(frozen=True, slots=True)
class ServiceForm:
    """The form of one part. ``supplied``: fields nobody has to answer, because a document issued on the way fills them in."""

    service_id: str
    name: str
    name_en: str
    schema: Schema
    supplied: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Merged:
    """One form for all. ``asked``: question -> the fields it answers as (service, field). ``keys``: question -> what makes it one.

    Questions are called the same whatever is supplied meanwhile, so that answers find them again.
    """

    schema: dict[str, Any]
    asked: Mapping[str, tuple[tuple[str, str], ...]]
    by_service: Mapping[str, Mapping[str, str]]  # service -> {question: field}, supplied ones too
    keys: Mapping[str, str]

    def answers_for(self, service_id: str, answers: Mapping[str, Any]) -> dict[str, Any]:
        """The answers of one service under the names its own form uses."""
        mine = self.by_service[service_id]
        return {mine[question]: value for question, value in answers.items() if question in mine}

    def errors_from(self, service_id: str, errors: Mapping[str, str]) -> dict[str, str]:
        """Messages about a service's fields as messages about questions; what nobody was asked keeps its own name."""
        mine = {name: question for question, name in self.by_service[service_id].items()}
        return {mine.get(name, name): message for name, message in errors.items()}


def question_key(prop: Schema, paper: str = "") -> str:
    """What makes a field the same question as another: fact and person, or paper, or words; always the same kind of answer.

    ``paper`` names the requirement when another one of the same title was there first: for the applicant that is one paper.
    """
    means = {name: prop[name] for name in _MEANS if name in prop}
    if "x-fact" in prop:
        what = ["fact", prop["x-fact"], prop.get("x-person", "self")]
    elif is_paper(prop) and "x-requirement" in prop:
        what, means = ["paper", paper or prop["x-requirement"]], {}
    else:
        what = ["words", prop.get("x-requirement", ""), prop.get("x-person", "self"), prop.get("title", "")]
        means |= {name: prop[name] for name in ("pattern", "x-widget", "x-help") if name in prop}
    return json.dumps([*what, means], sort_keys=True)


def merge(forms: Sequence[ServiceForm]) -> Merged:
    """The form of the whole bundle. Shape: ``forms`` in the order of the plan; the first to ask gives a question its words."""
    questions: dict[str, _Question] = {}
    papers: dict[str, str] = {}  # title -> the first requirement called so
    for form in forms:
        required = set(form.schema.get("required", ()))
        for key, name, prop in _keyed(form, papers):
            question = questions.setdefault(key, _Question(form.service_id, name, prop))
            question.add(form, name, prop, required=name in required)
    named = _named(questions)
    by_service: dict[str, dict[str, str]] = {form.service_id: {} for form in forms}
    for name, (_key, question) in named.items():
        for service_id, own in question.everywhere:
            by_service[service_id][name] = own
    asked = {name: question for name, (_key, question) in named.items() if question.fields}
    return Merged(
        schema=_schema(forms, asked),
        asked={name: tuple(question.fields) for name, question in asked.items()},
        by_service=by_service,
        keys={name: key for name, (key, _question) in named.items()},
    )


def _keyed(form: ServiceForm, papers: dict[str, str]) -> Iterable[tuple[str, str, Schema]]:
    """(key, field, property) of every field. A form that asks the same twice means two different things by it."""
    seen: dict[str, int] = {}
    properties = form.schema["properties"]
    ordered = [name for page in form.schema.get("x-pages") or () for name in page["fields"]]
    for name in dict.fromkeys([*ordered, *properties]):
        prop = properties[name]
        key = question_key(prop, _same_paper(prop, papers))
        seen[key] = seen.get(key, 0) + 1
        yield (key if seen[key] == 1 else f"{key}#{seen[key]}"), name, prop


class _Question:
    """A question while it is gathered."""

    def __init__(self, service_id: str, name: str, prop: Schema) -> None:
        self.first = (service_id, name)
        self.prop: dict[str, Any] = dict(prop)
        self.fields: list[tuple[str, str]] = []
        self.everywhere: list[tuple[str, str]] = []
        self.required = False

    def add(self, form: ServiceForm, name: str, prop: Schema, *, required: bool) -> None:
        """One more service has it: the strictest of all bounds holds for whoever asks."""
        self.everywhere.append((form.service_id, name))
        if name in form.supplied:
            return
        tighter = {
            word: choose(self.prop[word], prop[word])
            for word, choose in _TIGHTER.items()
            if word in self.prop and word in prop
        }
        self.prop = {**prop, **self.prop, **tighter}
        self.fields.append((form.service_id, name))
        self.required = self.required or required

    @property
    def group(self) -> str:
        """Where it stands: about the applicant, for several services, for one, papers, the declaration."""
        if self.prop.get("x-widget") == "file":
            return "documents"
        if self.prop.get("const") is True:
            return "declaration"
        fact = str(self.prop.get("x-fact", ""))
        if fact.split(".", maxsplit=1)[0] in _APPLICANT and is_own(self.prop):
            return "applicant"
        return "shared" if len(self.fields) > 1 else self.fields[0][0]


def _same_paper(prop: Schema, papers: dict[str, str]) -> str:
    """The requirement under which a paper of this title was asked first."""
    if not (is_paper(prop) and prop.get("title") and prop.get("x-requirement")):
        return ""
    return papers.setdefault(prop["title"], prop["x-requirement"])


def is_paper(prop: Schema) -> bool:
    """True for a file field."""
    return bool(prop.get("x-widget") == "file")


def _named(questions: Mapping[str, _Question]) -> dict[str, tuple[str, _Question]]:
    """Name -> (key, question): called as by the first service that has it, with that service's id where the name is taken."""
    named: dict[str, tuple[str, _Question]] = {}
    for key, question in questions.items():
        service_id, name = question.first
        if name in named:
            name = f"{service_id.replace('-', '_')}_{name}"
        while name in named:
            name += "_2"
        named[name] = (key, question)
    return named


def _schema(forms: Sequence[ServiceForm], named: Mapping[str, _Question]) -> dict[str, Any]:
    groups: dict[str, list[str]] = {}
    for name, question in named.items():
        groups.setdefault(question.group, []).append(name)
    order = ["applicant", "shared", *(form.service_id for form in forms), "documents", "declaration"]
    own = {form.service_id: form for form in forms}
    return {
        "type": "object",
        "properties": {name: question.prop for name, question in named.items()},
        "required": [name for name, question in named.items() if question.required],
        "x-pages": [
            page
            for group in order
            if group in groups
            for page in (
                _own_pages(own[group], named, groups[group])
                if group in own
                else _pages(group, _TITLES[group], groups[group])
            )
        ],
    }


def _pages(group: str, title: tuple[str, str], fields: list[str]) -> Iterable[dict[str, Any]]:
    parts = even_parts(fields, FIELDS_A_PAGE)
    for number, part in enumerate(parts, 1):
        many = len(parts) > 1
        yield {
            "id": group if number == 1 else f"{group}-{number}",
            "title": f"{title[0]} ({number} dari {len(parts)})" if many else title[0],
            "title_en": f"{title[1]} ({number} of {len(parts)})" if many else title[1],
            "fields": part,
        }


def _own_pages(
    form: ServiceForm, named: Mapping[str, _Question], fields: list[str]
) -> Iterable[dict[str, Any]]:
    """Pages of one service: as its author cut them, where an author did; else short and even."""
    placed = {
        name: page
        for page in form.schema.get("x-pages") or ()
        if page["id"].partition("-")[0] not in _DERIVED
        for name in page["fields"]
    }
    cut: dict[str, list[str]] = {}
    for question in fields:
        page = placed.get(
            next(name for service, name in named[question].fields if service == form.service_id)
        )
        cut.setdefault(page["id"] if page else "", []).append(question)
    if len(cut) == 1 or "" in cut or max(map(len, cut.values())) > LONGEST_PAGE:
        yield from _pages(form.service_id, (form.name, form.name_en), fields)
        return
    titles = {page["id"]: page for page in placed.values()}
    for number, (page_id, part) in enumerate(cut.items(), 1):
        page = titles[page_id]
        yield {
            "id": form.service_id if number == 1 else f"{form.service_id}-{number}",
            "title": f"{form.name}: {page['title']}",
            "title_en": f"{form.name_en}: {page.get('title_en') or page['title']}",
            "fields": part,
        }


_NUMBERS: Final = frozenset({"nib", "npwp"})


def is_number(fact: str) -> bool:
    """True for a fact that is the number of a document: nobody can tell it before the document is issued."""
    last = fact.rpartition(".")[2]
    return last.endswith("_no") or last in _NUMBERS


def supplied_fields(content: Mapping[str, Any], issuers: Mapping[str, str]) -> dict[str, str]:
    """{field: issuing service} of what needs no answer before the parts a service waits for are done: papers, and their numbers.

    Shape: ``content`` of the service version; ``issuers`` is {requirement: service of this bundle that issues it}.
    """
    numbers = {
        fact: issuers[requirement["id"]]
        for requirement in content["requirements"]
        if requirement["id"] in issuers
        for fact in requirement.get("facts") or ()
        if is_number(fact)
    }
    found = {}
    for name, prop in content["form"]["schema"]["properties"].items():
        if prop.get("x-widget") == "file" and prop.get("x-requirement") in issuers:
            found[name] = issuers[prop["x-requirement"]]
        elif prop.get("x-fact") in numbers and is_own(prop):
            found[name] = numbers[prop["x-fact"]]
    return found


@dataclass(frozen=True, slots=True)
class Spared:
    """What the bundle spares one service's form. ``later``: {field: service whose paper fills it in}. ``never``: fields that only
    another kind of applicant can answer. ``instead``: {field: fact asked in its place}.
    """

    later: Mapping[str, str]
    never: frozenset[str] = frozenset()
    instead: Mapping[str, str] = field(default_factory=dict)

    def schema(self, schema: Schema) -> Schema:
        """The form as this applicant is asked it."""
        if not self.instead:
            return schema
        changed = {
            name: {**schema["properties"][name], "x-fact": fact} for name, fact in self.instead.items()
        }
        return {**schema, "properties": {**schema["properties"], **changed}}


def spared_fields(
    content: Mapping[str, Any],
    own: Mapping[str, str],
    issuers: Mapping[str, str],
    before: Collection[str],
    without: Collection[str],
    *,
    for_business: bool = False,
) -> Spared:
    """What needs no answer of the form of one part.

    Shape: ``own`` are the papers this part itself waits for and ``issuers`` those of the whole bundle, {requirement: service};
    ``before`` are the services that end before it begins, ``without`` the kinds of applicant that this one is not. ``for_business``: it
    is filed for a business that is there already, which can say what a NIB would.
    """
    schema, facts = content["form"]["schema"], content.get("facts") or {}
    required = set(schema.get("required") or ())
    later, never, instead = supplied_fields(content, own), set(), {}
    for name, prop in schema["properties"].items():
        fact = prop.get("x-fact", "")
        told = told_of(fact, facts)
        if not fact or not is_own(prop):
            continue
        if told.is_moot(without, required=name in required):
            never.add(name)
        elif not (for_business and facts[fact].get("subject") == "business") and (
            issuer := told.issuer(issuers, before, without, required=name in required)
        ):
            later.setdefault(name, issuer)
        elif told.key(fact, without) != fact:
            instead[name] = told.key(fact, without)
    others = {r["id"] for r in content["requirements"] if r.get("only_for") in without}
    never |= {
        name
        for name, prop in schema["properties"].items()
        if is_paper(prop) and prop.get("x-requirement") in others and name not in required
    }
    return Spared(later, frozenset(never), instead)
