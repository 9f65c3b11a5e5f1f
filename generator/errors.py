"""The errors of the simulator: what somebody who asked for something can put right."""


class GeneratorError(Exception):
    """Something a person can fix: what went wrong and where, then how to fix it.

    Args:
        what: what went wrong, naming the file, key or date; no trailing full stop.
        fix: what the reader should do about it; no trailing full stop.
    """

    def __init__(self, what: str, fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.what}. Fix: {self.fix}." if self.fix else f"{self.what}."


class InputError(GeneratorError):
    """The simulator was given something it cannot take: a plan, a folder or a date."""
