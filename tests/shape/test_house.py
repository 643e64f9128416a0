"""The code itself: writes only in actions, doors documented, foreign keys downwards, every field classed, every page guarded and used."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import django.apps
import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from pendopo.kernel import tasks

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "pendopo"
ORDER = [
    "kernel",
    "web",
    "region",
    "catalogue",
    "identity",
    "notices",
    "agencies",
    "documents",
    "payments",
    "applications",
    "feedback",
    "config",
]
MODULES = [name for name in ORDER if name not in {"kernel", "web", "config"}]
FILES = {
    "__init__",
    "api",
    "apps",
    "actions",
    "forms",
    "models",
    "queries",
    "rules",
    "tasks",
    "urls",
    "views",
    "migrations",
    "connectors",
}
WRITES = {"create", "bulk_create", "bulk_update", "update_or_create", "get_or_create", "save", "delete"}
NOT_ROWS = {"api", "code", "workbook"}  # a door, a QR code, a spreadsheet
PUBLIC_PAGES = re.compile(
    r"^(|acuan|layanan|instansi|otomatis|kebutuhan|rencana|akun|demo|v|i18n|aksesibilitas|galeri|hooks|api|static)(/|$)"
)


def python_files(folder: Path = SOURCE) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*.py")) if "migrations" not in path.parts)


def models() -> list[type]:
    return [m for m in django.apps.apps.get_models() if m.__module__.startswith("pendopo.")]


@pytest.mark.parametrize("module", MODULES)
def test_a_module_has_only_the_rooms_everybody_knows(module: str) -> None:
    found = {path.stem for path in (SOURCE / module).iterdir() if path.name != "__pycache__"}
    assert found <= FILES


@pytest.mark.parametrize("module", MODULES)
def test_the_door_names_and_documents_what_it_gives(module: str) -> None:
    door = importlib.import_module(f"pendopo.{module}.api")
    assert door.__doc__
    undocumented = [n for n in door.__all__ if callable(getattr(door, n)) and not getattr(door, n).__doc__]
    assert not undocumented


def test_rows_are_written_in_actions_only() -> None:
    guilty = []
    for path in python_files():
        parts = path.relative_to(SOURCE).parts
        if (
            parts[0] in {"config", "web"}
            or "actions" in path.with_suffix("").parts
            or parts[:2] == ("kernel", "events.py")
        ):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in WRITES
            ):
                owner = ast.unparse(node.func.value)
                if "objects" in owner or (node.func.attr == "save" and owner not in NOT_ROWS):
                    guilty.append(f"{path.relative_to(ROOT)}:{node.lineno} {owner}.{node.func.attr}")
    assert not guilty


def test_foreign_keys_point_downwards_and_protect() -> None:
    for model in models():
        own = ORDER.index(model._meta.app_label)
        for field in model._meta.get_fields():
            if not field.concrete or not field.is_relation:
                continue
            target = field.related_model._meta.app_label
            assert target in ORDER, f"{model.__name__}.{field.name} points outside"
            assert ORDER.index(target) <= own, f"{model.__name__}.{field.name} points upwards"
            assert field.remote_field.on_delete.__name__ == "PROTECT"
            assert field.remote_field.related_name == "+"


def test_every_field_has_a_privacy_class() -> None:
    for model in models():
        privacy = model.Privacy
        classed = [*privacy.public, *privacy.personal, *getattr(privacy, "sensitive", ())]
        assert sorted(classed) == sorted(f.name for f in model._meta.concrete_fields), model.__name__
        assert privacy.retention


def test_files_stay_short() -> None:
    long = {
        str(p.relative_to(ROOT)): n
        for p in python_files()
        if (n := len(p.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long


def test_every_file_says_what_it_is_for() -> None:
    silent = [
        p
        for p in python_files()
        if p.name != "apps.py" and not ast.get_docstring(ast.parse(p.read_text(encoding="utf-8")))
    ]
    assert not silent


def pages(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        here = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from pages(entry, here)
        else:
            yield here, entry


def test_a_stranger_gets_no_further_than_the_public_pages(client: Client, db: None) -> None:
    """Every address outside the public list leads a stranger to the login or says there is nothing."""
    let_in = []
    for address, _entry in pages(get_resolver()):
        if PUBLIC_PAGES.match(address):
            continue
        path = re.sub(r"<uuid:[a-z_]+>", str(uuid4()), address)
        path = "/" + re.sub(r"<[a-z]+:[a-z_]+>", "x", path)
        let_in += [
            f"{path} {answer.status_code}"
            for answer in (client.get(path), client.post(path))
            if answer.status_code not in {403, 404, 405} and "/akun/login/" not in answer.get("Location", "")
        ]
    assert not let_in


def test_every_template_is_used() -> None:
    folder = SOURCE / "web" / "templates"
    text = "\n".join(p.read_text(encoding="utf-8") for p in [*python_files(), *folder.rglob("*.html")])
    text += "".join(f"frame/{name}.html" for name in re.findall(r'piece\("([a-z_]+)"', text))
    named = {
        p
        for p in folder.rglob("*.html")
        if p.relative_to(folder).parts[0] not in {"account", "mfa", "allauth", "usersessions"}
    }
    unused = [
        str(p.relative_to(folder))
        for p in sorted(named)
        if p.name != "429.html" and str(p.relative_to(folder)) not in text
    ]
    assert not unused


def test_every_topic_emitted_is_known_and_every_listener_hears_something() -> None:
    from pendopo.config.wiring import HANDLERS

    text = "\n".join(p.read_text(encoding="utf-8") for p in [*python_files(), *SOURCE.rglob("*.sql")])
    for topic in HANDLERS:
        assert re.search(rf"""["']{topic}["']""", text.replace("HANDLERS", "")), topic
    assert tasks.deliver.name == "deliver"


def test_the_path_names_what_exists() -> None:
    page = (ROOT / "docs" / "path.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(\.\./(src/[^)]+)\)", page)
    assert len(links) >= 10
    for link in links:
        assert (ROOT / link).exists(), link
    for module, names in re.findall(
        r"`(catalogue|applications|documents|payments|feedback|identity)\.([a-z_]+)", page
    ):
        assert names in importlib.import_module(f"pendopo.{module}.api").__all__, f"{module}.{names}"


def test_nothing_refers_to_what_is_not_in_the_project() -> None:
    hosts = [
        ".".join(parts)
        for parts in (("pypi", "org"), ("files", "pythonhosted", "org"), ("registry", "npmjs", "org"))
    ]
    guilty = []
    for path in ROOT.rglob("*"):
        if (
            not path.is_file()
            or {".git", ".venv", ".data", ".data-test", "__pycache__"} & set(path.parts)
            or path.suffix in {".png", ".gz", ".mo"}
        ):
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        if any(host in text for host in hosts) or "../" + "shared" in text:
            guilty.append(str(path.relative_to(ROOT)))
    assert not guilty
