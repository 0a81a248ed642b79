# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gate before an emulator: it records what is asked, disturbs it when told to, and answers calls that the emulator
lacks.

A rule fires on the n-th request that matches it: {"method", "match" (searched in path and query), "nth", "times",
"status", "body", "kill" (a process id, once the request took effect), "drop" (the answer is lost)}. What
AWS is asked by form counts as if its action stood in the query.
"""

from __future__ import annotations

import os
import re
import signal
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from lab.wire import is_write

ACTION = re.compile(rb"(?:^|&)(Action=\w+)")
NOT_PASSED_ON = {"connection", "transfer-encoding", "keep-alive", "content-length"}


@dataclass(frozen=True)
class Asked:
    """A request."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def what(self) -> str:
        """Path and query, with the action of a form."""
        action = ACTION.search(self.body) if self.target == "/" else None
        return f"/?{action[1].decode()}" if action else self.target


@dataclass
class Answer:
    """An answer."""

    status: int
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)


class Gate:
    """Listens on a port of its own; ``own`` answers what the emulator lacks, or returns None."""

    def __init__(
        self, port_behind: int | None, own: Callable[[Asked], Answer | None] | None = None, tls: Any = None
    ) -> None:
        self.record: list[tuple[str, str, int]] = []
        self.rules: list[dict[str, Any]] = []
        self._behind = port_behind
        self._own = own
        self._lock = threading.Lock()
        gate = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except (ConnectionError, ssl.SSLError):
                    self.close_connection = True

            def __getattr__(self, name: str) -> Any:
                if name.startswith("do_"):
                    return self._answer
                raise AttributeError(name)

            def _answer(self) -> None:
                body = _body(self)
                asked = Asked(
                    self.command, self.path, {key.lower(): value for key, value in self.headers.items()}, body
                )
                answer = gate.answer(asked)
                if answer is None:
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                for key, value in answer.headers:
                    self.send_header(key, value)
                if self.command != "HEAD":
                    self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(answer.body)

            def log_message(self, format: str, *args: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def forget(self) -> None:
        """Empty the record and lift the rules."""
        self.record, self.rules = [], []

    def count(self, method: str, match: str = "") -> int:
        return sum(entry[0] == method and re.search(match, entry[1]) is not None for entry in self.record)

    @property
    def writes(self) -> list[tuple[str, str, int]]:
        """What was asked to change something."""
        return [entry for entry in self.record if is_write(entry[0], entry[1].replace("/?Action=", "/"))]

    def answer(self, asked: Asked) -> Answer | None:
        """None cuts the connection."""
        rule = self._rule(asked)
        if "status" in rule:
            answer = Answer(rule["status"], rule.get("body", "").encode(), list(rule.get("headers", {}).items()))
        else:
            answer = (self._own(asked) if self._own else None) or self._passed_on(asked)
        with self._lock:
            self.record.append((asked.method, asked.what, answer.status))
        if rule.get("kill"):
            os.kill(rule["kill"], signal.SIGKILL)
        return None if rule.get("drop") else answer

    def _rule(self, asked: Asked) -> dict[str, Any]:
        with self._lock:
            for rule in self.rules:
                if rule["method"] == asked.method and re.search(rule.get("match", ""), asked.what):
                    rule["hits"] = rule.get("hits", 0) + 1
                    nth = rule.get("nth", 1)
                    if nth <= rule["hits"] < nth + rule.get("times", 1):
                        return rule
        return {}

    def _passed_on(self, asked: Asked) -> Answer:
        if self._behind is None:
            return Answer(404)
        connection = HTTPConnection("127.0.0.1", self._behind, timeout=120)
        headers = {key: value for key, value in asked.headers.items() if key not in NOT_PASSED_ON}
        try:
            connection.request(asked.method, asked.target, asked.body, headers)
            response = connection.getresponse()
            kept = [(key, value) for key, value in response.getheaders() if key.lower() not in NOT_PASSED_ON]
            if asked.method == "HEAD" and response.getheader("Content-Length"):
                kept.append(("Content-Length", response.getheader("Content-Length") or "0"))
            return Answer(response.status, response.read(), kept)
        finally:
            connection.close()


def _body(handler: BaseHTTPRequestHandler) -> bytes:
    if handler.headers.get("Transfer-Encoding", "").lower() != "chunked":
        return handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    body = b""
    while size := int(handler.rfile.readline().split(b";")[0], 16):
        body += handler.rfile.read(size)
        handler.rfile.readline()
    handler.rfile.readline()
    return body
