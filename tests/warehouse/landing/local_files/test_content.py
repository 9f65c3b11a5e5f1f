import gzip
import itertools
from pathlib import Path

import pytest
from blake3 import blake3
from crc32c import crc32c
from hypothesis import example, given
from hypothesis import strategies as st

from warehouse.errors import UsageError
from warehouse.landing.local_files.content import (
    CHUNK_BYTES,
    Summarizer,
    Summary,
    read_chunks,
    read_first_line,
)

HEADER = b"a,b"


def expected_summary(content: bytes) -> Summary:
    lines = content.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return Summary(
        byte_count=len(content),
        line_count=max(len(lines) - 1, 0),
        repeated_header_count=lines[1:].count(HEADER),
        checksum=blake3(content).hexdigest(),
        quick_checksum=crc32c(content),
    )


def pieces(content: bytes, cuts: list[int]) -> list[bytes]:
    edges = sorted({0, len(content), *(cut for cut in cuts if cut < len(content))})
    return [content[start:end] for start, end in itertools.pairwise(edges)]


line = st.sampled_from([HEADER, b"1,2", b"", b"a,b\r", b"a,", b"xa,b", b"\xff\0\r", b"a,bb"])


@given(st.lists(line), st.booleans(), st.lists(st.integers(0, 60)))
@example([HEADER, HEADER, HEADER], False, list(range(60)))
@example([HEADER, HEADER], True, [4])
@example([], False, [])
def test_summarizer__counts_the_same_wherever_chunks_are_cut(
    lines: list[bytes], ends: bool, cuts: list[int]
) -> None:
    content = b"\n".join([HEADER, *lines]) + b"\n" * ends
    summarizer = Summarizer(HEADER)
    for piece in pieces(content, cuts):
        summarizer.feed(piece)
    assert summarizer.summary() == expected_summary(content)


def test_summarizer__byte_order_mark_is_not_part_of_the_repeated_header() -> None:
    summarizer = Summarizer(HEADER)
    summarizer.feed(b"\xef\xbb\xbfa,b\n1,2\na,b\n3,4")
    summary = summarizer.summary()
    assert (summary.line_count, summary.repeated_header_count) == (3, 1)


def read_all(path: Path) -> tuple[bytes, int]:
    with path.open("rb") as file:
        parts = list(read_chunks(path, file))
    return b"".join(part for part, _ in parts), sum(taken for _, taken in parts)


@pytest.mark.parametrize(
    "length", [1, 100, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 20_000_000]
)
@pytest.mark.parametrize("name", ["x.csv", "x.csv.gz", "x.csv.GZ"])
def test_read_chunks__returns_every_byte_and_how_far_the_file_was_read(
    tmp_path: Path, name: str, length: int
) -> None:
    content = (b"0123456789abcde\n" * (length // 16 + 1))[:length]
    path = tmp_path / name
    path.write_bytes(content if name == "x.csv" else gzip.compress(content, 1))
    assert read_all(path) == (content, path.stat().st_size)


def test_read_chunks__gzip_of_several_parts(tmp_path: Path) -> None:
    path = tmp_path / "x.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n1,") + gzip.compress(b"2\n3,4\n"))
    assert read_all(path)[0] == b"a,b\n1,2\n3,4\n"


@pytest.mark.parametrize("missing", [1, 8, 9, 5_000])
def test_read_chunks__cut_off_gzip_is_refused(tmp_path: Path, missing: int) -> None:
    content = b"".join(b"%d,%d\n" % (number, number * 7919 % 10007) for number in range(50_000))
    path = tmp_path / "x.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + content)[:-missing])
    with pytest.raises(UsageError, match=r"x\.csv\.gz is cut off"):
        read_all(path)


def test_read_chunks__damaged_gzip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.csv.gz"
    content = bytearray(gzip.compress(b"a,b\n" * 10_000 + bytes(range(256)) * 50))
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(UsageError, match="not sound gzip data"):
        read_all(path)


def test_read_first_line__needs_no_more_of_a_cut_off_gzip_than_that_line(tmp_path: Path) -> None:
    path = tmp_path / "x.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 100)[:-8])
    with path.open("rb") as file:
        assert read_first_line(path, file, 1 << 20) == b"a,b\n"
