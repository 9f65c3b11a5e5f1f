"""What to generate: the arguments, each within its range."""

import zlib
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from errors import UsageError

DAY_MS = 86_400_000
RANGES = {
    "days": (1, 366),
    "start_date": (date(2000, 1, 1), date(2100, 1, 1)),
    "users": (1, 1_000_000),
    "products": (1, 100_000),
    "events": (1, 10_000_000),
    "seed": (0, 2**32 - 1),
    "dirt": (0, 0.5),
}


@dataclass(frozen=True)
class Plan:
    """The arguments of a generation; the same plan gives the same bytes.

    `dirt` is the share of lines that come damaged, twice or late.

    Raises:
        UsageError: a value is outside of its range.
    """

    days: int = 7
    start_date: date = date(2024, 3, 1)
    users: int = 10_000
    products: int = 1_000
    events: int = 200_000
    seed: int = 1
    dirt: float = 0.0

    def __post_init__(self) -> None:
        for name, (low, high) in RANGES.items():
            value = getattr(self, name)
            if not low <= value <= high:
                option = "--" + name.replace("_", "-")
                raise UsageError(f"{option} {value} is out of range", f"give {low} to {high}")

    def draws(self, purpose: str) -> np.random.Generator:
        """A random stream of its own for each purpose, so that none disturbs another."""
        key = [self.seed, self.start_date.toordinal(), zlib.crc32(purpose.encode())]
        return np.random.default_rng(key)

    def days_of(self, times: np.ndarray) -> list[slice]:
        """Where each day's entries are among ascending times, in milliseconds since 1970."""
        midnights = self.start_ms + np.arange(self.days + 1) * DAY_MS
        return [slice(*borders) for borders in pairwise(np.searchsorted(times, midnights))]

    @property
    def start_ms(self) -> int:
        """Midnight UTC of the first day, in milliseconds since 1970."""
        return (self.start_date.toordinal() - date(1970, 1, 1).toordinal()) * DAY_MS
