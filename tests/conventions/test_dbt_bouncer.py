"""The rules of `dbt-bouncer.yml`, for every model, seed, source and macro."""

import json
import os
import subprocess
import sys
from pathlib import Path

from warehouse.settings import PROJECT_ROOT


def test_dbt_bouncer_finds_nothing(parsed: Path) -> None:
    found = parsed / "found.json"
    answer = subprocess.run(
        [
            Path(sys.executable).with_name("dbt-bouncer"),
            "run",
            "--config-file",
            PROJECT_ROOT / "dbt-bouncer.yml",
            "--output-file",
            found,
        ],
        cwd=PROJECT_ROOT,
        env={**os.environ, "DBT_PROJECT_DIR": str(parsed)},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )
    assert found.exists(), answer.stdout + answer.stderr
    results = json.loads(found.read_text())
    failed = [result["failure_message"] for result in results if result["outcome"] != "success"]
    assert results and not failed, "\n".join(failed)
