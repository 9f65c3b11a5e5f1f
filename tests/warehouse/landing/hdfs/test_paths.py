import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.landing.hdfs.paths import partition_folder, stored_name, stored_stem, upload_name

CHECKSUM = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("events_2024.csv", "events_2024.0123456789ab.csv"),
        ("2019-Oct.CSV", "2019-Oct.0123456789ab.csv"),
        ("_hidden.csv", "hidden.0123456789ab.csv"),
        (".csv", "file.0123456789ab.csv"),
        ("Ümsätze: März/1 50%.csv", "ms_tze_M_rz_1_50_.0123456789ab.csv"),
    ],
)
def test_stored_name__is_one_that_every_path_can_hold(name: str, stored: str) -> None:
    assert stored_name(name, CHECKSUM) == stored


@given(st.text())
def test_stored_stem__is_visible_to_spark_and_safe_in_addresses(name: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9-][A-Za-z0-9._-]{0,99}", stored_stem(name))


def test_partition_folder__is_named_as_hive_names_it() -> None:
    assert partition_folder("/raw/a/b", date(2024, 1, 2)) == "/raw/a/b/landed_date=2024-01-02"


def test_upload_name__tells_files_and_their_versions_apart() -> None:
    path = Path("/data/events.csv")
    names = {
        upload_name(path, 1, 1),
        upload_name(path, 2, 1),
        upload_name(path, 1, 2),
        upload_name(Path("/data/other.csv"), 1, 1),
    }
    assert len(names) == 4
    assert upload_name(path, 1, 1) in names
