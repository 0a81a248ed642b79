# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The doors of the hosts of a simulated pool."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from lab.clock import Events
from lab.endpoint import Endpoint
from lab.wire import Reply, Request
from lab.xenserver.changes import CHANGES
from lab.xenserver.routes import fields, machines, sessions, storage, tasks
from lab.xenserver.routes.calls import Calls
from lab.xenserver.routes.transfers import EXPORT, HTML, IMPORT, Transfers
from lab.xenserver.state.pool import Pool
from lab.xenserver.views.lab_state import state_of

# contract xenserver addition A: to the second one when the address has no path
RPC_PATHS = ("/", "/RPC2")


class HostEndpoint(Endpoint):
    """Where xapi of one host answers. The first host stands for the pool in the inventory and bears its name."""

    def __init__(self, pool: Pool, host: str, first: bool) -> None:
        super().__init__(
            name=pool.name if first else host, kind="xenserver_pool" if first else "xenserver_member", usual_port=443
        )
        self.pool = pool
        self.host = host
        pool.places[host] = self

    @cached_property
    def calls(self) -> Calls:
        """Built when first asked: most tests speak to one of several hosts."""
        calls = Calls(self.pool)
        sessions.add_calls(calls, self.host)
        fields.add_calls(calls)
        storage.add_calls(calls)
        machines.add_calls(calls)
        tasks.add_calls(calls)
        return calls

    def handle(self, request: Request) -> Reply:
        """Answer one request."""
        if request.outcome.get("expire_token"):
            self.pool.sessions.forget()
        with self.pool.ordained(request.outcome):
            if request.raw_path in (EXPORT, IMPORT):
                return Transfers(self.pool, self.host).answer(request)
            if request.raw_path in RPC_PATHS and request.method == "POST":
                return self.calls.dispatch(request)
        return Reply(404, "<html></html>", dict(HTML), violation=f"unknown path {request.method} {request.raw_path}")

    def state(self) -> dict[str, Any]:
        """Return everything the pool holds."""
        return state_of(self.pool)

    def change(self, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Change the pool from outside; docs/lab.md lists the kinds."""
        return CHANGES.carry_out(self.pool, kind, payload)

    def inventory(self) -> dict[str, Any] | None:
        """Return the host variables for the inventory: a pool is one host there."""
        if self.kind != "xenserver_pool":
            return None
        return {
            "xenserver_host": self.address,
            "xenserver_port": self.port,
            "xenserver_username": self.pool.sessions.username,
            "xenserver_password": self.pool.sessions.password,
            **self.pool.spec.get("inventory_vars", {}),
        }


def build_pools(topology: Mapping[str, Any], events: Events) -> list[HostEndpoint]:
    """Return the doors of all pools of a topology."""
    doors = []
    for spec in topology["xenserver_pools"]:
        pool = Pool(spec, events, topology)
        for number, host in enumerate(pool.host_specs):
            door = HostEndpoint(pool, host["name"], number == 0)
            door.reachable = not host.get("lost", False)
            doors.append(door)
    return doors
