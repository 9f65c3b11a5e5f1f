"""After late, replaced, withdrawn and missing files the incremental tables equal a rebuild.

The rebuild runs in the other ANSI mode. Long sequences are drawn in `proof_sequences.py`.
"""

import random
from pathlib import Path

from generator.generation import generate

from .conftest import Run
from .profiles import in_ansi_mode
from .sequences import KINDS, LATE_CHANGES, draw, plan_of, write_late_versions
from .table_snapshots import Query, assert_equal, snapshots

LAST_DAY = "2024-03-04"
# A file each whose dates are built already.
REPLACED, WITHDRAWN, LATE = "events_2024-03-02", "orders_2024-03-02", "users_2024-03-01"


def test_short_sequence__incremental_equals_rebuilt(
    built: Path,
    warehouse: Run,
    dbt: Run,
    query: Query,
    environment: dict[str, str],
    tmp_path: Path,
) -> None:
    files = {path.stem: path for path in built.glob("landed_date=*/*.csv")}
    header, *lines = files[REPLACED].read_bytes().splitlines(keepends=True)
    half = tmp_path / files[REPLACED].name
    half.write_bytes(b"".join([header, *lines[: len(lines) // 2]]))
    warehouse("land", "shop", half, "--landed-date", "2024-03-02", "--replace")
    warehouse("unland", "shop", files[WITHDRAWN].name)
    late = tmp_path / "users_late.csv"
    assert write_late_versions(random.Random(1), files[LATE], late, *LATE_CHANGES["users"])
    last_day = sorted((built / f"landed_date={LAST_DAY}").glob("[!p]*.csv"))
    assert len(last_day) == 3, "all but the products"
    warehouse("land", "shop", late, *last_day, "--landed-date", LAST_DAY)
    dbt("run", DBT_PROFILES_DIR=in_ansi_mode(tmp_path, is_ansi=True))
    assert query("select count(*) from quality.file_reconciliation where not is_reconciled") == [
        (0,)
    ]
    incremental = snapshots(query, environment)
    dbt("run", "--full-refresh", DBT_PROFILES_DIR=in_ansi_mode(tmp_path, is_ansi=False))
    rebuilt = snapshots(query, environment)
    assert all(rebuilt[table] != snapshot for table, snapshot in incremental.items())
    assert_equal(query, incremental, "incremental against rebuilt")


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
