"""Fresh clones of the project, in which the README's commands are run."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from warehouse.settings import PROJECT_ROOT

from .conftest import QUICK_COMPILER, free_port_base


@dataclass(frozen=True)
class Clone:
    """A clone with nothing set up.

    Attributes:
        environment: of every program that is started in it.
    """

    folder: Path
    environment: dict[str, str]

    def make(self, *targets: str, timeout: float) -> subprocess.CompletedProcess[str]:
        """Run make to its end, whatever that is."""
        return subprocess.run(
            ["make", *targets],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=timeout,
            check=False,
        )

    def assert_demo_is_whole(self, said: str) -> None:
        """`make demo` built and compared everything, and left the tree as it was."""
        # Every source system in the catalogue is enabled, one has logs: no line may be missing.
        assert "warehouse sql" in said
        assert "as in ledger" in said and "all but" not in said
        status = ["git", "status", "--porcelain"]
        left = subprocess.run(status, cwd=self.folder, capture_output=True, text=True, check=True)
        assert not left.stdout, "the demo leaves nothing in the tree that git does not ignore"


@contextmanager
def cloned(into: Path) -> Iterator[Clone]:
    """A clone of the last commit, with ports of its own; stopped and emptied at the end."""
    folder = into / "warehouse"
    subprocess.run(["git", "clone", "--quiet", PROJECT_ROOT, folder], check=True)
    kept = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    clone = Clone(
        folder,
        kept
        | {
            "WAREHOUSE_PORT_BASE": str(free_port_base()),
            "WAREHOUSE_MEMORY_MIB": "8192",
            "JAVA_TOOL_OPTIONS": QUICK_COMPILER,
            "NO_COLOR": "1",
        },
    )
    yield clone
    cleaned = clone.make("clean", timeout=120)
    assert cleaned.returncode == 0, cleaned.stdout + cleaned.stderr
