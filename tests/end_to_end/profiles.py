"""The project's profiles, but for the ANSI mode, which must not change a row."""

from pathlib import Path

import yaml

from warehouse.settings import PROJECT_ROOT

ANSI = "set:hiveconf:spark.sql.ansi.enabled"


def in_ansi_mode(folder: Path, is_ansi: bool) -> str:
    """Write profiles with the ANSI mode on or off; gives what `DBT_PROFILES_DIR` takes."""
    own = folder / f"profiles_ansi_{str(is_ansi).lower()}"
    own.mkdir(exist_ok=True)
    profiles = yaml.safe_load((PROJECT_ROOT / "profiles.yml").read_text())
    for output in profiles["ecommerce_warehouse"]["outputs"].values():
        output["server_side_parameters"][ANSI] = str(is_ansi).lower()
    (own / "profiles.yml").write_text(yaml.safe_dump(profiles))
    return str(own)
