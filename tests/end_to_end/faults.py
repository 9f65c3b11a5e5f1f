"""What breaks tables and their files."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

from warehouse.services.hdfs import client
from warehouse.settings import Settings

from .table_snapshots import Query, current_snapshots


def write_a_row_twice(query: Query, table: str, condition: str) -> None:
    """Write one of the rows that meet a condition once more, as if a build had done it.

    A table that does not remember its snapshot as its own would be rebuilt.
    """
    query(f"insert into {table} select * from {table} where {condition} limit 1")
    snapshot = current_snapshots([table], query)[table]
    query(f"alter table {table} set tblproperties ('absorbed.self' = '{snapshot}')")


@contextmanager
def without_files(settings: Settings, query: Query, files: dict[str, str]) -> Iterator[int]:
    """Within the block there are no data files of some partitions: who reads them, fails.

    Args:
        files: for a table, by schema and name, a condition on its partitions.

    Yields:
        How many files are away.
    """
    paths = [
        urlsplit(path).path
        for table, condition in files.items()
        for (path,) in query(f"select file_path from {table}.files where {condition}")
    ]
    hdfs = client(settings.hdfs)
    with ExitStack() as taken_away:
        for path in paths:
            hdfs.rename(path, f"{path}.away")
            taken_away.callback(hdfs.rename, f"{path}.away", path)
        yield len(paths)
