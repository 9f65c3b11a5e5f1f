"""The dbt graph as tasks of Airflow, rendered by Cosmos from the dbt manifest."""

from collections.abc import Callable, Sequence
from typing import Any

from airflow.sdk import BaseOperator
from cosmos import DbtTaskGroup, ExecutionConfig, ProfileConfig, ProjectConfig, RenderConfig
from cosmos.constants import DbtResourceType, LoadMode, TestBehavior
from cosmos.dbt.graph import DbtNode

from orchestration.watcher.consumer import NodeOperator
from warehouse.dbt.manifest import PROJECT_NAME, read_dbt_manifest
from warehouse.dbt.paths import dbt_manifest_file
from warehouse.settings import PROJECT_ROOT, Settings

GROUP = "warehouse"
_NO_TASKS = ("analysis", "exposure", "operation")
_DOCS = "/cosmos/warehouse/dbt_docs_index.html"


def render_graph(
    settings: Settings, window: dict[str, str], select: Sequence[str] = ()
) -> DbtTaskGroup:
    """A task for every selected model and seed, and one for the data tests of each tested one.

    They consume the outcomes of the task `build` of the same DAG.

    Args:
        window: as the task that builds has it.
        select: dbt's selectors; everything where absent.

    Raises:
        WarehouseError: there is no dbt manifest yet.
    """
    read_dbt_manifest(settings)
    converters = {
        DbtResourceType.MODEL: _converter("run", window),
        DbtResourceType.SEED: _converter("seed", window),
        DbtResourceType.TEST: _converter("test", window),
    }
    graph = DbtTaskGroup(
        group_id=GROUP,
        project_config=ProjectConfig(
            manifest_path=dbt_manifest_file(settings), project_name=PROJECT_NAME
        ),
        profile_config=ProfileConfig(
            profile_name=PROJECT_NAME,
            target_name=settings.target,
            profiles_yml_filepath=PROJECT_ROOT / "profiles.yml",
        ),
        execution_config=ExecutionConfig(dbt_project_path=PROJECT_ROOT),
        render_config=RenderConfig(
            load_method=LoadMode.DBT_MANIFEST,
            select=list(select),
            exclude=[f"resource_type:{kind}" for kind in _NO_TASKS],
            test_behavior=TestBehavior.AFTER_EACH,
            emit_datasets=False,
            node_converters=converters,
            node_conversion_by_task_group=False,
        ),
    )
    for node in graph.iter_tasks():
        node.consume()
    return graph


def _converter(command: str, window: dict[str, str]) -> Callable[..., BaseOperator]:
    def convert(
        *, dag: Any, task_group: Any, node: DbtNode, task_id: str, **_: Any
    ) -> BaseOperator:
        return NodeOperator(
            dag=dag,
            task_group=task_group,
            task_id=task_id,
            unique_id=node.unique_id,
            command=command,
            window=window,
            doc_md=_documentation(node, command),
        )

    return convert


def _documentation(node: DbtNode, command: str) -> str:
    what = f"The data tests of `{node.name}`." if command == "test" else _described(node)
    return f"{what}\n\n[In the dbt docs]({_DOCS}#!/{node.resource_type.value}/{node.unique_id})"


def _described(node: DbtNode) -> str:
    return f"`{node.name}`, from `{node.original_file_path}`."
