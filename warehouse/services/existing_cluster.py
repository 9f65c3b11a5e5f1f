"""The services of an existing cluster, which are checked, never started or stopped."""

from warehouse.errors import ServiceUnavailable
from warehouse.services import readiness
from warehouse.services.hdfs_health import hdfs_works
from warehouse.settings import Settings


def check_existing_cluster(settings: Settings) -> None:
    """Check that an existing cluster's HDFS, metastore and Thrift Server answer.

    Raises:
        ServiceUnavailable: one of them does not.
    """
    for label, answers, address, setting in existing_services(settings):
        if not answers:
            raise ServiceUnavailable(f"{label} does not answer at {address}", f"check {setting}")


def existing_services(settings: Settings) -> list[tuple[str, bool, str, str]]:
    """For each service of an existing cluster: name, whether it answers, address, setting."""
    host, port = settings.thrift_server
    return [
        ("HDFS", hdfs_works(settings), settings.hdfs, "WAREHOUSE_HDFS_URL"),
        (
            "The Hive metastore",
            readiness.answers(*readiness.host_and_port(settings.metastore)),
            settings.metastore,
            "WAREHOUSE_METASTORE_URI",
        ),
        (
            "The Spark Thrift Server",
            readiness.thrift_answers(settings),
            f"{host}:{port}",
            "WAREHOUSE_THRIFT_HOST and WAREHOUSE_THRIFT_PORT",
        ),
    ]
