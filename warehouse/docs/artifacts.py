"""dbt's artifacts in the form in which dbdocs and dbterd can read them."""

import json
from pathlib import Path
from typing import Any

CATALOG = "spark_catalog"
NO_CATALOG = {
    "metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/catalog/v1.json"},
    "nodes": {},
    "sources": {},
}


def write_adapted(dbt_manifest: dict[str, Any], catalog: dict[str, Any], folder: Path) -> None:
    """Write both artifacts into an existing folder, the dbt manifest adapted in place."""
    # Example queries and hooks would be listed as tables of the marts.
    dbt_manifest["nodes"] = {
        name: node
        for name, node in dbt_manifest["nodes"].items()
        if node["resource_type"] not in ("analysis", "operation")
    }
    for node in (*dbt_manifest["nodes"].values(), *dbt_manifest["sources"].values()):
        # dbt-spark knows no databases, and the tools fail without one.
        node["database"] = CATALOG
        # They show a description as one line, which makes its tables and examples unreadable.
        node["description"] = node["description"].strip().partition("\n\n")[0]
        if node["resource_type"] == "source":
            # Columns are traced by the name of the table, which is not that of the source.
            node["name"] = node["identifier"]
    (folder / "manifest.json").write_text(json.dumps(dbt_manifest))
    (folder / "catalog.json").write_text(json.dumps(catalog))
