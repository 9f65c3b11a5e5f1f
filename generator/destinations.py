"""Where generated files go: a folder, or whatever else takes them."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from blake3 import blake3

Chunks = Iterator[memoryview | bytes]


class Destination(Protocol):
    """Takes files as they are made."""

    def store(self, table: str, name: str, landed_date: date, chunks: Chunks) -> tuple[int, str]:
        """Store a file; returns its bytes and BLAKE3 checksum."""


class LandingZone(Destination, Protocol):
    """Takes files out of sight; what all processes stored is then recorded at once, by one.

    Each worker process stores with a copy of its own.
    """

    def take_stored(self) -> list[Any]:
        """What was stored since this was last asked; processes can send it to each other."""

    def record(self, stored: list[Any]) -> None:
        """Make stored files visible, all at once."""


class Folder:
    """A folder of logs: `landed_date=…/<table>_….csv`, hidden until whole."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def store(self, table: str, name: str, landed_date: date, chunks: Chunks) -> tuple[int, str]:
        """Write a file; returns its bytes and BLAKE3 checksum."""
        folder = self._root / f"landed_date={landed_date}"
        folder.mkdir(parents=True, exist_ok=True)
        hidden = folder / f".{name}.partial"
        size, digest = 0, blake3()
        with hidden.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
                digest.update(chunk)
                size += len(chunk)
        hidden.replace(folder / name)
        return size, digest.hexdigest()
