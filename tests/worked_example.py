"""The worked example of CONTRIBUTING.md, done in a copy of the checkout as the page says."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

PAGE = "CONTRIBUTING.md"
# `path`: or `path`, from `beginning` on: and then the text of the file.
_FILE = re.compile(
    r"^`(?P<path>[\w/.]+)`(?:, from `(?P<beginning>[^`]+)` on)?:\n\n```\w+\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


def copy_checkout(root: Path, into: Path) -> None:
    """Copy what a clone would hold, as it is now, into a git repository of its own."""
    for name in git(root, "ls-files", "-z", "-co", "--exclude-standard").split("\0"):
        if name and (root / name).is_file():
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / name, into / name)
    git(into, "init", "--quiet")


def git(folder: Path, *arguments: str) -> str:
    """What git answers in a folder."""
    return subprocess.run(
        ["git", *arguments], cwd=folder, check=True, capture_output=True, text=True
    ).stdout


def run_module(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a module of the checkout itself, and wait for its end."""
    # A pytest that is run must not take itself for a process of the one that runs this.
    environment = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def command_of_worked_example(checkout: Path) -> list[str]:
    """The arguments of the page's `warehouse new mart`, of which the third is the mart's name."""
    page = (checkout / PAGE).read_text()
    [arguments] = re.findall(r"^warehouse (new mart .*)$", page, re.MULTILINE)
    return str(arguments).split()


def scaffold_worked_example(checkout: Path) -> None:
    """Run the page's `warehouse new mart`."""
    answer = run_module(checkout, "warehouse", *command_of_worked_example(checkout))
    assert answer.returncode == 0, answer.stdout + answer.stderr


def complete_worked_example(checkout: Path) -> None:
    """Give the files the contents that the page shows, and write what is generated from them."""
    for told in _FILE.finditer((checkout / PAGE).read_text()):
        file, kept = checkout / told["path"], ""
        if told["beginning"]:
            [kept, *_] = re.split(rf"^{re.escape(told['beginning'])}", file.read_text(), flags=re.M)
        file.write_text(kept + told["text"])
    answer = run_module(checkout, "warehouse.docs.generated")
    assert answer.returncode == 0, answer.stderr
