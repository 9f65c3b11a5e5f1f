"""Whatever happened to the files, and whatever broke off: incremental tables equal a rebuild.

The rebuild runs in the other ANSI mode; a server that was killed comes back in another time zone.

Two sequences are drawn; `pytest tests/end_to_end/test_sequences.py --sequences 3-25` draws others.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from generator.generation import generate
from generator.plan import Catalogue, Dirt, Intent, People, Plan
from warehouse import lifecycle
from warehouse.maintenance.maintain import maintain
from warehouse.services import configuration
from warehouse.services.machine import processes
from warehouse.settings import PROJECT_ROOT, Settings

from .conftest import Run
from .sequences import Step, draw
from .table_snapshots import Query, assert_equal, snapshots

ANSI = "set:hiveconf:spark.sql.ansi.enabled"
ELSEWHERE = "America/New_York"
MODELS_BEFORE_THE_KILL = 20
LONGEST_FAILURE_SECONDS = 240
KINDS = {"land", "replace", "withdraw", "run", "run_until", "killed", "maintain"}


def plan_of(seed: int) -> Plan:
    """Six days of a tiny shop in which much happens and goes wrong."""
    return Plan(
        days=6,
        users=60,
        products=25,
        events_per_day=250,
        seed=seed,
        people=People(changes=24, deletions=0.5, without_session_id=0.2, logged_in=0.5),
        catalogue=Catalogue(price_changes=24, discontinued=0.9),
        intent=Intent(cart=0.4, buy=0.5, remove=0.3, returned=0.5, cancelled=0.2),
        dirt=Dirt(
            duplicate=0.03,
            resent=0.03,
            late=0.1,
            malformed=0.02,
            skewed=0.02,
            orphan_users=0.02,
            orphan_products=0.02,
            oddities=0.05,
        ),
    )


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


@pytest.fixture(scope="module")
def profiles(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bool], str]:
    """Gives a folder with the project's profiles, in which the ANSI mode is on or off."""
    text = (PROJECT_ROOT / "profiles.yml").read_text()

    def folder_of(is_ansi: bool) -> str:
        folder = tmp_path_factory.mktemp("profiles")
        profiles = yaml.safe_load(text)
        for output in profiles["ecommerce_warehouse"]["outputs"].values():
            output["server_side_parameters"][ANSI] = str(is_ansi).lower()
        (folder / "profiles.yml").write_text(yaml.safe_dump(profiles))
        return str(folder)

    return folder_of


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        first, _, last = metafunc.config.getoption("--sequences").rpartition("-")
        metafunc.parametrize("seed", range(int(first or 1), int(last) + 1))


def test_draw__everything_happens_in_25_sequences(tmp_path: Path) -> None:
    generate(tmp_path / "shop", plan_of(1))
    drawn = []
    for seed in range(1, 26):
        scratch = tmp_path / str(seed)
        scratch.mkdir()
        drawn.append(draw(seed, tmp_path / "shop", scratch))
    assert {step.kind for steps in drawn for step in steps} == KINDS
    assert min(len(steps) for steps in drawn) >= 8
    assert len({tuple(map(str, steps)) for steps in drawn}) == 25
    names = {file.name for steps in drawn for step in steps for file in step.files}
    assert any(name.startswith("users_late") for name in names)
    assert any(name.startswith("products_late") for name in names)


@pytest.mark.usefixtures("in_utc_again")
def test_sequence__incremental_equals_rebuilt(
    seed: int,
    cluster: Settings,
    warehouse: Run,
    dbt: Run,
    query: Query,
    environment: dict[str, str],
    profiles: Callable[[bool], str],
    tmp_path: Path,
) -> None:
    prefix = f"sequence_{seed}_"
    target = tmp_path / "target"
    is_ansi = seed % 2 == 0
    own = {
        "WAREHOUSE_SCHEMA_PREFIX": prefix,
        "WAREHOUSE_RAW_FOLDER": f"/sequences/{seed}/raw",
        "DBT_TARGET_PATH": str(target),
        "DBT_PROFILES_DIR": profiles(is_ansi),
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
    dbt("run", "--full-refresh", **own | {"DBT_PROFILES_DIR": profiles(not is_ansi)})
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
            dbt("run", **own, WAREHOUSE_ABSORB_UNTIL=step.date)
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
        begun = 0
        while begun < MODELS_BEFORE_THE_KILL:
            line = building.stdout.readline()
            assert line, f"dbt ended after {begun} models"
            begun += " START " in line
        server.kill()
        server.wait(30)
        start_in(ELSEWHERE, cluster)
        # A build must not hang on a dead server.
        building.communicate(timeout=LONGEST_FAILURE_SECONDS)
    finally:
        building.kill()
        building.wait()
    assert building.returncode == 1, "the server was killed in the midst of it"
