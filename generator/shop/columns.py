"""Tables in memory: frozen dataclasses of numpy arrays of one length."""

from dataclasses import fields
from typing import Self

import numpy as np


class Columns:
    """Base of dataclasses whose fields are arrays with one entry per row."""

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))  # type: ignore[arg-type]

    def take(self, rows: np.ndarray | slice) -> Self:
        """Some of the rows, by position, slice or mask."""
        return type(self)(*(getattr(self, each.name)[rows] for each in fields(self)))  # type: ignore[arg-type]

    @classmethod
    def joined(cls, tables: list[Self]) -> Self:
        """The rows of several tables, one after the other."""
        return cls(
            *(
                np.concatenate([getattr(table, each.name) for table in tables])
                for each in fields(cls)  # type: ignore[arg-type]
            )
        )
