"""The hooks before a commit fetch nothing: each is a program of the environment."""

import subprocess
import sys
from pathlib import Path

import yaml

from warehouse.settings import PROJECT_ROOT

CONFIGURATION = ".pre-commit-config.yaml"


def test_hooks_are_local() -> None:
    program = [Path(sys.executable).with_name("pre-commit"), "validate-config", CONFIGURATION]
    subprocess.run(program, cwd=PROJECT_ROOT, check=True, capture_output=True)
    declared = yaml.safe_load((PROJECT_ROOT / CONFIGURATION).read_text())["repos"]
    assert {repository["repo"] for repository in declared} == {"local"}
    for hook in (hook for repository in declared for hook in repository["hooks"]):
        assert hook["language"] == "system", hook["id"]
        assert Path(PROJECT_ROOT, hook["entry"].split()[0]).exists(), hook["entry"]
