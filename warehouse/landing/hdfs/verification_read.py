"""Reading stored bytes back, to verify them."""

from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

from crc32c import crc32c
from hdfs_native import Client

from warehouse.landing.local_files.content import CHUNK_BYTES


class VerificationRead:
    """Reads a file of HDFS back.

    Args:
        path: a file that is there, and may still be open for writing.
        early: read complete blocks already while the rest is being written.
    """

    def __init__(self, client: Client, path: str, early: bool) -> None:
        self._client = client
        self._path = path
        self._early = early
        # A block is complete once the next one has begun.
        block_bytes = client.get_file_info(path).blocksize or 128 << 20
        self._step = block_bytes
        self._distance = block_bytes + 4 * CHUNK_BYTES
        self._reader = ThreadPoolExecutor(1)
        self._reading: Future[None] | None = None
        self._position = 0
        self._checksum = 0

    def __enter__(self) -> "VerificationRead":
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
        if not self._early:
            return
        if self._reading and self._reading.done():
            self._reading.result()
            self._reading = None
        if not self._reading and written - self._position >= self._distance:
            self._reading = self._reader.submit(self._read_to, self._position + self._step)

    def finish(self, byte_count: int) -> int:
        """CRC-32C of the file, closed by now, that has so many bytes."""
        if self._reading:
            self._reading.result()
        self._read_to(byte_count)
        return self._checksum

    def _read_to(self, end: int) -> None:
        reader = self._client.read(self._path)
        if len(reader) >= end > self._position:
            for piece in reader.read_range_stream(self._position, end - self._position):
                self._checksum = crc32c(piece, self._checksum)
                self._position += len(piece)
