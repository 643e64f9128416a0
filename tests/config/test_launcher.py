"""The first stage: from a bare Python to an environment that is exactly the lock file."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pendopo.config import cli, environment
from pendopo.config.trouble import Trouble, from_oserror

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ["requirements.lock", "requirements-dev.lock"]


def packages(lock: str) -> dict[str, str]:
    """Name -> version, markers left out."""
    return dict(
        re.findall(r"^([a-z0-9-]+)(?:\[[^\]]*\])?==([^ ;\\]+)", (ROOT / lock).read_text(), re.MULTILINE)
    )


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_of_the_lock_has_a_hash_and_nothing_names_an_index(lock: str) -> None:
    text = (ROOT / lock).read_text()
    entries = [entry for entry in re.split(r"\n(?=[a-z0-9])", text) if "==" in entry]
    assert len(entries) > 50
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert re.findall(r"https?:|file:|--index|--extra|--find|--trusted| @ ", text) == []


def test_development_has_the_same_versions_as_production() -> None:
    production, development = (packages(lock) for lock in LOCKS)
    assert production.items() <= development.items()


def test_the_lock_holds_every_dependency_that_the_project_names() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    names = {re.split(r"[\[<>=]", requirement)[0].strip().lower() for requirement in wanted}
    assert names - packages("requirements-dev.lock").keys() == set()


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 10, 14)])
def test_an_older_python_is_told_in_one_line(version: tuple[int, int, int]) -> None:
    lie = f"import sys; sys.version_info = {version}; exec(compile(open('pendopo').read(), 'pendopo', 'exec'), {{'__file__': 'pendopo'}})"
    done = subprocess.run([sys.executable, "-c", lie], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"this is Python {version[0]}.{version[1]}. Mend:" in done.stderr


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
            "disk is full",
        ),
        (
            "WARNING: NewConnectionError(... Temporary failure in name resolution)\nERROR: No matching",
            "no network",
        ),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
            "not the one of the lock file",
        ),
        ("ERROR: No matching distribution found for typst==9 (from versions: 1)", "no ready package"),
        ("ERROR: something new", "something new"),
        ("", "no output"),
    ],
)
def test_what_pip_says_becomes_one_line_with_a_mend(output: str, said: str) -> None:
    trouble = environment.explain(output, Path("log"))
    assert said in str(trouble)
    assert "Mend: " in str(trouble)
    assert "\n" not in str(trouble)


def test_an_environment_is_current_only_for_the_lock_it_was_made_from(tmp_path: Path) -> None:
    lock = tmp_path / "some.lock"
    lock.write_text("a==1")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python").touch()
    assert not environment.is_current(tmp_path, lock)
    (tmp_path / ".some.lock.done").write_text(environment.fingerprint(lock))
    assert environment.is_current(tmp_path, lock)
    lock.write_text("a==2")
    assert not environment.is_current(tmp_path, lock)


def test_a_full_disk_is_said_before_anything_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(100, 99, 2**20))
    with pytest.raises(Trouble, match="disk is full: 1 MB free"):
        environment.prepare(tmp_path / "environment", ["requirements.lock"])


def test_a_folder_that_cannot_be_written_names_the_way_out() -> None:
    trouble = from_oserror(PermissionError(13, "Permission denied", "/srv/pendopo/.venv"))
    assert "/srv/pendopo/.venv" in str(trouble)
    assert "PENDOPO_VENV=DIR" in str(trouble)


def test_arguments_behind_test_and_bench_are_passed_on_untouched() -> None:
    assert cli.parse(["test", "-k", "word", "tests/config", "-x"]).rest == [
        "-k",
        "word",
        "tests/config",
        "-x",
    ]
    assert cli.parse(["bench", "submit", "--json"]).rest == ["submit", "--json"]
    assert cli.parse(["bench", "--list"]).rest == ["--list"]
    with pytest.raises(SystemExit):
        cli.parse(["demo", "--prot", "8001"])


def test_every_command_has_a_function_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.parse(["--help"])
    shown = capsys.readouterr().out
    for name in cli.COMMANDS:
        assert re.search(rf"^  +{name} ", shown, re.MULTILINE), name


def test_the_commands_of_the_readme_are_understood() -> None:
    documents = [
        ROOT / name for name in ("README.md", "docs/house.md", "CHANGELOG.md") if (ROOT / name).exists()
    ]
    text = "\n".join(document.read_text() for document in documents)
    for words in re.findall(r"\./pendopo ([a-z]+(?: [^\s`#]+)*)", text):
        assert cli.parse(words.split()).command in cli.COMMANDS
