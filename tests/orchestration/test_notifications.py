"""Failed and late runs are reported over real HTTP and SMTP; what is away stops nobody."""

import asyncio
import json
import logging
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from types import SimpleNamespace

import pytest

from orchestration import notifications
from orchestration.notifications import (
    Notification,
    files_refused,
    notify,
    run_failed,
    run_is_late,
)
from warehouse.settings import Settings

FAILED = Notification("failed", "warehouse_daily", "run_1", "warehouse_daily, run run_1, failed")


@contextmanager
def served(handler: type[socketserver.BaseRequestHandler]) -> Iterator[int]:
    with socketserver.TCPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture
def posted() -> Iterator[tuple[str, list[dict]]]:
    """The address of a webhook, and what it was sent."""
    messages: list[dict] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            messages.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with served(Handler) as port:
        yield f"http://127.0.0.1:{port}/hook", messages


@pytest.fixture
def mailed() -> Iterator[tuple[str, list[str]]]:
    """The address of a mail server, and the letters it was given."""
    letters: list[str] = []

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            self.say("220 ready")
            for line in self.rfile:
                word = line[:4].upper()
                if word == b"DATA":
                    self.say("354 go on")
                    letter = iter(self.rfile.readline, b".\r\n")
                    letters.append(b"".join(letter).decode())
                self.say("221 bye" if word == b"QUIT" else "250 fine")

    with served(Handler) as port:
        yield f"smtp://127.0.0.1:{port}", letters


def settings_with(**given: str) -> Settings:
    return Settings(_env_file=None, **given)


def test_notify__posts_to_the_webhook(posted):
    address, messages = posted
    notify(FAILED, settings_with(notify_webhook=address))
    assert messages == [
        {
            "kind": "failed",
            "dag_id": "warehouse_daily",
            "run_id": "run_1",
            "text": FAILED.text,
        }
    ]


def test_notify__writes_a_letter(mailed):
    address, letters = mailed
    notify(FAILED, settings_with(notify_email="team@example.com", smtp_url=address))
    [letter] = letters
    assert "Subject: warehouse_daily failed" in letter
    assert "To: team@example.com" in letter and FAILED.text in letter


def test_notify__is_in_the_log_and_who_is_away_does_not_stop_the_others(
    mailed, caplog, monkeypatch
):
    address, letters = mailed
    monkeypatch.setattr(notifications._post.retry, "sleep", lambda seconds: None)
    settings = settings_with(
        notify_webhook="http://127.0.0.1:1/hook", notify_email="team@example.com", smtp_url=address
    )
    with caplog.at_level(logging.ERROR):
        notify(FAILED, settings)
    assert FAILED.text in caplog.text
    assert "could not be sent by webhook" in caplog.text
    assert len(letters) == 1


def test_run_failed__names_the_tasks(posted, monkeypatch):
    address, messages = posted
    monkeypatch.setattr(
        notifications, "load_settings", lambda: settings_with(notify_webhook=address)
    )
    instances = [
        SimpleNamespace(task_id=task_id, state=state)
        for task_id, state in (("build", "failed"), ("publish", "upstream_failed"))
    ]
    run = SimpleNamespace(
        dag_id="warehouse_daily", run_id="run_1", get_task_instances=lambda: instances
    )
    run_failed({"dag_run": run})
    assert messages[0]["text"].startswith("warehouse_daily, run run_1, failed in build;")


def test_run_is_late__tells_the_limit(posted, monkeypatch):
    address, messages = posted
    monkeypatch.setattr(
        notifications, "load_settings", lambda: settings_with(notify_webhook=address)
    )
    run = {"dag_id": "warehouse_daily", "dag_run_id": "run_1"}
    asyncio.run(run_is_late({"dag_run": run}, limit="4 hours"))
    assert messages[0]["kind"] == "late" and "within 4 hours" in messages[0]["text"]


def test_files_refused__tells_why(posted):
    address, messages = posted
    run = SimpleNamespace(dag_id="warehouse_daily", run_id="run_1")
    reasons = ["/drop/a.csv is empty", "/drop/b.csv is empty"]
    files_refused(run, "rees46", reasons, settings_with(notify_webhook=address))
    assert messages[0]["kind"] == "refused"
    assert "files of rees46: /drop/a.csv is empty (and 1 more" in messages[0]["text"]
