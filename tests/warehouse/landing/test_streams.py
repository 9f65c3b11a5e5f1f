"""Streams before anything is stored; HDFS is at a port where nothing answers."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.errors import ServiceUnavailable, UsageError
from warehouse.landing.sources import load_source
from warehouse.landing.streams import _beginning, store_stream
from warehouse.settings import Settings

HEADER = ",".join(load_source("shop").table("events").required_columns).encode()
NOWHERE = Settings(
    target="cluster",
    hdfs_url="hdfs://127.0.0.1:1",
    metastore_uri="thrift://127.0.0.1:1",
    thrift_host="127.0.0.1",
    thrift_port=1,
)


@pytest.mark.parametrize(
    ("table", "chunks", "reason"),
    [
        ("events", [], "events.csv is empty"),
        ("events", [b"", b"a,", b"b\n1,2\n"], "lacks event_id"),
        ("events", [HEADER.replace(b",", b";") + b"\n"], "separated by semicolons"),
        ("events", [b"a" * (1 << 20)] * 2, "over 1 MiB long"),
        ("event", [HEADER], "shop has no table event"),
    ],
)
def test_store_stream__refuses_a_wrong_header_or_table(
    table: str, chunks: list[bytes], reason: str
) -> None:
    with pytest.raises(UsageError, match=reason):
        store_stream(NOWHERE, "shop", table, "events.csv", date(2024, 3, 1), chunks)


def test_store_stream__sound_header_in_pieces_gets_as_far_as_hdfs() -> None:
    pieces = [bytes([byte]) for byte in HEADER + b"\n1,2\n"]
    with pytest.raises(ServiceUnavailable, match="does not answer"):
        store_stream(NOWHERE, "shop", "events", "events.csv", date(2024, 3, 1), pieces)


@given(st.lists(st.binary(max_size=5)), st.booleans())
def test_beginning__holds_the_first_line_and_loses_nothing(
    chunks: list[bytes], ended: bool
) -> None:
    chunks += [b"\n"] * ended
    beginning, rest = _beginning(chunks)
    assert beginning + b"".join(rest) == b"".join(chunks)
    assert b"\n" in beginning or beginning == b"".join(chunks)
