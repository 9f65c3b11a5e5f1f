"""Which tables the oracle computes, and where."""

import re
from pathlib import Path

import yaml

from .database import AREAS, FOLDER

MODELS = Path(__file__).parents[2] / "models"
MARTS = sorted(path.stem for path in (MODELS / "marts").rglob("*.sql"))
# What describes landed files; publications describe builds, the reconciliation the ledger.
QUALITY = sorted(
    {path.stem for path in (MODELS / "quality").glob("*.sql")}
    - {"publications", "ledger_reconciliation"}
)


def schema_of(mart: str) -> str:
    """Where a mart is read; readers are not shown what only feeds others."""
    [path] = (MODELS / "marts").rglob(f"{mart}.yml")
    [declared] = yaml.safe_load(path.read_text())["models"]
    return "marts_candidate" if declared["config"]["meta"].get("supporting") else "marts"


def tables_of(area: str) -> set[str]:
    """The tables and views that an area of the oracle makes."""
    text = (FOLDER / f"{area}.sql").read_text()
    return set(re.findall(r"^create (?:table|view) (\w+) as\b", text, re.MULTILINE))


def areas_of(folder: str) -> list[str]:
    """The areas for the models of a folder: one of its name, or several that begin with it."""
    return [area for area in AREAS if area == folder or area.startswith(f"{folder}_")]
