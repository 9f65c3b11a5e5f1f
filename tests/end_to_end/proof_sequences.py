"""Whatever happened to the files, and whatever broke off: incremental tables equal a rebuild.

The rebuild runs in the other ANSI mode; a server that was killed comes back in another time zone.

Which sequences are drawn can be said: `make proofs PART=sequences SEQUENCES=9-25`.
"""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from generator.generation import generate
from warehouse import lifecycle
from warehouse.maintenance.maintain import maintain
from warehouse.services import configuration
from warehouse.services.machine import processes
from warehouse.settings import PROJECT_ROOT, Settings

from .conftest import Run
from .profiles import in_ansi_mode
from .sequences import Step, draw, plan_of
from .table_snapshots import Query, assert_equal, snapshots

ELSEWHERE = "America/New_York"
# What follows a rebuilt table is rebuilt too: with nothing left to do the kill would go unnoticed.
TABLES_BEFORE_THE_KILL = 3
LONGEST_FAILURE_SECONDS = 240


@pytest.fixture
def in_utc_again(cluster: Settings) -> Iterator[None]:
    """What comes after finds the server as it was."""
    server = processes.find(cluster, "thrift-server")
    yield
    now = processes.find(cluster, "thrift-server")
    if now != server:
        if now:
            processes.stop(now)
        lifecycle.up(cluster)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        first, _, last = metafunc.config.getoption("--sequences").rpartition("-")
        metafunc.parametrize("seed", range(int(first or 1), int(last) + 1))


@pytest.mark.usefixtures("in_utc_again")
def test_sequence__incremental_equals_rebuilt(
    seed: int,
    cluster: Settings,
    warehouse: Run,
    dbt: Run,
    query: Query,
    environment: dict[str, str],
    tmp_path: Path,
) -> None:
    prefix = f"sequence_{seed}_"
    target = tmp_path / "target"
    is_ansi = seed % 2 == 0
    own = {
        "WAREHOUSE_SCHEMA_PREFIX": prefix,
        "WAREHOUSE_RAW_FOLDER": f"/sequences/{seed}/raw",
        "DBT_TARGET_PATH": str(target),
        "DBT_PROFILES_DIR": in_ansi_mode(tmp_path, is_ansi),
    }
    generate(tmp_path / "shop", plan_of(seed))
    warehouse("up", **own)
    dbt("seed", **own)
    steps = draw(seed, tmp_path / "shop", tmp_path)
    assert len(steps) >= 8
    for step in steps:
        print(step, flush=True)
        perform(step, cluster, warehouse, dbt, environment, own)
    assert query(
        f"select count(*) from {prefix}quality.file_reconciliation where not is_reconciled"
    ) == [(0,)]
    incremental = snapshots(query, own)
    # In the other mode, which must not change a row.
    dbt("run", "--full-refresh", **own | {"DBT_PROFILES_DIR": in_ansi_mode(tmp_path, not is_ansi)})
    assert_equal(query, incremental, f"sequence {seed}, incremental against rebuilt")


def perform(
    step: Step,
    cluster: Settings,
    warehouse: Run,
    dbt: Run,
    environment: dict[str, str],
    own: dict[str, str],
) -> None:
    """Let a step happen."""
    match step.kind:
        case "land" | "replace":
            replace = ["--replace"] if step.kind == "replace" else []
            warehouse("land", "shop", *step.files, "--landed-date", step.date, *replace, **own)
        case "withdraw":
            warehouse("unland", "shop", *(file.name for file in step.files), **own)
        case "run":
            dbt("run", **own)
        case "run_until":
            dbt("run", **own, WAREHOUSE_PROCESS_UNTIL=step.date)
        case "killed":
            break_off(cluster, environment | own)
        case "maintain":
            sequence = {
                "schema_prefix": own["WAREHOUSE_SCHEMA_PREFIX"],
                "raw_folder": own["WAREHOUSE_RAW_FOLDER"],
            }
            maintain(cluster.model_copy(update=sequence), print, older_than=datetime.now(UTC))


def start_in(zone: str, cluster: Settings) -> None:
    """Start what does not run, its Java in a time zone."""
    with pytest.MonkeyPatch.context() as patch:
        options = [option.replace("=UTC", f"={zone}") for option in configuration.JAVA_OPTIONS]
        patch.setattr(configuration, "JAVA_OPTIONS", options)
        lifecycle.up(cluster)


def break_off(cluster: Settings, environment: dict[str, str]) -> None:
    """Run dbt; kill the Thrift Server meanwhile, and start it again in another time zone."""
    server = processes.find(cluster, "thrift-server")
    assert server is not None
    building = subprocess.Popen(
        [Path(sys.executable).with_name("dbt"), "run"],
        env=environment,
        cwd=PROJECT_ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        rebuilt = 0
        while rebuilt < TABLES_BEFORE_THE_KILL:
            line = building.stdout.readline()
            assert line, f"dbt ended after {rebuilt} rebuilt tables"
            rebuilt += " OK created sql incremental model " in line and "[OK in" in line
        server.kill()
        server.wait(30)
        start_in(ELSEWHERE, cluster)
        # A build must not hang on a dead server.
        building.communicate(timeout=LONGEST_FAILURE_SECONDS)
    finally:
        building.kill()
        building.wait()
    assert building.returncode == 1, "the server was killed in the midst of it"
