"""The services of the embedded cluster: their names, ports and how each shows that it is ready."""

from collections.abc import Callable
from dataclasses import dataclass

from warehouse.services import readiness
from warehouse.settings import Settings


@dataclass(frozen=True)
class Service:
    """A service of the embedded cluster."""

    name: str
    ports: list[int]
    is_ready: Callable[[], bool]
    web_port: int | None = None


def services(settings: Settings) -> list[Service]:
    """The services in the order in which they are listed; stopped in the opposite one."""
    port = settings.port

    def listens(number: int) -> Callable[[], bool]:
        return lambda: readiness.answers("127.0.0.1", number)

    datanodes = [
        Service(
            f"datanode-{number}",
            [port("datanode", number), port("datanode_web", number), port("datanode_ipc", number)],
            listens(port("datanode_ipc", number)),
            web_port=port("datanode_web", number),
        )
        for number in range(settings.datanodes)
    ]
    return [
        Service("postgresql", [port("postgresql")], lambda: readiness.postgresql_answers(settings)),
        Service(
            "namenode",
            [port("namenode"), port("namenode_web")],
            listens(port("namenode")),
            web_port=port("namenode_web"),
        ),
        *datanodes,
        Service("metastore", [port("metastore")], listens(port("metastore"))),
        Service(
            "thrift-server",
            [port("thrift"), port("spark_web")],
            # Without these it would keep its asker waiting for long.
            lambda: (
                readiness.postgresql_answers(settings)
                and readiness.answers("127.0.0.1", port("metastore"))
                and readiness.thrift_answers(settings)
            ),
            web_port=port("spark_web"),
        ),
    ]


def service_names(settings: Settings) -> list[str]:
    """The names by which a person calls the services."""
    return [service.name for service in services(settings)]


def service_named(settings: Settings, name: str) -> Service:
    """The service of a name that there is."""
    return next(service for service in services(settings) if service.name == name)
