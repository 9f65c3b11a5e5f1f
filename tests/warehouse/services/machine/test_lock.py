"""A lock holds between processes and never outlives its holder."""

import subprocess
import sys
import time
from pathlib import Path

from warehouse.services.machine.lock import locked
from warehouse.settings import PROJECT_ROOT


def holder(file: Path, seconds: float) -> subprocess.Popen[str]:
    program = (
        "import time; from pathlib import Path\n"
        "from warehouse.services.machine.lock import locked\n"
        f"with locked(Path({str(file)!r})): print('held', flush=True); time.sleep({seconds})"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], cwd=PROJECT_ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_one_says_so_and_waits(tmp_path: Path) -> None:
    said = []
    with holder(tmp_path / "lock", seconds=1):
        began = time.monotonic()
        with locked(tmp_path / "lock", lambda: said.append("waiting")):
            assert time.monotonic() - began > 0.5
    assert said == ["waiting"]


def test_a_killed_holder_leaves_it_free(tmp_path: Path) -> None:
    with holder(tmp_path / "lock", seconds=300) as process:
        process.kill()
        process.wait()
    said = []
    with locked(tmp_path / "lock", lambda: said.append("waiting")):
        assert said == []
