"""Every setting of the project, in one typed object.

Settings come from environment variables named `WAREHOUSE_…`, then from the file `.env` at the
project's root, then from the defaults below. No other module takes a setting from the environment;
what starts programs passes it on. dbt's files read the same variables, which
`source .venv/bin/activate` loads from `.env`.
"""

import os
from collections.abc import MutableMapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal

from platformdirs import user_cache_path
from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from warehouse.errors import UsageError, WarehouseError

# Of single dbt commands; the macros `setting_of_run` and `publish_when_complete` know them too.
_RENAMED = {
    "WAREHOUSE_ABSORB_FROM": "WAREHOUSE_PROCESS_FROM",
    "WAREHOUSE_ABSORB_UNTIL": "WAREHOUSE_PROCESS_UNTIL",
}
_RENAMED_VALUES = {("WAREHOUSE_PUBLISH", "apart"): "manual"}


def find_project_root(module: Path) -> Path | None:
    """The checkout that a module belongs to, which has `dbt_project.yml`; None outside of any."""
    for folder in module.parents:
        # What is installed there is a copy, though the virtual environment may lie in a checkout.
        if folder.name in ("site-packages", "dist-packages"):
            return None
        if (folder / "dbt_project.yml").is_file():
            return folder
    return None


_MODULE = Path(__file__).resolve()
_CHECKOUT = find_project_root(_MODULE)
# Outside of a checkout no command runs, see `refuse_to_run_without_checkout`.
PROJECT_ROOT = _CHECKOUT or _MODULE.parent.parent


def refuse_to_run_without_checkout() -> None:
    """To be asked before anything else: models, macros and DAGs are in the checkout alone.

    Raises:
        WarehouseError: the packages were installed without it.
    """
    if _CHECKOUT is None:
        raise WarehouseError(
            f"The warehouse runs from a checkout, and {_MODULE.parent} is not in one",
            "clone the project and run `make install` in it, then `.venv/bin/warehouse`",
        )


class Settings(BaseSettings):
    """Where the warehouse lives and which cluster it talks to."""

    model_config = SettingsConfigDict(
        env_prefix="WAREHOUSE_",
        env_file=PROJECT_ROOT / ".env",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
    )

    target: Literal["embedded", "cluster"] = Field(
        "embedded",
        description="`embedded`: the cluster that this project starts itself; "
        "`cluster`: an existing one",
    )
    data_folder: Path = Field(
        PROJECT_ROOT / ".warehouse",
        description="folder of all data, logs and process ids; an absolute path; "
        "default: `.warehouse` in the checkout",
    )
    cache_folder: Path = Field(
        user_cache_path("ecommerce-warehouse"),
        description="folder of the downloaded Java libraries, shared between checkouts; "
        "default: `ecommerce-warehouse` in the user's cache folder",
    )
    port_base: int = Field(
        21500,
        ge=1024,
        le=65400,
        description="first of the 100 loopback ports that the services listen on",
    )
    datanodes: int = Field(1, ge=1, le=9, description="number of HDFS DataNodes")
    memory_mib: int | None = Field(
        None,
        ge=2048,
        description="memory of all services but Airflow, in MiB; they take about 4096 in any case; "
        "default: 60 % of the machine",
    )
    java_home: Path | None = Field(
        None,
        validation_alias="JAVA_HOME",
        description="folder of the Java 17 or 21 to use; "
        "default: the Java on the path, else from pip",
    )
    hdfs_url: str | None = Field(
        None,
        pattern=r"^hdfs://[^/:\s]+:\d{1,5}$",
        description="existing cluster: its NameNode, `hdfs://host:port`",
    )
    metastore_uri: str | None = Field(
        None,
        pattern=r"^thrift://[^/:\s]+:\d{1,5}$",
        description="existing cluster: its Hive metastore, `thrift://host:port`",
    )
    thrift_host: str | None = Field(
        None, description="existing cluster: the host of its Spark Thrift Server"
    )
    thrift_port: int | None = Field(
        None, description="existing cluster: the port of its Spark Thrift Server"
    )
    raw_folder: str = Field(
        "/ecommerce/raw", pattern=r"^/[\w./-]*[\w-]$", description="HDFS folder of the raw zone"
    )
    tables_folder: str = Field(
        "/ecommerce/warehouse",
        pattern=r"^/[\w./-]*[\w-]$",
        description="HDFS folder of the tables; on an existing cluster that of the schema `raw`, "
        "the others follow its own default",
    )
    schema_prefix: str = Field(
        "",
        pattern=r"^[a-z0-9_]*$",
        description="put before every schema name, so that several warehouses share a cluster",
    )
    schedule_from: date | None = Field(
        None,
        description="first date that the daily runs process; "
        "default: the day before Airflow's first start",
    )
    simulated_plan: str | None = Field(
        None,
        description="plan of the simulated shop of the daily runs; empty: none; "
        "default: `daily`, on an existing cluster none",
    )
    drop_folder: dict[str, Path] = Field(
        {},
        description="folder whose files the runs land, one setting for each source system, as "
        "`WAREHOUSE_DROP_FOLDER__REES46`",
    )
    notify_webhook: str | None = Field(
        None,
        description="address that is sent a JSON message of a failed or late run, "
        "or a refused file",
    )
    notify_email: str | None = Field(
        None,
        description="who is written to about a failed or late run, or a refused file; "
        "needs `WAREHOUSE_SMTP_URL`",
    )
    smtp_url: str | None = Field(
        None,
        description="the mail server, `smtp://user:password@host:port` or `smtps://…`",
    )

    @model_validator(mode="after")
    def _addresses_belong_to_an_existing_cluster(self) -> "Settings":
        names = ("hdfs_url", "metastore_uri", "thrift_host", "thrift_port")
        given = [name for name in names if getattr(self, name) is not None]
        if self.target == "cluster" and len(given) < len(names):
            missing = ", ".join(_variable(name) for name in names if name not in given)
            raise ValueError(f"WAREHOUSE_TARGET=cluster also needs {missing}")
        if self.target == "embedded" and given:
            named = ", ".join(_variable(name) for name in given)
            raise ValueError(f"{named} only applies with WAREHOUSE_TARGET=cluster")
        return self

    def port(self, service: str, number: int = 0) -> int:
        """The loopback port of an embedded service; `number` counts DataNodes from 0."""
        offsets = {
            "namenode": 0,
            "namenode_web": 1,
            "postgresql": 2,
            "metastore": 3,
            "thrift": 4,
            "spark_web": 5,
            "docs": 6,
            "airflow": 7,
            "datanode": 10,
            "datanode_web": 11,
            "datanode_ipc": 12,
        }
        return self.port_base + offsets[service] + 3 * number

    @property
    def scheduled_plan(self) -> str | None:
        """The plan of the simulated shop whose days the scheduled runs generate, if any."""
        if self.simulated_plan is None:
            return "daily" if self.target == "embedded" else None
        return self.simulated_plan or None

    @property
    def hdfs(self) -> str:
        """Address of the NameNode, `hdfs://host:port`."""
        return self.hdfs_url or f"hdfs://127.0.0.1:{self.port('namenode')}"

    @property
    def metastore(self) -> str:
        """Address of the Hive metastore, `thrift://host:port`."""
        return self.metastore_uri or f"thrift://127.0.0.1:{self.port('metastore')}"

    @property
    def thrift_server(self) -> tuple[str, int]:
        """Host and port of the Spark Thrift Server."""
        return self.thrift_host or "127.0.0.1", self.thrift_port or self.port("thrift")

    def schema_name(self, layer: str) -> str:
        """The schema of a layer: raw, staging, intermediate, marts_candidate, marts or quality."""
        return self.schema_prefix + layer


def environment_variables() -> dict[str, str]:
    """The settings that the environment itself carries."""
    return {name: value for name, value in os.environ.items() if name.startswith("WAREHOUSE_")}


def rename_former_settings(environment: MutableMapping[str, str]) -> list[str]:
    """Give settings that were renamed their new names and values; for one version.

    Args:
        environment: of this process, which what it starts inherits; changed in place.

    Returns:
        A line for each, which names the new one.
    """
    lines = []
    for former, now in _RENAMED.items():
        value = environment.pop(former, "")
        if value:
            environment[now] = environment.get(now) or value
            lines.append(
                f"{former} is called {now} now. Fix: rename it; the next version ignores it"
            )
    for (name, former), now in _RENAMED_VALUES.items():
        if environment.get(name) == former:
            environment[name] = now
            line = (
                f"{name}={former} is called {now} now. Fix: rename it; the next version refuses it"
            )
            lines.append(line)
    return lines


def _variable(name: str) -> str:
    return f"WAREHOUSE_{name.upper()}"


@lru_cache(maxsize=1)
def load_settings() -> Settings:
    """Read the settings once.

    Raises:
        UsageError: a setting is unknown or has a value it cannot take.
    """
    try:
        return Settings()
    except ValidationError as error:
        problem = error.errors()[0]
        location = ".".join(str(part) for part in problem["loc"])
        message = problem["msg"].removeprefix("Value error, ")
        if location:
            name = location.upper().removeprefix("WAREHOUSE_")
            message = f"WAREHOUSE_{name}={problem['input']}: {message}"
        raise UsageError(
            f"A setting is wrong: {message}", "see .env.example for what each setting takes"
        ) from None
    except SettingsError:
        # The only setting that is read as more than a plain text.
        raise UsageError(
            "WAREHOUSE_DROP_FOLDER names no source system",
            "name one folder for each source system: "
            "WAREHOUSE_DROP_FOLDER__REES46=/data/drop/rees46",
        ) from None
