"""Where the scheduled dbt commands keep their files."""

from pathlib import Path

from warehouse.settings import Settings


def dbt_target(settings: Settings) -> Path:
    """Where the scheduled dbt commands write their artifacts."""
    return settings.data_folder / "airflow" / "dbt"


def dbt_manifest_file(settings: Settings) -> Path:
    """Where the dbt manifest is that the DAGs are rendered from; whole at any moment."""
    return settings.data_folder / "airflow" / "manifest.json"
