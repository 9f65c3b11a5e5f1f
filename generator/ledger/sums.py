"""Sums that add up over landed dates, and the tables that hold them."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

INTENDED, OBSERVABLE = "intended", "observable"
READINGS = (INTENDED, OBSERVABLE)
MONEY = pa.decimal128(18, 2)
MOMENT = pa.timestamp("ms", "UTC")


def money(cents: np.ndarray) -> pa.Array:
    """Cents as decimals with two places."""
    words = np.empty((len(cents), 2), np.int64)
    words[:, 0] = cents
    words[:, 1] = words[:, 0] >> 63
    return pa.Array.from_buffers(MONEY, len(cents), [None, pa.py_buffer(words)])


def moment(milliseconds: np.ndarray, mask: np.ndarray | None = None) -> pa.Array:
    """Milliseconds since 1970 as timestamps; null where masked."""
    return pa.array(milliseconds, MOMENT, mask=mask)


def date_of(days_since_1970: np.ndarray) -> pa.Array:
    """Days since 1970 as dates."""
    return pa.array(days_since_1970.astype(np.int32)).cast(pa.date32())


@dataclass(frozen=True)
class Sums:
    """What is added up in a table: whole numbers by keys that are small whole numbers.

    Attributes:
        keys: names of the key columns.
        measures: names of the measures; those that end in `_amount` are in cents.
    """

    keys: tuple[str, ...]
    measures: tuple[str, ...]


class Totals:
    """Changes of the sums of one table on one landed date."""

    def __init__(self, sums: Sums) -> None:
        self.sums = sums
        self._parts: dict[str, list[tuple[np.ndarray, np.ndarray]]] = defaultdict(list)

    def add(
        self,
        readings: tuple[str, ...],
        keys: tuple[np.ndarray, ...],
        measures: tuple[np.ndarray, ...],
        sign: int = 1,
    ) -> None:
        """Add rows to readings, or take them away with the sign -1."""
        if not len(keys[0]):
            return
        radixes = [int(key.max()) + 1 for key in keys]
        code = np.zeros(len(keys[0]), np.int64)
        for key, radix in zip(keys, radixes, strict=True):
            code = code * radix + key
        present = np.flatnonzero(np.bincount(code))
        summed = [
            # Whole numbers below 2**53 are exact as floats.
            np.bincount(code, weights=measure)[present].astype(np.int64)
            for measure in measures
        ]
        found = np.empty((len(present), len(keys)), np.int64)
        rest = present
        for place in range(len(keys) - 1, -1, -1):
            rest, found[:, place] = np.divmod(rest, radixes[place])
        changes = sign * np.stack(summed, axis=1)
        for reading in readings:
            self._parts[reading].append((found, changes))

    def changes(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Per reading the keys, shape (rows, keys), and the changes, shape (rows, measures)."""
        result = {}
        for reading, parts in self._parts.items():
            keys = np.concatenate([part[0] for part in parts])
            measures = np.concatenate([part[1] for part in parts])
            unique, inverse = np.unique(keys, axis=0, return_inverse=True)
            summed = np.zeros((len(unique), measures.shape[1]), np.int64)
            np.add.at(summed, inverse.ravel(), measures)
            changed = summed.any(axis=1)
            result[reading] = unique[changed], summed[changed]
        return result
