"""Divides the machine's memory among the services."""

from dataclasses import dataclass
from pathlib import Path

import psutil

from warehouse.settings import Settings

# Enough for far more blocks than a laptop ever holds.
HDFS_HEAP_MIB = 512
METASTORE_HEAP_MIB = 512
# What a Java process takes beside its heap, and PostgreSQL in all.
OVERHEAD_MIB = 256
POSTGRESQL_MIB = 256
SMALLEST_SPARK_HEAP_MIB = 1024
LARGEST_SPARK_HEAP_MIB = 12 * 1024


@dataclass(frozen=True)
class MemoryBudget:
    """Heap sizes in MiB, and the budget that they are parts of."""

    total: int
    hdfs_heap: int
    metastore_heap: int
    spark_heap: int


def machine_memory_mib() -> int:
    """Memory of the machine, or of the container when that is less, in MiB."""
    total = psutil.virtual_memory().total
    for file in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            total = min(total, int(Path(file).read_text()))
        except (OSError, ValueError):
            continue
    return total // 2**20


def memory_budget(settings: Settings, machine_mib: int) -> MemoryBudget:
    """Heap sizes for a budget of 60 % of the machine, or of `memory_mib` where it is set."""
    total = settings.memory_mib or machine_mib * 60 // 100
    fixed = (
        (1 + settings.datanodes) * (HDFS_HEAP_MIB + OVERHEAD_MIB)
        + METASTORE_HEAP_MIB
        + OVERHEAD_MIB
        + POSTGRESQL_MIB
    )
    spark = min(
        max(total - fixed - 2 * OVERHEAD_MIB, SMALLEST_SPARK_HEAP_MIB), LARGEST_SPARK_HEAP_MIB
    )
    return MemoryBudget(total, HDFS_HEAP_MIB, METASTORE_HEAP_MIB, spark)
