"""A webhook that keeps what it is sent."""

import json
from http.server import BaseHTTPRequestHandler


class Webhook(BaseHTTPRequestHandler):
    """Keeps what it is sent."""

    messages: list[dict] = []  # noqa: RUF012

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.messages.append(json.loads(self.rfile.read(length)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""
