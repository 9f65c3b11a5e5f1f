"""Preflight checks: what would make a start fail, found before anything is started."""

import re
import shutil

from warehouse.errors import WarehouseError
from warehouse.services.machine.ports import port_is_free, port_owner
from warehouse.services.services import Service
from warehouse.settings import Settings

SMALLEST_FREE_DISK = 2 * 2**30


def run_preflight_checks(settings: Settings, missing: list[Service]) -> None:
    """Check the data folder, its disk and the ports of the services that are to be started.

    Raises:
        WarehouseError: one of them would make the start fail.
    """
    _check_path(settings)
    _check_disk(settings)
    _check_ports(missing)


def _check_path(settings: Settings) -> None:
    path = str(settings.data_folder.resolve())
    # Hadoop separates with commas, Java's class path with colons; neither takes the others.
    if re.search(r"[\s,:;%*]", path):
        raise WarehouseError(
            f"Hadoop takes no space and none of , : ; % * in a path, but the data folder is {path}",
            "set WAREHOUSE_DATA_FOLDER to a folder without these in its path",
        )


def _check_disk(settings: Settings) -> None:
    free = shutil.disk_usage(settings.data_folder).free
    if free < SMALLEST_FREE_DISK:
        raise WarehouseError(
            f"The disk of {settings.data_folder} has {free / 2**30:.1f} GiB free, 2 are needed",
            "free some space, or set WAREHOUSE_DATA_FOLDER to a folder on another disk",
        )


def _check_ports(missing: list[Service]) -> None:
    for service in missing:
        for port in service.ports:
            if not port_is_free(port):
                raise WarehouseError(
                    f"Port {port}, which {service.name} needs, is taken by {port_owner(port)}",
                    "stop that program, or set WAREHOUSE_PORT_BASE to move all ports",
                )
