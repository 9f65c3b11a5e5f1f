"""The environment of programs that read the settings themselves, such as dbt."""

import os

from warehouse.settings import PROJECT_ROOT, Settings


def dbt_environment(settings: Settings) -> dict[str, str]:
    """This process's environment with every setting of `profiles.yml` made explicit."""
    host, port = settings.thrift_server
    # They belong to a cluster of one's own; with the embedded one, `warehouse` refuses them.
    server = {"WAREHOUSE_THRIFT_HOST": host, "WAREHOUSE_THRIFT_PORT": str(port)}
    return {
        **os.environ,
        **(server if settings.target == "cluster" else {}),
        "WAREHOUSE_TARGET": settings.target,
        "WAREHOUSE_PORT_BASE": str(settings.port_base),
        "WAREHOUSE_SCHEMA_PREFIX": settings.schema_prefix,
        "DBT_PROFILES_DIR": str(PROJECT_ROOT),
        "DBT_PROJECT_DIR": str(PROJECT_ROOT),
    }
