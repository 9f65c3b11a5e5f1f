"""Reading stored bytes back, to verify them."""

import zlib
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

from hdfs_native import Client

from landing.content import CHUNK_BYTES


class ReadBack:
    """Reads a file of HDFS back, its complete blocks already while the rest is being written.

    Args:
        path: a file that is there, and may still be open for writing.
    """

    def __init__(self, client: Client, path: str) -> None:
        self._client = client
        self._path = path
        # A block is complete once the next one has begun.
        block_bytes = client.get_file_info(path).blocksize or 128 << 20
        self._step = block_bytes
        self._distance = block_bytes + 4 * CHUNK_BYTES
        self._reader = ThreadPoolExecutor(1)
        self._reading: Future[None] | None = None
        self._position = 0
        self._checksum = 0

    def __enter__(self) -> "ReadBack":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._reader.shutdown()

    def follow(self, written: int) -> None:
        """Read on in the background, given how many bytes were written so far."""
        if self._reading and self._reading.done():
            self._reading.result()
            self._reading = None
        if not self._reading and written - self._position >= self._distance:
            self._reading = self._reader.submit(self._read_to, self._position + self._step)

    def finish(self, byte_count: int) -> int | None:
        """CRC-32 of the file, closed by now, or None if it has another size."""
        if self._reading:
            self._reading.result()
        if self._client.get_file_info(self._path).length != byte_count:
            return None
        self._read_to(byte_count)
        return self._checksum

    def _read_to(self, end: int) -> None:
        reader = self._client.read(self._path)
        if len(reader) >= end > self._position:
            for piece in reader.read_range_stream(self._position, end - self._position):
                self._checksum = zlib.crc32(piece, self._checksum)
                self._position += len(piece)
