"""The simulators as programs: they start by their names, know nothing of the house, and can be told what to do."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from .conftest import Control

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "simulators").glob("*.py"))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["dukcapil", "payment", "oss"])
def test_starts_by_name_on_loopback_and_is_small(name: str) -> None:
    command = [sys.executable, "-m", f"simulators.{name}", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            match = re.fullmatch(rf"{name}: (http://127\.0\.0\.1:\d+)\n", line)
            assert match, line
            assert httpx.get(f"{match[1]}/_health").json() == {"name": name, "ok": True}
            resident_kb = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1]) * 4
            assert resident_kb < 40_000
        finally:
            process.terminate()


@pytest.mark.slow
def test_a_port_that_is_taken_is_said_in_one_line(dukcapil: Control, settings: object) -> None:
    port = str(getattr(settings, "DUKCAPIL_URL", "")).rsplit(":", 1)[1]
    command = [sys.executable, "-m", "simulators.payment", "--port", port]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "Mend: --port" in done.stderr


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_imports_only_the_standard_library(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            assert name.split(".")[0] in sys.stdlib_module_names | {"simulators"}, name


def test_control(dukcapil: Control, settings: object) -> None:
    assert dukcapil()["mode"] == "ok"
    assert dukcapil("fail", times=3)["options"] == {"times": 3}
    assert dukcapil(reset=True)["mode"] == "ok"
    with pytest.raises(httpx.HTTPStatusError, match="400"):
        dukcapil("dance")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/nowhere", b"{}", 404),
        ("/dukcapil/get_json/mpp/CALL_NIK", b"{}", 401),
        ("/dukcapil/get_json/mpp/CALL_NIK", b"x" * 70_000, 413),
    ],
)
def test_refusals_have_the_right_status(
    dukcapil: Control, settings: object, path: str, body: bytes, status: int
) -> None:
    url = str(getattr(settings, "DUKCAPIL_URL", ""))
    assert httpx.post(url + path, content=body).status_code == status
