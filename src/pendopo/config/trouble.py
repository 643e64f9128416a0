"""How a command ends when it cannot go on: one line that says what is wrong, and the mend. Never a traceback."""

import errno


class Trouble(SystemExit):
    """Ends the process with status 1 and one line on standard error."""

    def __init__(self, what: str, mend: str) -> None:
        self.what, self.mend = what, mend
        super().__init__(f"pendopo: {what}. Mend: {mend}")


def from_oserror(error: OSError) -> Trouble:
    """Put the words of the person at the keyboard on what the operating system refused."""
    where = f" ({error.filename})" if error.filename else ""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return Trouble(
            f"the disk is full{where}", "free some space (`df -h` shows where) and run the same command again"
        )
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return Trouble(
            f"no permission to write{where}",
            "run as the owner of that folder, or choose others: PENDOPO_VENV=DIR for the environment, --data DIR for the data",
        )
    return Trouble(f"the system refused: {error.strerror or error}{where}", "./pendopo doctor says more")
