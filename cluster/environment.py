"""The environment of programs that read the settings themselves, such as dbt."""

import os

from settings import PROJECT_ROOT, Settings


def dbt_environment(settings: Settings) -> dict[str, str]:
    """This process's environment with every setting of `profiles.yml` made explicit."""
    host, port = settings.thrift_server
    return {
        **os.environ,
        "WAREHOUSE_TARGET": settings.target,
        "WAREHOUSE_PORT_BASE": str(settings.port_base),
        "WAREHOUSE_SCHEMA_PREFIX": settings.schema_prefix,
        "WAREHOUSE_THRIFT_HOST": host,
        "WAREHOUSE_THRIFT_PORT": str(port),
        "DBT_PROFILES_DIR": str(PROJECT_ROOT),
        "DBT_PROJECT_DIR": str(PROJECT_ROOT),
    }
