"""A taken port is seen, and who took it."""

import os
import socket

import pytest

from warehouse.docs.site import refuse_a_taken_port
from warehouse.errors import WarehouseError
from warehouse.services.machine.ports import port_is_free, port_owner
from warehouse.settings import Settings


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])
def test_a_taken_port_is_seen_with_its_owner(address: str) -> None:
    with socket.socket() as server:
        server.bind((address, 0))
        server.listen()
        port = server.getsockname()[1]
        assert not port_is_free(port)
        assert f"process {os.getpid()}" in port_owner(port)
    assert port_is_free(port)


def test_a_port_that_a_closed_connection_lingers_on_is_free() -> None:
    with socket.socket() as server:
        # As every service does.
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            accepted, _ = server.accept()
            # The side that closes first keeps the port for a minute.
            accepted.close()
            assert client.recv(1) == b""
    assert port_is_free(port)


def test_docs__a_taken_port_is_told_before_the_work(settings: Settings) -> None:
    refuse_a_taken_port(settings)
    with (
        socket.create_server(("127.0.0.1", settings.port("docs"))),
        pytest.raises(WarehouseError, match=rf"is taken by .* \(process {os.getpid()}\)"),
    ):
        refuse_a_taken_port(settings)
