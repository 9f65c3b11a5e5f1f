"""The same dbt graph as Airflow DAGs of four kinds, for benchmarks/orchestration.py."""

from datetime import UTC, datetime
from typing import Any

from airflow.sdk import DAG, chain, task
from cosmos import DbtTaskGroup, ExecutionConfig, ProfileConfig, ProjectConfig, RenderConfig
from cosmos.constants import ExecutionMode, InvocationMode, LoadMode, TestBehavior

from orchestration.tasks import build
from orchestration.watcher.task_group import render_graph
from warehouse.dbt.manifest import PROJECT_NAME
from warehouse.dbt.paths import dbt_manifest_file
from warehouse.dbt.runner import run_dbt
from warehouse.settings import PROJECT_ROOT, load_settings

settings = load_settings()
COMMON: dict[str, Any] = {"schedule": None, "start_date": datetime(2024, 1, 1, tzinfo=UTC)}
MANUAL = {"WAREHOUSE_PUBLISH": "manual"}
LAYERS = (
    "path:models/staging path:seeds",
    "path:models/intermediate path:models/marts/core",
    "path:models/marts,path:models/marts/core",
    "path:models/quality",
)


def cosmos_graph(mode: ExecutionMode) -> DbtTaskGroup:
    """The graph as Cosmos runs it itself."""
    return DbtTaskGroup(
        group_id="warehouse",
        project_config=ProjectConfig(
            dbt_project_path=PROJECT_ROOT,
            manifest_path=dbt_manifest_file(settings),
            project_name=PROJECT_NAME,
            install_dbt_deps=False,
        ),
        profile_config=ProfileConfig(
            profile_name=PROJECT_NAME,
            target_name=settings.target,
            profiles_yml_filepath=PROJECT_ROOT / "profiles.yml",
        ),
        execution_config=ExecutionConfig(
            execution_mode=mode, invocation_mode=InvocationMode.DBT_RUNNER
        ),
        render_config=RenderConfig(
            load_method=LoadMode.DBT_MANIFEST,
            test_behavior=TestBehavior.AFTER_EACH,
            exclude=["resource_type:unit_test"],
            emit_datasets=False,
        ),
        operator_args={
            "install_deps": False,
            "env": MANUAL,
            "append_env": True,
            "dbt_cmd_flags": ["--exclude-resource-type", "unit_test"],
        }
        if mode is ExecutionMode.WATCHER
        else {"install_deps": False, "env": MANUAL, "append_env": True},
    )


@task
def build_layer(select: str) -> None:
    """Build a layer in one dbt command."""
    chosen = ["--select", *select.split()]
    if "," in select:
        first, second = select.split(",")
        chosen = ["--select", first, "--exclude", second]
    run_dbt(settings, ["build", *chosen, "--exclude-resource-type", "unit_test"], MANUAL)


with DAG("consumers", **COMMON):
    build([], {}) >> render_graph(settings, {})

with DAG("cosmos_local", **COMMON):
    cosmos_graph(ExecutionMode.LOCAL)

with DAG("cosmos_watcher", **COMMON):
    cosmos_graph(ExecutionMode.WATCHER)

with DAG("grouped", **COMMON):
    chain(
        *(
            build_layer.override(task_id=f"layer_{number}")(select)
            for number, select in enumerate(LAYERS)
        )
    )
