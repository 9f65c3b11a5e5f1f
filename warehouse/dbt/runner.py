"""Runs dbt within this process, and distinguishes what is worth trying again from what is not."""

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from warehouse.dbt.paths import dbt_target
from warehouse.errors import WarehouseError
from warehouse.settings import Settings
from warehouse.sql.dbt_environment import dbt_environment

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult

# What a repetition meets again: an error of dbt itself or of the SQL (SQLSTATE classes of wrong
# data, syntax, access and unsupported features), or columns that differ from their declaration.
_LASTING = re.compile(
    r"Compilation Error|Parsing Error|SQLSTATE: ?(0A|22|42)|differs from the columns declared"
)


@dataclass(frozen=True)
class NodeResult:
    """What became of one dbt node.

    Attributes:
        status: as dbt says it: success, pass, warn, no-op, error, fail or skipped.
        seconds: how long it ran.
    """

    unique_id: str
    status: str
    message: str
    seconds: float


class DbtFailed(WarehouseError):
    """A dbt command failed.

    Attributes:
        is_transient: whether the same command may succeed when tried again.
    """

    def __init__(self, what: str, fix: str, is_transient: bool) -> None:
        super().__init__(what, fix)
        self.is_transient = is_transient


def run_dbt(
    settings: Settings,
    arguments: Sequence[str],
    environment: Mapping[str, str] | None = None,
    on_result: Callable[[NodeResult], None] = lambda result: None,
) -> None:
    """Run a dbt command; its lines go to standard output.

    Args:
        environment: variables for this run only, beside those of the settings.
        on_result: called with each node when it is finished, from dbt's threads.

    Raises:
        DbtFailed: the command failed.
    """
    from dbt.cli.main import dbtRunner

    def on_event(event: Any) -> None:
        if event.info.name == "NodeFinished":
            on_result(_node_result(event))

    folders = ["--target-path", dbt_target(settings), "--log-path", settings.data_folder / "logs"]
    target = [*map(str, folders), "--no-use-colors", "--no-use-colors-file"]
    with _environment(dbt_environment(settings) | dict(environment or {})):
        answer = dbtRunner(callbacks=[on_event]).invoke([*arguments, *target])
    if not answer.success:
        raise _failure(arguments[0], answer)


def is_transient(messages: Sequence[str]) -> bool:
    """Whether what failed with these messages may succeed when tried again."""
    return not any(_LASTING.search(message) for message in messages)


def _node_result(event: Any) -> NodeResult:
    node, result = event.data.node_info, event.data.run_result
    return NodeResult(
        node.unique_id, node.node_status, result.message or "", round(result.execution_time, 1)
    )


def _failure(command: str, answer: "dbtRunnerResult") -> DbtFailed:
    results = getattr(answer.result, "results", None) or []
    failed = [result for result in results if result.status == "fail"]
    if failed:
        names = ", ".join(result.node.name for result in failed[:5])
        return DbtFailed(
            f"{len(failed)} data tests failed, first {names}",
            "see their lines above; the next good run repairs the tables",
            is_transient=False,
        )
    broken = [result for result in results if result.status in ("error", "runtime error")]
    messages = [str(result.message) for result in broken] or [str(answer.exception)]
    what = f"dbt {command} failed"
    if broken:
        what += f" in {len(broken)} nodes, first {broken[0].node.name}"
    first = " ".join(messages[0].split())[:300]
    return DbtFailed(f"{what}: {first}", "see dbt's lines above", is_transient(messages))


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """dbt reads its profile from the environment of the process it runs in."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
