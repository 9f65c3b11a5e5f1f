"""What the NameNode says of itself is distinguished from what another program says."""

import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from warehouse.services import hdfs
from warehouse.settings import Settings


def page(content: str) -> bytes:
    return f"HTTP/1.0 200 OK\r\n\r\n{content}".encode()


@pytest.mark.parametrize(
    "answer", [b"SSH-2.0-OpenSSH\r\n", page("<html>"), page("[]"), page("{}"), page("\x80")]
)
def test_another_program_on_the_web_port_is_not_the_namenode(
    settings: Settings, answer: bytes
) -> None:
    def answer_once(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(answer)

    with (
        socket.create_server(("127.0.0.1", settings.port("namenode_web"))) as server,
        ThreadPoolExecutor() as pool,
    ):
        answered = pool.submit(answer_once, server)
        with pytest.raises(OSError, match="is not the NameNode"):
            hdfs.namenode_state(settings)
        answered.result()
