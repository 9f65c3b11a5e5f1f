"""The demo of a fresh clone, interrupted and repeated, and many lines for its cluster."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.generation import generate
from generator.plan import Plan
from warehouse.settings import Settings
from warehouse.sql.connection import connect

from ..generator.clean import CLEAN
from .clones import Clone, cloned
from .conftest import run_program

TABLES_OF_SHOP = [
    f"stg_shop__{stream}" for stream in ("events", "order_lines", "users", "products")
]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    with cloned(tmp_path_factory.mktemp("clone")) as clone:
        yield clone


def interrupt_while_it_builds(clone: Clone, model_count: int) -> str:
    """Press Ctrl-C in `make demo` once so many models are built; gives what it said."""
    demo = subprocess.Popen(
        ["make", "demo"],
        cwd=clone.folder,
        env=clone.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    said = ""
    while said.count("OK created sql incremental model") < model_count:
        line = demo.stdout.readline()
        assert line, said
        said += line
    # As a terminal does, to every process.
    os.killpg(demo.pid, signal.SIGINT)
    rest, _ = demo.communicate(timeout=60)
    assert demo.returncode != 0
    return said + rest


def test_make_demo__interrupted_then_again(clone: Clone) -> None:
    said = interrupt_while_it_builds(clone, model_count=12)
    assert "goes on from here" in said and "Traceback" not in said
    again = clone.make("demo", timeout=1800)
    assert again.returncode == 0, again.stdout[-5000:] + again.stderr
    assert "Already in" in again.stdout, "the logs are not generated again"
    clone.assert_demo_is_whole(again.stdout)


def test_a_million_clean_lines_give_no_false_quarantine(clone: Clone, tmp_path: Path) -> None:
    folder = clone.folder
    own = clone.environment | {
        "WAREHOUSE_SCHEMA_PREFIX": "clean_",
        "WAREHOUSE_RAW_FOLDER": "/clean/raw",
        "DBT_PROFILES_DIR": str(folder),
    }
    # What is harmless stays: CRLF, byte order marks, quoted commas.
    clean = CLEAN.model_copy(update={"oddities": 0.1, "byte_order_marks": True})
    generate(tmp_path, Plan(days=1, events_per_day=1_020_000, seed=5, dirt=clean))
    programs = folder / ".venv" / "bin"
    staged = ["stg_landing__files", "path:models/staging/shop"]
    for program in (
        [programs / "warehouse", "up"],
        [programs / "warehouse", "land", "shop", tmp_path],
        [programs / "dbt", "run", "--select", *staged],
    ):
        run_program(program, own, check=True, timeout=300, cwd=folder)
    settings = Settings(
        data_folder=folder / ".warehouse", port_base=int(own["WAREHOUSE_PORT_BASE"])
    )
    with connect(settings) as connection:
        counted = {
            model: connection.execute(
                f"select count(*), count(quarantine_reason) from clean_staging.{model}"
            ).rows[0]
            for model in TABLES_OF_SHOP
        }
    assert counted["stg_shop__events"][0] >= 1_000_000
    assert all(quarantined == 0 for _, quarantined in counted.values()), counted
