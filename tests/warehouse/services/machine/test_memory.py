"""The machine's memory is divided so that everything fits."""

import pytest

from warehouse.services.machine.memory import (
    LARGEST_SPARK_HEAP_MIB,
    SMALLEST_SPARK_HEAP_MIB,
    machine_memory_mib,
    memory_budget,
)
from warehouse.settings import Settings


def heaps(settings: Settings, machine_mib: int) -> int:
    budget = memory_budget(settings, machine_mib)
    return budget.spark_heap + budget.metastore_heap + (1 + settings.datanodes) * budget.hdfs_heap


@pytest.mark.parametrize("datanodes", [1, 3])
@pytest.mark.parametrize("machine_mib", [8_000, 16_000, 24_000, 64_000, 512_000])
def test_all_heaps_fit_the_budget(settings: Settings, machine_mib: int, datanodes: int) -> None:
    settings = settings.model_copy(update={"datanodes": datanodes})
    assert heaps(settings, machine_mib) < memory_budget(settings, machine_mib).total
    assert memory_budget(settings, machine_mib).total < machine_mib


def test_spark_gets_what_a_larger_machine_has_more_up_to_a_limit(settings: Settings) -> None:
    sizes = [memory_budget(settings, mib).spark_heap for mib in (2_000, 10_000, 16_000, 512_000)]
    assert sizes[0] == SMALLEST_SPARK_HEAP_MIB
    assert sizes[-1] == LARGEST_SPARK_HEAP_MIB
    assert sizes == sorted(set(sizes))


def test_the_setting_decides_over_the_machine(settings: Settings) -> None:
    settings = settings.model_copy(update={"memory_mib": 6_000})
    assert memory_budget(settings, 512_000).total == 6_000
    assert memory_budget(settings, 512_000) == memory_budget(settings, 8_000)
    assert heaps(settings, 512_000) < 6_000


def test_the_machine_has_memory() -> None:
    assert 500 < machine_memory_mib() < 100_000_000
