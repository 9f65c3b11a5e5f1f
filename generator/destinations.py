"""Where generated files go: a folder, or straight to the raw zone of HDFS."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from blake3 import blake3

from landing.sources import SIMULATED as SOURCE

if TYPE_CHECKING:
    from landing.streams import StoredStream
    from settings import Settings

_PIECE_BYTES = 2 << 20
Chunks = Iterator[memoryview | bytes]


class Destination(Protocol):
    """Takes files as they are made."""

    def store(self, table: str, name: str, landed_date: date, chunks: Chunks) -> tuple[int, str]:
        """Store a file; returns its bytes and BLAKE3 checksum."""


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


def _pieces(chunks: Chunks) -> Iterator[bytes]:
    """The same bytes in pieces of a size that can be made while others are sent."""
    for chunk in chunks:
        for begin in range(0, len(chunk), _PIECE_BYTES):
            yield bytes(chunk[begin : begin + _PIECE_BYTES])


class RawZone:
    """The raw zone: files are stored out of sight until `landing.streams` records them.

    Attributes:
        stored: what was stored since it was last emptied.
    """

    def __init__(self, settings: "Settings") -> None:
        self._settings = settings
        self.stored: list[StoredStream] = []

    def store(self, table: str, name: str, landed_date: date, chunks: Chunks) -> tuple[int, str]:
        """Send a file to HDFS; returns its bytes and BLAKE3 checksum."""
        from landing.streams import store_stream

        stream = store_stream(self._settings, SOURCE, table, name, landed_date, _pieces(chunks))
        self.stored.append(stream)
        return stream.content.byte_count, stream.content.checksum
