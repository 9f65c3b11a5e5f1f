"""Run as a program: lets dbt parse the project, and asks it what it selects, in one process.

Starting dbt takes longer than its answers: so it is started once.
"""

import contextlib
import io
import json
import sys
from pathlib import Path

from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest


def run(working_folder: Path, manifest: Manifest | None, *command: str) -> dbtRunnerResult:
    """One command of dbt; if it fails, what dbt says is printed and ends the program."""
    options = ["--no-use-colors", "--quiet", "--log-path", str(working_folder)]
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        result = dbtRunner(manifest=manifest).invoke(
            [*options, *command, "--target-path", str(working_folder)]
        )
    if not result.success:
        sys.exit(said.getvalue().strip() or f"dbt {command[0]}: {result.exception}")
    return result


def main(working_folder: Path) -> None:
    """Write dbt's answers into the folder, which also keeps what spares it parsing all again."""
    manifest = run(working_folder, None, "parse").result
    # The selection of an hourly run, see docs/concepts/scheduled-runs.md.
    hourly = ["--select", "tag:hourly", "--indirect-selection", "cautious"]
    only_names = ["--output", "json", "--output-keys", "unique_id"]
    listed = run(working_folder, manifest, "ls", *hourly, "--resource-type", "test", *only_names)
    tests = [json.loads(line)["unique_id"] for line in listed.result]
    (working_folder / "hourly_tests.json").write_text(json.dumps(tests))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
