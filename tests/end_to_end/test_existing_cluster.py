"""A second checkout that uses the services of the first as an existing cluster."""

import os
from pathlib import Path

import psutil
import pytest

from warehouse.settings import PROJECT_ROOT, Settings

from .conftest import Run
from .table_snapshots import Query
from .test_own_shop import copy_of_the_project

PREFIX = "existing_"


@pytest.fixture(scope="module")
def second(cluster: Settings, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """A copy of the project, and the settings that point it at the first one's services."""
    checkout = copy_of_the_project(tmp_path_factory.mktemp("second"))
    host, port = cluster.thrift_server
    return {
        "checkout": checkout,
        "WAREHOUSE_TARGET": "cluster",
        "WAREHOUSE_DATA_FOLDER": str(checkout / ".warehouse"),
        "WAREHOUSE_HDFS_URL": cluster.hdfs,
        "WAREHOUSE_METASTORE_URI": cluster.metastore,
        "WAREHOUSE_THRIFT_HOST": host,
        "WAREHOUSE_THRIFT_PORT": str(port),
        # So that nothing is found by the ports of an embedded cluster.
        "WAREHOUSE_PORT_BASE": "32000",
        "WAREHOUSE_SCHEMA_PREFIX": PREFIX,
        "WAREHOUSE_RAW_FOLDER": "/existing/raw",
        "DBT_TARGET_PATH": str(checkout / "target"),
        "DBT_LOG_PATH": str(checkout / "logs"),
    }


def processes_of(folder: Path) -> list[int]:
    """Processes whose command line names the folder, but for this one."""
    return [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if process.pid != os.getpid() and str(folder) in " ".join(process.info["cmdline"] or [])
    ]


def test_up__checks_and_starts_nothing(warehouse: Run, second: dict[str, object]) -> None:
    answer = warehouse("up", **second)
    assert "nothing was started" in answer.stdout
    folder = Path(str(second["WAREHOUSE_DATA_FOLDER"]))
    assert not processes_of(folder)
    started = {path.name for path in folder.glob("*")} if folder.exists() else set()
    assert not started & {"hdfs", "postgresql", "run", "configuration", "lock"}


def test_status_and_doctor__speak_of_the_existing_cluster(
    warehouse: Run, second: dict[str, object]
) -> None:
    warehouse("up", **second)
    status = warehouse("status", **second)
    assert str(second["WAREHOUSE_HDFS_URL"]) in status.stdout
    assert status.stdout.count("answers") == 3
    doctor = warehouse("doctor", **second)
    assert "failure" not in doctor.stdout


@pytest.mark.parametrize("command", ["down", "restart"])
def test_down_and_restart__leave_it_alone(
    warehouse: Run, second: dict[str, object], command: str
) -> None:
    answer = warehouse(command, check=False, **second)
    assert answer.returncode == 2
    assert len(answer.stderr.splitlines()) == 1
    warehouse("status", **second)


def test_land_and_dbt__work_there(
    warehouse: Run, dbt: Run, second: dict[str, object], query: Query
) -> None:
    warehouse("up", **second)
    excerpt = PROJECT_ROOT / "tests" / "data" / "2019-Oct.csv"
    warehouse("land", "rees46", excerpt, "--landed-date", "2019-11-01", **second)
    dbt("run", "--select", "stg_landing__files", **second)
    assert query(f"select file_name, is_live from {PREFIX}staging.stg_landing__files") == [
        ("2019-Oct.csv", True)
    ]
    statement = f"select count(*) as files from {PREFIX}raw.manifest"
    answer = warehouse("sql", "-e", statement, **second)
    assert "files" in answer.stdout and "1 row" in answer.stdout


@pytest.mark.parametrize(
    ("setting", "wrong", "named"),
    [
        ("WAREHOUSE_HDFS_URL", "hdfs://127.0.0.1:9", "WAREHOUSE_HDFS_URL"),
        ("WAREHOUSE_METASTORE_URI", "thrift://127.0.0.1:9", "WAREHOUSE_METASTORE_URI"),
        ("WAREHOUSE_THRIFT_PORT", "9", "WAREHOUSE_THRIFT_PORT"),
    ],
)
def test_up__a_wrong_address_is_one_line(
    warehouse: Run, second: dict[str, object], setting: str, wrong: str, named: str
) -> None:
    answer = warehouse("up", check=False, timeout=60, **{**second, setting: wrong})
    assert answer.returncode == 3
    [line] = answer.stderr.splitlines()
    assert line.startswith("Error:") and named in line
    assert warehouse("status", check=False, **{**second, setting: wrong}).returncode == 3


def test_up__a_missing_address_is_one_line(warehouse: Run, second: dict[str, object]) -> None:
    settings = {name: value for name, value in second.items() if name != "WAREHOUSE_HDFS_URL"}
    answer = warehouse("status", check=False, **settings)
    assert answer.returncode == 2
    [line] = answer.stderr.splitlines()
    assert "WAREHOUSE_HDFS_URL" in line
