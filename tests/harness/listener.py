# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Somebody who listens at an address, as a chat room or a ticket system does."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Listener:
    """`url` holds a secret, as such addresses do; `documents` are what arrived there, in order."""

    url: str
    documents: list[dict[str, Any]] = field(default_factory=list)


@contextlib.contextmanager
def listening(answers: Sequence[int] = ()) -> Iterator[Listener]:
    """Answers the first posts with these statuses, all later ones with 200. Only those count that got 200, or 0: they
    are taken, and the connection ends without an answer."""
    statuses = iter(answers)
    listener = Listener("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = next(statuses, 200)
            if status in (0, 200):
                listener.documents.append(json.loads(body))
            if status == 0:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Keep the output of the tests readable."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    listener.url = f"http://127.0.0.1:{server.server_address[1]}/hooks/T0P-S3CRET"
    try:
        yield listener
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
