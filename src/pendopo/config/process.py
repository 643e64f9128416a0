"""The one place that starts other programs: as whom, with what environment, and that they die with us. No shell, ever."""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

SET_DEATH_SIGNAL = 1  # prctl's PR_SET_PDEATHSIG
NOT_FOUND = 127

Command = Sequence[str | Path]


@dataclass(frozen=True)
class Owner:
    """The system user that a child runs as; without numbers it is whoever runs us."""

    name: str = ""
    uid: int | None = None
    gid: int | None = None

    @classmethod
    def of(cls, name: str) -> "Owner":
        """Return the system user ``name``. Raises KeyError."""
        entry = pwd.getpwnam(name)
        return cls(name, entry.pw_uid, entry.pw_gid)

    @property
    def groups(self) -> list[int] | None:
        """No group of root's stays with a child of another user."""
        return None if self.uid is None else []


OURSELVES = Owner()


@dataclass(frozen=True)
class Done:
    """How a program ended, and what it wrote (standard output, then errors)."""

    code: int
    output: str = ""

    @property
    def last_line(self) -> str:
        """The line that most likely says why."""
        return (self.output.strip().splitlines() or ["it said nothing"])[-1][:200]


def run(
    command: Command,
    *,
    owner: Owner = OURSELVES,
    given: str = "",
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    show: bool = False,
) -> Done:
    """Run ``command`` to its end; a program that is not there ends with code 127. ``show`` leaves its words on our output."""
    try:
        done = subprocess.run(  # noqa: S603 - commands are ours, never a person's input
            command,
            input=None if show else given,
            capture_output=not show,
            text=True,
            errors="replace",
            check=False,
            env=env,
            cwd=cwd,
            user=owner.uid,
            group=owner.gid,
            extra_groups=owner.groups,
        )
    except FileNotFoundError:
        return Done(NOT_FOUND, f"{command[0]} is missing")
    return Done(done.returncode, "" if show else done.stdout + done.stderr)


def apt(*command: str | Path, cwd: Path | None = None) -> str:
    """Run one command of Debian's package tools that asks nothing; return why it failed, or nothing."""
    done = run(command, cwd=cwd, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"})
    return "" if done.code == 0 else done.last_line


def start(
    command: Command,
    *,
    output: IO[bytes] | None,
    dies_by: signal.Signals,
    owner: Owner = OURSELVES,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> "subprocess.Popen[bytes]":
    """Start ``command`` in a session of its own (Ctrl-C does not reach it); the kernel sends ``dies_by`` when we die (Linux)."""
    return subprocess.Popen(  # noqa: S603 - as above
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        start_new_session=True,
        preexec_fn=_die_with_parent(dies_by),  # noqa: PLW1509 - we have one thread
        env=env,
        cwd=cwd,
        user=owner.uid,
        group=owner.gid,
        extra_groups=owner.groups,
    )


def _die_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    def ask_kernel() -> None:
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(SET_DEATH_SIGNAL, number)

    return ask_kernel if sys.platform == "linux" else None
