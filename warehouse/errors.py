"""The one exception family of the project.

A foreseeable mistake (a port taken, a wrong date, a missing file) is raised as a
`WarehouseError`; the command line prints its text as one line and exits with its code. Anything
else is a defect and keeps its traceback. The simulator has errors of its own, which become ours
where it is called.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from generator.errors import GeneratorError, InputError


class WarehouseError(Exception):
    """Something a person can fix: what went wrong and where, then how to fix it.

    Args:
        what: what went wrong, naming the file, port, setting or service; no trailing full stop.
        fix: what the reader should do about it; no trailing full stop.
    """

    exit_code = 1

    def __init__(self, what: str, fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.what}. Fix: {self.fix}." if self.fix else f"{self.what}."


class UsageError(WarehouseError):
    """The command was called with something it cannot take: a wrong name, date or file."""

    exit_code = 2


class ServiceUnavailable(WarehouseError):
    """A service of the cluster does not answer."""

    exit_code = 3


@contextmanager
def simulator_errors() -> Iterator[None]:
    """Raise what the simulator raises as an error of this family."""
    try:
        yield
    except InputError as error:
        raise UsageError(error.what, error.fix) from error
    except GeneratorError as error:
        raise WarehouseError(error.what, error.fix) from error
