"""The bytes of a file on their way: chunks, decompressed, summed up as they pass."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from blake3 import blake3
from crc32c import crc32c

from warehouse.errors import UsageError

CHUNK_BYTES = 2 << 20
_LINE_FEED = ord("\n")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Summary:
    """What was counted over all bytes of a file.

    Attributes:
        byte_count: decompressed bytes.
        line_count: physical lines after the header; blank lines and a last line without an end
            count.
        repeated_header_count: those of them that are exactly the header line again.
        checksum: BLAKE3 of the bytes, in hexadecimal.
        quick_checksum: CRC-32C of the bytes, to compare with what was stored.
    """

    byte_count: int
    line_count: int
    repeated_header_count: int
    checksum: str
    quick_checksum: int


class Summarizer:
    """Sums up a file fed to it in chunks, in order.

    Args:
        header_line: the first line without byte order mark and line feed.
    """

    def __init__(self, header_line: bytes) -> None:
        self._repeated = b"\n" + header_line + b"\n"
        self._tail = b""
        self._byte_count = 0
        self._line_feeds = 0
        self._repeats = 0
        self._hash = blake3()
        self._quick_checksum = 0

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the file."""
        self._hash.update(chunk)
        self._quick_checksum = crc32c(chunk, self._quick_checksum)
        self._byte_count += len(chunk)
        self._line_feeds += int(np.count_nonzero(np.frombuffer(chunk, np.uint8) == _LINE_FEED))
        self._count_repeats(chunk)

    def _count_repeats(self, chunk: bytes) -> None:
        length = len(self._repeated)
        # A repeat across the border begins in the bytes kept from the chunks before.
        border = self._tail + chunk[: length - 1]
        self._repeats += self._occurrences(border) + self._occurrences(chunk)
        self._tail = (self._tail + chunk[1 - length :])[1 - length :]

    def _occurrences(self, text: bytes) -> int:
        """Repeats in the text; two may share the line feed between them."""
        count = 0
        position = text.find(self._repeated)
        while position >= 0:
            count += 1
            position = text.find(self._repeated, position + len(self._repeated) - 1)
        return count

    def summary(self) -> Summary:
        """The sums, once every chunk was fed."""
        # The tail is one byte too short for a whole repeat, so it may end in an unended one.
        last_line_is_open = self._byte_count > 0 and not self._tail.endswith(b"\n")
        open_repeat = last_line_is_open and self._tail == self._repeated[:-1]
        lines = self._line_feeds + last_line_is_open
        return Summary(
            byte_count=self._byte_count,
            line_count=max(lines - 1, 0),
            repeated_header_count=self._repeats + open_repeat,
            checksum=self._hash.hexdigest(),
            quick_checksum=self._quick_checksum,
        )


def is_compressed(path: Path) -> bool:
    """Whether the file is gzip, by its name."""
    return path.name.lower().endswith(".gz")


def read_first_line(path: Path, file: BinaryIO, longest: int) -> bytes:
    """The first line of an open file, its line feed included, or its first `longest` bytes.

    Raises:
        UsageError: as `read_chunks` does.
    """
    with _reading(path):
        return _stream(path, file).readline(longest)


def read_chunks(path: Path, file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Read an open file from its beginning to its end, decompressed if its name ends in `.gz`.

    Yields:
        Up to 2 MiB of decompressed bytes, and how many bytes of the file itself they took.

    Raises:
        UsageError: the gzip data is cut off or damaged, or the file cannot be read on.
    """
    stream = _stream(path, file)
    position = 0
    while True:
        with _reading(path):
            chunk = stream.read(CHUNK_BYTES)
        if not chunk:
            return
        previous, position = position, file.tell()
        yield chunk, position - previous


def _stream(path: Path, file: BinaryIO) -> BinaryIO | gzip.GzipFile:
    """The decompressed bytes of an open file, from their beginning."""
    file.seek(0)
    return gzip.GzipFile(fileobj=file) if is_compressed(path) else file


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Say what is wrong with the file where reading it fails."""
    fix = "copy or export the file again"
    try:
        yield
    except EOFError:
        raise UsageError(f"{path} is cut off: its gzip data ends early", fix) from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise UsageError(f"{path} is not sound gzip data: {error}", fix) from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", "check the file") from None
