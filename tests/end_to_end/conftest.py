"""One real cluster for all end-to-end tests, on free ports and with a data folder of its own."""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from generator.generation import generate
from generator.plan import Catalogue, Dirt, Intent, People, Plan
from warehouse import lifecycle
from warehouse.services.machine import processes
from warehouse.services.machine.ports import port_is_free
from warehouse.settings import PROJECT_ROOT, Settings
from warehouse.sql.connection import connect

Run = Callable[..., subprocess.CompletedProcess[str]]
DATA = PROJECT_ROOT / "tests" / "data"
PORTS_OF_ONE_CLUSTER = 20
# Every server of the tests starts cold and sees few rows: optimising its code takes longer than
# running it does. A build from nothing took 214 s of processor time with this, 291 s without.
QUICK_COMPILER = "-XX:TieredStopAtLevel=1"
# And writing code for a query takes longer than interpreting it: 120 s instead of 173 s. The demo
# of the fresh clone runs with generated code, as everybody's does.
WITHOUT_GENERATED_CODE = (
    "-Dspark.sql.codegen.wholeStage=false -Dspark.sql.codegen.factoryMode=NO_CODEGEN"
)
os.environ["JAVA_TOOL_OPTIONS"] = f"{QUICK_COMPILER} {WITHOUT_GENERATED_CODE}"


def free_port_base() -> int:
    """A port base all of whose ports are free; below those the system hands out itself."""
    # No two processes of pytest take the same ones.
    first = 20000 + 100 * (os.environ.get("PYTEST_XDIST_WORKER") == "gw1")
    while True:
        base = random.randrange(first, 31000, 200)
        if all(port_is_free(base + offset) for offset in range(PORTS_OF_ONE_CLUSTER)):
            return base


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment in which every program uses these settings."""
    given = {
        f"WAREHOUSE_{name.upper()}": str(value)
        for name, value in settings.model_dump(exclude={"java_home"}).items()
        if value is not None
    }
    return {**os.environ, **given, "COLUMNS": "200", "NO_COLOR": "1"}


def run_program(
    arguments: list[str | Path], environment: dict[str, str], check: bool, timeout: float, cwd: Path
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end; with `check` its failure fails the test with all it said."""
    answer = subprocess.run(
        [str(argument) for argument in arguments],
        env=environment,
        cwd=cwd,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=timeout,
        check=False,
    )
    if check and answer.returncode:
        pytest.fail(f"{arguments} exited with {answer.returncode}\n{answer.stdout}{answer.stderr}")
    return answer


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of the started cluster, stopped after the last test."""
    folder = tmp_path_factory.mktemp("cluster")
    settings = Settings(data_folder=folder / "data", port_base=free_port_base(), memory_mib=6144)
    try:
        lifecycle.up(settings)
        yield settings
    finally:
        lifecycle.down(settings)
        assert not processes.service_processes(settings), "down leaves no process behind"
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def environment(cluster: Settings, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of the started cluster; dbt's own files go to a folder of the tests."""
    dbt = tmp_path_factory.mktemp("dbt")
    return environment_of(cluster) | {
        "DBT_TARGET_PATH": str(dbt / "target"),
        "DBT_LOG_PATH": str(dbt / "logs"),
        "DBT_PROFILES_DIR": str(PROJECT_ROOT),
        "DBT_USE_COLORS": "false",
    }


@pytest.fixture(scope="session")
def warehouse(environment: dict[str, str]) -> Run:
    """Runs the command line: warehouse(*arguments, check=True, timeout=300)."""

    def run(
        *arguments: str | Path,
        check: bool = True,
        timeout: float = 300,
        checkout: Path = PROJECT_ROOT,
        **settings: str,
    ) -> subprocess.CompletedProcess[str]:
        # The modules of the checkout, whichever one the environment was installed from.
        program = [sys.executable, "-m", "warehouse"]
        own = environment | settings | {"PYTHONPATH": str(checkout)}
        return run_program([*program, *arguments], own, check, timeout, checkout)

    return run


@pytest.fixture(scope="session")
def dbt(environment: dict[str, str]) -> Run:
    """Runs plain dbt from the root of a checkout."""

    def run(
        *arguments: str | Path,
        check: bool = True,
        timeout: float = 1200,
        checkout: Path = PROJECT_ROOT,
        **settings: str,
    ) -> subprocess.CompletedProcess[str]:
        program = Path(sys.executable).with_name("dbt")
        own = environment | settings
        return run_program([program, *arguments], own, check, timeout, checkout)

    return run


@pytest.fixture(scope="session")
def query(cluster: Settings) -> Callable[[str], list[tuple]]:
    """Runs a statement on the Thrift Server and gives its rows."""

    def run(statement: str) -> list[tuple]:
        with connect(cluster) as connection:
            return connection.execute(statement).rows

    return run


def small_shop(days: int) -> Plan:
    """A small shop in which much happens and goes wrong."""
    second = date(2024, 3, 2)
    return Plan(
        days=days,
        users=300,
        products=60,
        events_per_day=1500,
        seed=3,
        people=People(changes=24, deletions=0.5, without_session_id=0.2, logged_in=0.5),
        catalogue=Catalogue(price_changes=24, discontinued=0.9),
        intent=Intent(cart=0.3, buy=0.4, remove=0.3, returned=0.5, cancelled=0.2),
        dirt=Dirt(
            duplicate=0.02,
            resent=0.02,
            late=0.05,
            malformed=0.02,
            skewed=0.02,
            orphan_users=0.02,
            orphan_products=0.02,
            oddities=0.05,
            new_column_from=second,
            new_order_from=second,
        ),
    )


@pytest.fixture(scope="session")
def week(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four days of the small shop; not all are landed."""
    folder = tmp_path_factory.mktemp("shop")
    generate(folder, small_shop(4))
    return folder


@pytest.fixture(scope="session")
def built(warehouse: Run, dbt: Run, week: Path) -> Path:
    """Two days of the shop and both real shops' excerpts, landed and built with every test."""
    for day in ("2024-03-01", "2024-03-02"):
        warehouse("land", "shop", week / f"landed_date={day}")
    warehouse("land", "rees46", DATA / "2019-Oct.csv", "--landed-date", "2019-11-01")
    excerpt = DATA / "online_retail_excerpt.csv"
    warehouse("land", "online_retail", excerpt, "--landed-date", "2011-12-10")
    warehouse("ledger", week, "--land")
    dbt("build", timeout=1800)
    return week


def compared_with_ledger(query: Callable[[str], list[tuple]], prefix: str = "") -> list[tuple]:
    """Assert that no value differs from the landed ledger; gives what was compared.

    Args:
        prefix: of the schemas.
    """
    compared = query(f"select * from {prefix}quality.ledger_reconciliation")
    assert len(compared) == 16
    for name, values, differences, has_lapsed in compared:
        assert not has_lapsed, name
        assert differences == 0, f"{differences} of {values} values differ: {name}"
    return compared


def one_error_line(answer: subprocess.CompletedProcess[str]) -> str:
    """The only thing said on standard error."""
    lines = [line for line in answer.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, answer.stderr
    assert lines[0].startswith("Error: ") and "Fix: " in lines[0]
    return lines[0]
