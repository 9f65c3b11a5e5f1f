"""The README's first command in a fresh clone, and many lines for the cluster it started."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.generation import generate
from generator.plan import Plan
from warehouse.settings import PROJECT_ROOT, Settings
from warehouse.sql.connection import connect

from ..generator.clean import CLEAN
from .conftest import QUICK_COMPILER, free_port_base, run_program

TABLES_OF_SHOP = [
    f"stg_shop__{stream}" for stream in ("events", "order_lines", "users", "products")
]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    folder = tmp_path_factory.mktemp("clone") / "warehouse"
    subprocess.run(["git", "clone", "--quiet", PROJECT_ROOT, folder], check=True)
    kept = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    environment = kept | {
        "WAREHOUSE_PORT_BASE": str(free_port_base()),
        "WAREHOUSE_MEMORY_MIB": "8192",
        "JAVA_TOOL_OPTIONS": QUICK_COMPILER,
        "NO_COLOR": "1",
    }
    yield folder, environment
    subprocess.run(["make", "clean"], cwd=folder, env=environment, check=True, timeout=120)


def make(
    clone: tuple[Path, dict[str, str]], *targets: str, timeout: float
) -> subprocess.CompletedProcess[str]:
    folder, environment = clone
    return subprocess.run(
        ["make", *targets],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=timeout,
        check=False,
    )


def test_make_alone_lists_the_targets(clone: tuple[Path, dict[str, str]]) -> None:
    answer = make(clone, timeout=10)
    assert answer.returncode == 0
    lines = dict(re.findall(r"^  make (\w+) +(.+)$", answer.stdout, re.MULTILINE))
    assert {"demo", "test", "lint", "up", "down", "clean"} <= set(lines)


def test_an_unsupported_python_is_refused_in_one_line(
    clone: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    old = tmp_path / "python3.8"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.8.1"\nexit 1\n')
    old.chmod(0o755)
    answer = make(clone, "install", f"PYTHON={old}", timeout=30)
    assert answer.returncode != 0
    [line] = [line for line in answer.stderr.splitlines() if line.startswith("Error")]
    assert "3.11" in line and "Python 3.8.1" in line


def interrupt_while_it_builds(clone: tuple[Path, dict[str, str]], model_count: int) -> str:
    """Press Ctrl-C in `make demo` once so many models are built; gives what it said."""
    folder, environment = clone
    demo = subprocess.Popen(
        ["make", "demo"],
        cwd=folder,
        env=environment,
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


def test_make_demo__interrupted_then_again(clone: tuple[Path, dict[str, str]]) -> None:
    said = interrupt_while_it_builds(clone, model_count=12)
    assert "goes on from here" in said and "Traceback" not in said
    again = make(clone, "demo", timeout=1800)
    assert again.returncode == 0, again.stdout[-5000:] + again.stderr
    assert "Already in" in again.stdout, "the logs are not generated again"
    # Every source system in the catalogue is enabled, only one has logs: no line may be missing.
    assert "warehouse sql" in again.stdout
    assert "built as told" in again.stdout and "all but" not in again.stdout
    folder, _ = clone
    assert not subprocess.run(
        ["git", "status", "--porcelain"], cwd=folder, capture_output=True, text=True
    ).stdout, "the demo leaves nothing in the tree that git does not ignore"


def test_a_million_clean_lines_give_no_false_quarantine(
    clone: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    folder, environment = clone
    own = environment | {
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
