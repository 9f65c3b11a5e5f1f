"""A setting that cannot be taken is one line that names it."""

import os
import subprocess
import sys

import pytest

from warehouse.errors import UsageError
from warehouse.settings import load_settings

HOST = "namenode.example.com"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith("WAREHOUSE_")]:
        monkeypatch.delenv(name)
    load_settings.cache_clear()


@pytest.mark.parametrize(
    ("setting", "value", "hint"),
    [
        ("DROP_FOLDER", "/data/drop", "WAREHOUSE_DROP_FOLDER__REES46=/data/drop/rees46"),
        ("DROP_FOLDER", "", "WAREHOUSE_DROP_FOLDER__REES46=/data/drop/rees46"),
        ("DROP_FOLDER", "5", "WAREHOUSE_DROP_FOLDER=5"),
        ("HDFS_URL", f"hdfs://{HOST}:8020/path", "hdfs://"),
        ("HDFS_URL", f"hdfs://{HOST}:8020/", "hdfs://"),
        ("HDFS_URL", f"hdfs://{HOST}", "hdfs://"),
        ("HDFS_URL", f"{HOST}:8020", "hdfs://"),
        ("METASTORE_URI", f"thrift://{HOST}:port", "thrift://"),
        ("METASTORE_URI", f"http://{HOST}:9083", "thrift://"),
    ],
)
def test_a_wrong_value_is_one_line(
    monkeypatch: pytest.MonkeyPatch, setting: str, value: str, hint: str
) -> None:
    monkeypatch.setenv(f"WAREHOUSE_{setting}", value)
    with pytest.raises(UsageError, match=f"WAREHOUSE_{setting}") as error:
        load_settings()
    assert hint in str(error.value)
    assert "\n" not in str(error.value)


def test_a_command_names_the_new_name_of_a_setting_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WAREHOUSE_PUBLISH", "apart")
    program = "from warehouse.cli import main; main()"
    answer = subprocess.run(
        [sys.executable, "-c", program, "--help"], capture_output=True, text=True, check=True
    )
    [line] = answer.stderr.splitlines()
    assert line.startswith("Warning: WAREHOUSE_PUBLISH=apart is called manual now. Fix:")
