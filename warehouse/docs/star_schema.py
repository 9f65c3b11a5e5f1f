"""The diagram of facts and dimensions, made from the tests of relationships."""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from dbterd.api import DbtErd

from warehouse.docs.artifacts import NO_CATALOG, write_adapted
from warehouse.settings import PROJECT_ROOT, load_settings
from warehouse.sql.dbt_environment import dbt_environment

PAGE = PROJECT_ROOT / "docs/reference/star_schema.md"
DIAGRAM = re.compile(r"(?<=^```mermaid\n)erDiagram\n.*?(?=^```$)", re.MULTILINE | re.DOTALL)


def star_schema(dbt_manifest: dict[str, Any]) -> str:
    """Mermaid's text of the facts, the dimensions and the keys between them."""
    with tempfile.TemporaryDirectory() as folder:
        write_adapted(dbt_manifest, NO_CATALOG, Path(folder))
        drawn = DbtErd(
            target="mermaid",
            artifacts_dir=folder,
            select=["wildcard:*.fct_*", "wildcard:*.dim_*"],
            entity_name_format="table",
            omit_columns=True,
        ).get_erd()
    # The tool writes names in capitals, and the columns of both sides, of which one is enough.
    drawn = re.sub(r'"[A-Z_]+"', lambda name: name[0].lower(), drawn)
    return re.sub(r"\bdate_day--", "", drawn).rstrip() + "\n"


def main() -> None:
    """Redraw the diagram of the page."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [Path(sys.executable).with_name("dbt"), "--quiet", "parse", "--target-path", folder],
            env=dbt_environment(load_settings()),
            cwd=PROJECT_ROOT,
            check=True,
        )
        dbt_manifest = json.loads((Path(folder) / "manifest.json").read_text())
    drawn = star_schema(dbt_manifest)
    PAGE.write_text(DIAGRAM.sub(lambda _: drawn, PAGE.read_text()))


if __name__ == "__main__":
    main()
