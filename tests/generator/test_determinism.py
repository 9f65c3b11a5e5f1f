"""The same plan gives the same bytes, whatever process writes them, in whatever order, wherever."""

import ast
import hashlib
import os
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator import parts
from generator.generation import generate
from generator.ledger.accumulator import SUMS
from generator.ledger.reading import Ledger
from generator.ledger.sums import READINGS
from generator.plan import Dirt, Intent, Plan, Visits

ROOT = Path(__file__).resolve().parents[2]
ALL_DIRT = Dirt(
    duplicate=0.05,
    resent=0.05,
    late=0.1,
    malformed=0.05,
    skewed=0.05,
    orphan_users=0.1,
    orphan_products=0.1,
    oddities=0.1,
)
SMALL = Plan(seed=5, users=300, products=60, events_per_day=1500, days=5, dirt=ALL_DIRT)
# A large shop on a quiet day: divided into three parts, yet written in no time.
DIVIDED = Plan(
    seed=6,
    users=4_000,
    products=200,
    events_per_day=2_500_000,
    days=1,
    visits=Visits(month_weights=[0.01] * 12),
    dirt=ALL_DIRT,
)
# What reads a clock, chance of the machine, or the order of things in memory.
STATEFUL_MODULES = {"time", "random", "secrets", "uuid"}
STATEFUL_NAMES = {"now", "today", "utcnow", "urandom", "default_rng", "getrandbits", "hash"}


def digests(folder: Path, *days: date) -> dict[str, str]:
    """Digests of all logs and tables of the ledger; of some landed dates alone if named."""
    wanted = {f"landed_date={day}" for day in days}
    return {
        str(path.relative_to(folder)): hashlib.blake2b(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("landed_date=*/*"))
        if not wanted or path.parent.name in wanted
    }


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    generate(folder, SMALL, workers=1)
    return folder


def test_workers_do_not_change_a_byte(tmp_path):
    found = []
    for workers in (1, 2, 8):
        generate(tmp_path / str(workers), DIVIDED, workers=workers)
        found.append(digests(tmp_path / str(workers)))
    assert found[0] == found[1] == found[2]
    assert sum(path.endswith(".csv") and "events_" in path for path in found[0]) == 3


def lines_of(folder: Path) -> dict[tuple[str, str], list[bytes]]:
    """Lines without headers by landed date and table, sorted."""
    lines: dict[tuple[str, str], list[bytes]] = {}
    for path in sorted(folder.glob("landed_date=*/*.csv")):
        _, *some = path.read_bytes().split(b"\n")
        lines.setdefault((path.parent.name, path.name.split("_")[0]), []).extend(some[:-1])
    return {key: sorted(some) for key, some in lines.items()}


def test_how_people_are_divided_changes_no_line(small, tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "_EVENTS_OF_A_BLOCK", 200)
    monkeypatch.setattr(parts, "_EVENTS_WORTH_DIVIDING", 1)
    monkeypatch.setattr(parts, "_EVENTS_OF_A_PART", 250)
    assert len(parts.parts_of(SMALL)) >= 6
    generate(tmp_path, SMALL, workers=1)
    assert lines_of(tmp_path) == lines_of(small)
    for name in SUMS:
        for reading in READINGS:
            assert Ledger(tmp_path).table(name, reading) == Ledger(small).table(name, reading)


def test_days_written_backwards_one_by_one_equal_the_whole(small, tmp_path):
    for day in reversed(range(SMALL.days)):
        generate(tmp_path, SMALL, workers=1, first_day=day, last_day=day)
    assert digests(tmp_path) == digests(small)


plans = st.builds(
    Plan,
    seed=st.integers(0, 2**63 - 1),
    start_date=st.dates(date(2019, 12, 1), date(2028, 3, 1)),
    users=st.integers(1, 120),
    products=st.integers(8, 60),
    events_per_day=st.integers(100, 400),
    days=st.integers(2, 12),
    intent=st.builds(Intent, cart=st.floats(0, 1), buy=st.floats(0, 1), returned=st.floats(0, 1)),
    dirt=st.builds(Dirt, late=st.floats(0, 1), resent=st.floats(0, 1), malformed=st.floats(0, 1)),
)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plan=plans, draw=st.data())
def test_a_day_alone_equals_that_day_within_the_whole(plan, draw):
    first = draw.draw(st.integers(0, plan.days - 1), label="first day")
    last = draw.draw(st.integers(first, plan.days - 1), label="last day")
    with tempfile.TemporaryDirectory() as folder:
        whole, some = Path(folder) / "whole", Path(folder) / "some"
        generate(whole, plan, workers=1)
        generate(some, plan, workers=1, first_day=first, last_day=last)
        days = [plan.start_date + timedelta(day) for day in range(first, last + 1)]
        assert digests(some) == digests(whole, *days)


SUBPROCESS = """
import sys
from pathlib import Path
import numpy
from generator.generation import generate
from generator.plan import Plan
multiarray = numpy._core._multiarray_umath
on = [each for each in multiarray.__cpu_dispatch__ if multiarray.__cpu_features__[each]]
print(*on)
generate(Path(sys.argv[1]), Plan.model_validate_json(sys.argv[2]), workers=1)
"""


def generate_elsewhere(folder: Path, plan: Plan, **environment: str) -> list[str]:
    """Generate in a process of its own; returns which of numpy's SIMD features were on."""
    answer = subprocess.run(
        [sys.executable, "-c", SUBPROCESS, str(folder), plan.model_dump_json()],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return answer.stdout.split()


def test_a_processor_without_simd_gives_the_same_bytes(small, tmp_path):
    multiarray = np._core._multiarray_umath
    features = [each for each in multiarray.__cpu_dispatch__ if multiarray.__cpu_features__[each]]
    on = generate_elsewhere(
        tmp_path,
        SMALL,
        NPY_DISABLE_CPU_FEATURES=" ".join(features),
        ARROW_USER_SIMD_LEVEL="NONE",
        OMP_NUM_THREADS="1",
    )
    assert not on
    assert digests(tmp_path) == digests(small)


def test_hash_seed_time_zone_and_locale_change_nothing(small, tmp_path):
    generate_elsewhere(
        tmp_path, SMALL, PYTHONHASHSEED="4711", TZ="Asia/Kathmandu", LC_ALL="C", LANG="C"
    )
    assert digests(tmp_path) == digests(small)


def stateful_uses(path: Path) -> set[str]:
    """Names in a module's source that make what it does depend on more than its arguments."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names} & STATEFUL_MODULES
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module} & STATEFUL_MODULES
            found |= {each.name for each in node.names} & STATEFUL_NAMES
        elif isinstance(node, ast.Attribute):
            if node.attr in STATEFUL_NAMES or ast.unparse(node) in ("np.random", "numpy.random"):
                found.add(node.attr)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "hash":
            found.add("hash")
    return found


def test_no_module_reads_a_clock_or_draws_from_the_machine():
    found = {
        str(path.relative_to(ROOT)): uses
        for path in sorted((ROOT / "generator").rglob("*.py"))
        if (uses := stateful_uses(path))
    }
    # A stopwatch for the summary, and the hash by which caches find a plan.
    assert found == {"generator/generation.py": {"time"}, "generator/plan.py": {"hash"}}


def test_the_stopwatch_is_the_only_use_of_time():
    source = (ROOT / "generator" / "generation.py").read_text()
    uses = {
        ast.unparse(node)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "time"
    }
    assert uses == {"time.monotonic"}


def test_another_seed_gives_another_shop(small, tmp_path):
    other = SMALL.model_copy(update={"seed": SMALL.seed + 1})
    generate(tmp_path, other, workers=1)
    ours, theirs = digests(small), digests(tmp_path)
    assert not set(ours.values()) & {theirs[path] for path in theirs if path.endswith(".csv")}
