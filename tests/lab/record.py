# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of what every client asked and what it was answered."""

from __future__ import annotations

import json
import time
from collections import deque
from dataclasses import dataclass, field, replace
from typing import Any

from lab.wire import XML, Request, is_write

KEPT_RESPONSE_BYTES = 64 * 1024
KEPT_ENTRIES = 200_000
SECRET_FIELDS = frozenset({"client_secret", "password", "access_token", "token"})
STARS = "********"


@dataclass
class Entry:
    """One request. ``status`` stays None when the connection was cut without an answer."""

    n: int
    request: Request
    sim_started: float
    started: float = field(default_factory=time.time)
    ended: float | None = None
    sim_ended: float | None = None
    status: int | None = None
    violation: str | None = None
    fault: int | None = None
    authenticated_as: str | None = None
    response: bytes = b""

    def close(self, sim_now: float, status: int | None, response: bytes = b"") -> None:
        """Note how it ended."""
        self.ended = time.time()
        self.sim_ended = sim_now
        self.status = status
        self.response = response if len(response) <= KEPT_RESPONSE_BYTES else b""
        self.request = replace(self.request, content=b"")

    def as_dict(self) -> dict[str, Any]:
        """Return the entry as GET /lab/requests shows it, secrets starred."""
        request = self.request
        return {
            "n": self.n,
            "endpoint": request.endpoint,
            "method": request.method,
            "path": request.path,
            "raw_path": request.raw_path,
            "writes": is_write(request.method, request.path),
            "query": request.query,
            "body": starred(_called(request)),
            "status": self.status,
            "started": self.started,
            "ended": self.ended,
            "sim_started": self.sim_started,
            "sim_ended": self.sim_ended,
            "violation": self.violation,
            "fault": self.fault,
            "authenticated_as": self.authenticated_as,
            "request_headers": {
                name: value for name, value in request.headers.items() if name not in ("authorization", "cookie")
            },
            "response": starred(_readable(self.response)),
        }


class Record:
    """All entries in order of arrival; the oldest go when there are too many."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT_ENTRIES)
        self._n = 0

    def open(self, request: Request, sim_now: float) -> Entry:
        """Note a request that has just arrived."""
        self._n += 1
        entry = Entry(self._n, request, sim_now)
        self._entries.append(entry)
        return entry

    def forget(self) -> int:
        """Forget everything; return how much that was."""
        count = len(self._entries)
        self._entries.clear()
        return count

    def entries(self, after: int = 0) -> list[dict[str, Any]]:
        """Return the entries with a number greater than ``after``."""
        return [entry.as_dict() for entry in self._entries if entry.n > after]


def _called(request: Request) -> Any:
    """The body; of a call of XML-RPC without the password or the session, which are parameters like others."""
    if not request.header("content-type").startswith(XML) or not isinstance(request.body, dict):
        return request.body
    secret = 1 if "login" in request.body["method"] else 0
    shown = [STARS if number == secret else item for number, item in enumerate(request.body["params"])]
    return {"method": request.body["method"], "params": json.loads(json.dumps(shown, default=str))}


def starred(value: Any) -> Any:
    """Copy a JSON value with stars in place of its secrets."""
    if isinstance(value, dict):
        return {
            key: STARS if key.lower() in SECRET_FIELDS and isinstance(item, str) else starred(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [starred(item) for item in value]
    return value


def _readable(response: bytes) -> Any:
    if not response:
        return None
    try:
        return json.loads(response)
    except ValueError:
        return response.decode(errors="replace")
