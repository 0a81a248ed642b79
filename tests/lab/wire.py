# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests and replies."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote
from xml.parsers.expat import ExpatError
from xmlrpc import client as xmlrpc

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
XML = "text/xml"
BYTES = ("application/octet-stream", "application/vhd")

_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True)
class Request:
    """One request as an endpoint sees it.

    ``path`` is decoded for reading and matching by people; routing works on ``raw_path``, segment by segment.
    ``params`` are the decoded path parameters.
    ``content`` are the bytes of the body; a call of XML-RPC has its method and parameters in ``body`` and its method in
    ``path``, where people and fault rules find it, as the action of a form that EC2 takes.
    ``outcome`` is what fault rules ordained for this request: may hold ``fail_task`` (message), ``job_status`` (status)
    and ``expire_token`` (true).
    """

    endpoint: str
    method: str
    path: str
    raw_path: str
    query: dict[str, list[str]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    params: dict[str, str] = field(default_factory=dict)
    malformed: str | None = None
    malformed_body: bool = False
    outcome: Mapping[str, Any] = field(default_factory=dict)
    content: bytes = b""

    def one(self, name: str, default: str | None = None) -> str | None:
        """Return the first value of a query parameter."""
        values = self.query.get(name)
        return values[0] if values else default

    def flag(self, name: str, default: bool = False) -> bool:
        """Return a boolean query parameter."""
        value = self.one(name)
        return default if value is None else value.lower() == "true"

    def number(self, name: str, default: int | None = None) -> int | None:
        """Return an integer query parameter."""
        value = self.one(name)
        return default if value is None else int(value)

    def header(self, name: str, default: str = "") -> str:
        """Return a header by its name in any case."""
        return self.headers.get(name.lower(), default)


def read_request(
    endpoint: str,
    method: str,
    target: str,
    headers: Mapping[str, str],
    content: bytes,
    outcome: Mapping[str, Any] | None = None,
) -> Request:
    """Build a request from its parts on the wire; ``target`` is the path with its query string, still percent-encoded.

    Content that its type does not allow to be read leaves ``body`` None and the reason in ``malformed``.
    """
    raw_path, _mark, query_string = target.partition("?")
    lowered = {name.lower(): value for name, value in headers.items()}
    malformed = None
    if not target.isascii() or _BAD_PERCENT.search(target):
        malformed = f"badly encoded address: {target}"
    body, problem = _read_body(content, lowered.get("content-type", ""))
    operation = _operation(body, lowered.get("content-type", ""))
    return Request(
        endpoint=endpoint,
        method=method.upper(),
        path=f"/{operation}" if operation else unquote(raw_path),
        raw_path=raw_path,
        query=parse_qs(query_string, keep_blank_values=True),
        headers=lowered,
        body=body,
        malformed=malformed or problem,
        malformed_body=malformed is None and problem is not None,
        outcome=outcome or {},
        content=content,
    )


def _operation(body: Any, content_type: str) -> str:
    """What is called by XML-RPC, or of EC2, which take everything at one path."""
    if not isinstance(body, dict):
        return ""
    if content_type.startswith(XML):
        return str(body["method"])
    return str(body.get("Action", "")) if content_type.startswith(FORM) else ""


def is_write(method: str, path: str) -> bool:
    """Whether a request may change something. Asking for a token or a version changes nothing, nor do a search and some
    lists, which are a POST because of their body, nor a call of XML-RPC or EC2 that reads, logs in or out."""
    asked = path.partition("?")[0]
    return (
        method not in ("GET", "HEAD", "OPTIONS")
        and "token" not in asked.lower()
        and not asked.endswith(("/$search", "/tasks/list"))
        and not re.search(r"^/api/nutanix/v3/\w+/list$|/(\w+\.get_\w+|session\.log\w+|Describe\w+)$", asked)
    )


def _read_body(content: bytes, content_type: str) -> tuple[Any, str | None]:
    if not content:
        return None, None
    kind = content_type.partition(";")[0].strip().lower()
    if kind in BYTES:
        return None, None
    try:
        if kind == XML:
            params, method = xmlrpc.loads(content)
            return {"method": method, "params": list(params)}, None
        if kind == FORM:
            return {
                name: values[-1] for name, values in parse_qs(content.decode(), keep_blank_values=True).items()
            }, None
        return json.loads(content), None
    except (ValueError, ExpatError, xmlrpc.Error) as error:
        return None, f"unreadable body: {error}"


@dataclass
class Reply:
    """One answer. ``body`` is JSON-able (None = empty); a str or bytes with its own content-type header is sent as it
    is; a list as header value repeats the header.

    ``takes`` = simulated seconds before it is sent.
    """

    status: int = 200
    body: Any = None
    headers: dict[str, str | list[str]] = field(default_factory=dict)
    takes: float = 0.0
    violation: str | None = None
    authenticated_as: str | None = None


@dataclass
class LongPoll:
    """An answer that is not there yet: ``check()`` is asked until it gives a reply or the simulated timeout is over,
    then ``otherwise()`` answers."""

    check: Callable[[], Reply | None]
    timeout: float
    otherwise: Callable[[], Reply]
    authenticated_as: str | None = None
    violation: str | None = None
    headers: dict[str, str | list[str]] = field(default_factory=dict)


class Refusal(Exception):
    """An answer that refuses. With ``violation`` it is recorded as something that the contract does not know."""

    def __init__(
        self, status: int, body: Any, violation: str | None = None, headers: Mapping[str, str | list[str]] | None = None
    ) -> None:
        super().__init__(violation or f"{status}: {body}")
        self.status = status
        self.body = body
        self.violation = violation
        self.headers = dict(headers or {})

    def reply(self) -> Reply:
        """Return the refusal as an answer."""
        return Reply(self.status, self.body, dict(self.headers), violation=self.violation)
