"""The raw zone of HDFS as a place that the simulator writes to."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from generator.destinations import Chunks
from warehouse.landing.sources import SIMULATED
from warehouse.landing.streams import record_streams, store_stream
from warehouse.settings import Settings

_PIECE_BYTES = 2 << 20


class RawZone:
    """The raw zone: files are stored out of sight until they are recorded, all by one commit."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stored: list[Any] = []

    def store(self, table: str, name: str, landed_date: date, chunks: Chunks) -> tuple[int, str]:
        """Send a file to HDFS; returns its bytes and BLAKE3 checksum."""
        stream = store_stream(self._settings, SIMULATED, table, name, landed_date, _pieces(chunks))
        self._stored.append(stream)
        return stream.content.byte_count, stream.content.checksum

    def take_stored(self) -> list[Any]:
        """What was stored since this was last asked."""
        stored, self._stored = self._stored, []
        return stored

    def record(self, stored: list[Any]) -> None:
        """Make stored files live, all at once.

        Raises:
            WarehouseError: one of them cannot be landed.
            ServiceUnavailable: HDFS or the Thrift Server does not answer.
        """
        summary = record_streams(self._settings, SIMULATED, stored)
        for result in summary.results:
            if result.error:
                raise result.error


def _pieces(chunks: Chunks) -> Iterator[bytes]:
    """The same bytes in pieces of a size that can be made while others are sent."""
    for chunk in chunks:
        for begin in range(0, len(chunk), _PIECE_BYTES):
            yield bytes(chunk[begin : begin + _PIECE_BYTES])
