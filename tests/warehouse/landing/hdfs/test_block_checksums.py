from crc32c import crc32c
from hypothesis import example, given
from hypothesis import strategies as st

from warehouse.landing.hdfs.block_checksums import combined


@given(st.lists(st.binary()))
@example([])
@example([b"\0" * 70_000, b"", b"1", b"\0" * 9])
def test_combined__is_the_checksum_of_all_parts_together(parts: list[bytes]) -> None:
    assert combined((crc32c(part), len(part)) for part in parts) == crc32c(b"".join(parts))
