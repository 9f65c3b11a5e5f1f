"""The machine's memory is divided so that everything fits."""

import pytest

from warehouse.services.machine.memory import (
    LARGEST_SPARK_HEAP_MIB,
    SMALLEST_SPARK_HEAP_MIB,
    machine_memory_mib,
    plan_memory,
)
from warehouse.settings import Settings


def heaps(settings: Settings, machine_mib: int) -> int:
    plan = plan_memory(settings, machine_mib)
    return plan.spark_heap + plan.metastore_heap + (1 + settings.datanodes) * plan.hdfs_heap


@pytest.mark.parametrize("datanodes", [1, 3])
@pytest.mark.parametrize("machine_mib", [8_000, 16_000, 24_000, 64_000, 512_000])
def test_all_heaps_fit_the_budget(settings: Settings, machine_mib: int, datanodes: int) -> None:
    settings = settings.model_copy(update={"datanodes": datanodes})
    assert heaps(settings, machine_mib) < plan_memory(settings, machine_mib).budget
    assert plan_memory(settings, machine_mib).budget < machine_mib


def test_spark_gets_what_a_larger_machine_has_more_up_to_a_limit(settings: Settings) -> None:
    sizes = [plan_memory(settings, mib).spark_heap for mib in (2_000, 10_000, 16_000, 512_000)]
    assert sizes[0] == SMALLEST_SPARK_HEAP_MIB
    assert sizes[-1] == LARGEST_SPARK_HEAP_MIB
    assert sizes == sorted(set(sizes))


def test_the_setting_decides_over_the_machine(settings: Settings) -> None:
    settings = settings.model_copy(update={"memory_mib": 6_000})
    assert plan_memory(settings, 512_000).budget == 6_000
    assert plan_memory(settings, 512_000) == plan_memory(settings, 8_000)
    assert heaps(settings, 512_000) < 6_000


def test_the_machine_has_memory() -> None:
    assert 500 < machine_memory_mib() < 100_000_000
