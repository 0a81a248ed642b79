# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One TLS server for all endpoints of the estate, each on its own listening sockets, and one plain server for the
control interface."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.utils import formatdate
from typing import Any, Protocol

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from lab.clock import Clock, Events
from lab.endpoint import Endpoint
from lab.faults import Faults, Rule
from lab.killing import kill_alone, kill_with_descendants
from lab.record import Entry, Record
from lab.wire import JSON, LongPoll, Reply, read_request

LONG_POLL_STEP = 0.02

_COMMON: dict[str, Any] = {
    "interface": "asgi3",
    "ws": "none",
    "lifespan": "off",
    "log_config": None,
    "access_log": False,
    "proxy_headers": False,
    "server_header": False,
    "date_header": False,  # written below, so that a fault can answer another time
    "timeout_graceful_shutdown": 1,
}


class Served(Protocol):
    """What the server needs to know of an estate; ``endpoint_at`` finds who listens on an address and port."""

    clock: Clock
    events: Events
    faults: Faults
    record: Record

    def endpoint_at(self, address: str, port: int) -> Endpoint | None: ...

    def listening(self) -> list[tuple[str, int]]: ...


class CuttableProtocol(HttpToolsProtocol):
    """HTTP whose connection a fault can cut without an answer."""

    def on_message_begin(self) -> None:
        """Hand the scissors to the application."""
        super().on_message_begin()
        self.scope["lab.drop"] = self.transport.abort  # type: ignore[typeddict-unknown-key]


class QuietServer(uvicorn.Server):
    """A uvicorn server that leaves the signals to whoever started it, so that two of them and a thread are possible."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Cut open connections instead of waiting for idle clients to let go."""
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await super().shutdown(sockets)


class EstateServer:
    """Listens for all endpoints at once and answers through them."""

    def __init__(self, estate: Served, tls: ssl.SSLContext) -> None:
        self._estate = estate
        self._tls = tls
        self.server = QuietServer(
            uvicorn.Config(self._answer, http=CuttableProtocol, timeout_keep_alive=120, **_COMMON)
        )
        self._listening: dict[tuple[str, int], asyncio.base_events.Server] = {}

    async def run(self, sockets: dict[tuple[str, int], socket.socket], started: Callable[[], None]) -> None:
        """Serve until ``server.should_exit``; call ``started`` once every socket is open."""
        serving = asyncio.ensure_future(self.server.serve(sockets=[]))
        while not self.server.started:
            await asyncio.sleep(0)
        for place, opened in sockets.items():
            await self._listen(place, opened)
        started()
        await serving

    async def follow_estate(self, opened: dict[tuple[str, int], socket.socket]) -> None:
        """Open and close sockets so that exactly the reachable endpoints are listened for; ``opened`` are those at hand
        for new endpoints."""
        wanted = set(self._estate.listening())
        for place in set(self._listening) - wanted:
            closing = self._listening.pop(place)
            self.server.servers.remove(closing)
            closing.close()
        for place in wanted - set(self._listening):
            await self._listen(place, opened[place] if place in opened else open_socket(*place))

    async def _listen(self, place: tuple[str, int], opened: socket.socket) -> None:
        config = self.server.config

        def protocol() -> asyncio.Protocol:
            return CuttableProtocol(config=config, server_state=self.server.server_state, app_state={})

        listening = await asyncio.get_running_loop().create_server(
            protocol, sock=opened, ssl=self._tls, backlog=config.backlog
        )
        self._listening[place] = listening
        self.server.servers.append(listening)

    async def _answer(
        self, scope: dict[str, Any], receive: Callable[[], Any], send: Callable[[dict[str, Any]], Any]
    ) -> None:
        """Answer one HTTP request: due events, record, faults, endpoint."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        parts = []
        more = True
        while more:
            message = await receive()
            parts.append(message.get("body", b""))
            more = message.get("more_body", False)
        content = b"".join(parts)
        if len(content) < int(headers.get("content-length", 0)):
            # Its client died before the request was whole: nothing was asked.
            return
        estate = self._estate
        estate.events.run_due()
        endpoint = estate.endpoint_at(*scope["server"])
        if endpoint is None or not endpoint.reachable:
            scope["lab.drop"]()
            return
        target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
        request = read_request(endpoint.name, scope["method"], target.decode("latin-1"), headers, content)
        entry = estate.record.open(request, estate.clock.now)
        rule = estate.faults.strike(request)
        reply = await self._reply(endpoint, entry, rule)
        if reply is None:
            entry.close(estate.clock.now, None)
            scope["lab.drop"]()
            return
        # Who is logged in is told simulated time, by which snapshots have their age; who only looks at the door, to
        # compare clocks, is told the real one.
        body, reply_headers = _encoded(reply, estate.clock.epoch if reply.authenticated_as else None)
        entry.close(estate.clock.now, reply.status, body)
        entry.violation = entry.violation or reply.violation
        entry.authenticated_as = reply.authenticated_as
        await send({"type": "http.response.start", "status": reply.status, "headers": reply_headers})
        await send({"type": "http.response.body", "body": body})

    async def _reply(self, endpoint: Endpoint, entry: Entry, rule: Rule | None) -> Reply | None:
        """Return the answer, or None when the connection is to be cut."""
        then: dict[str, Any] = {}
        request = entry.request
        if rule is not None:
            then = rule.then
            entry.fault = rule.id
            request = replace(request, outcome=rule.outcome)
        reply: Reply | None
        invented = _invented(then)
        if then.get("effect"):
            entry.violation = (await self._handled(endpoint, request)).violation
        if then.get("drop") == "before":
            reply = None
        elif invented is not None and not then.get("takes_effect"):
            reply = invented
        else:
            reply = await self._handled(endpoint, request)
            if invented is not None:
                invented.violation, invented.authenticated_as = reply.violation, reply.authenticated_as
                reply = invented
        if "time_scale" in then:
            self._estate.clock.run_at(then["time_scale"])
        if "kill" in then:
            kill_with_descendants(then["kill"])
        if "kill_alone" in then:
            kill_alone(then["kill_alone"])
        delay = then.get("delay", 0.0) + (reply.takes if reply else 0.0)
        if delay > 0:
            await asyncio.sleep(self._estate.clock.real_seconds(delay))
        if then.get("drop") == "after":
            if reply is not None:
                entry.violation = reply.violation
            return None
        return reply

    async def _handled(self, endpoint: Endpoint, request: Any) -> Reply:
        clock = self._estate.clock
        with clock.pinned(clock.now):
            answer = endpoint.handle(request)
        if isinstance(answer, Reply):
            return answer
        return await self._wait(answer)

    async def _wait(self, poll: LongPoll) -> Reply:
        clock = self._estate.clock
        deadline = clock.now + poll.timeout
        while True:
            reply = poll.check()
            if reply is None and clock.now >= deadline:
                reply = poll.otherwise()
            if reply is not None:
                reply.authenticated_as = reply.authenticated_as or poll.authenticated_as
                reply.headers.update(poll.headers)
                reply.violation = reply.violation or poll.violation
                return reply
            await asyncio.sleep(LONG_POLL_STEP)
            self._estate.events.run_due()


class ControlServer:
    """Plain HTTP for the control interface."""

    def __init__(self, application: Any) -> None:
        self.server = QuietServer(uvicorn.Config(application, http="httptools", **_COMMON))

    async def run(self, opened: socket.socket) -> None:
        """Serve until ``server.should_exit``."""
        await self.server.serve(sockets=[opened])


def _invented(then: dict[str, Any]) -> Reply | None:
    """Return the answer that a fault rule puts in place of the real one; None when it has none to say."""
    if "garbage" in then:
        return Reply(then.get("status", 200), then["garbage"], {"Content-Type": "text/html", **then.get("headers", {})})
    if "status" in then:
        return Reply(then["status"], then.get("body"), dict(then.get("headers", {})))
    return None


def open_socket(address: str, port: int) -> socket.socket:
    """Open a socket that is bound and already queues connections; port 0 takes a free one. OSError when it cannot be
    had."""
    # asyncio switches Nagle's algorithm off only where the protocol is named.
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((address, port))
        opened.listen(2048)
    except OSError:
        opened.close()
        raise
    opened.setblocking(False)
    return opened


def _encoded(reply: Reply, epoch: float | None) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    headers = {name.lower(): value for name, value in reply.headers.items()}
    headers.setdefault("date", formatdate(epoch, usegmt=True))
    if reply.body is None:
        body = b""
    elif isinstance(reply.body, (str, bytes)) and "content-type" in headers:
        body = reply.body.encode() if isinstance(reply.body, str) else reply.body
    else:
        headers.setdefault("content-type", JSON)
        body = json.dumps(reply.body, ensure_ascii=False, separators=(",", ":")).encode()
    if reply.status != 204:
        headers.setdefault("content-length", str(len(body)))
    if headers.get("content-length") == "":
        # Sent in chunks, as by a product that does not know the length beforehand
        del headers["content-length"]
    return body, [
        (name.encode("latin-1"), line.encode("latin-1"))
        for name, value in headers.items()
        for line in ([value] if isinstance(value, str) else value)
    ]
