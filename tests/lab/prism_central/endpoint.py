# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The door of a simulated Prism Central."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from lab.allowance import Allowance
from lab.clock import Events
from lab.credentials import basic
from lab.endpoint import Endpoint
from lab.ports import ManagedCluster
from lab.prism_central.changes import CHANGES
from lab.prism_central.errors import error_body
from lab.prism_central.routes.router import Routers
from lab.prism_central.state.central import Central
from lab.prism_central.views.lab_state import state_of
from lab.wire import LongPoll, Refusal, Reply, Request


class CentralEndpoint(Endpoint):
    """Where the API of a Prism Central answers."""

    def __init__(
        self,
        spec: Mapping[str, Any],
        events: Events,
        topology: Mapping[str, Any],
        clusters: Mapping[str, ManagedCluster],
    ) -> None:
        super().__init__(name=spec["name"], kind="prism_central", usual_port=9440)
        self.central = Central(spec, events, topology, clusters, place=self)
        self._allowance = Allowance(spec.get("rate_limit_per_second"))
        self._routers = Routers(self.central)

    def handle(self, request: Request) -> Reply | LongPoll:
        """Answer one request."""
        try:
            self._limit()
            principal = self._admit(request)
        except Refusal as refusal:
            return refusal.reply()
        with self.central.ordained(request.outcome):
            answer = self._routers.dispatch(request)
        answer.authenticated_as = principal
        return answer

    def state(self) -> dict[str, Any]:
        """Return everything it holds."""
        return state_of(self.central)

    def change(self, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Change it from outside; docs/lab.md lists the kinds."""
        return CHANGES.carry_out(self.central, kind, payload)

    def inventory(self) -> dict[str, Any]:
        """Return the host variables for the inventory."""
        return {
            "nutanix_host": self.address,
            "nutanix_port": self.port,
            "nutanix_username": self.central.username,
            "nutanix_password": self.central.password,
            **self.central.spec.get("inventory_vars", {}),
        }

    def _admit(self, request: Request) -> str:
        """Return who asks: with user name and password, or with an API key alone (contract prism_central 1.2)."""
        central = self.central
        key = request.header("x-ntnx-api-key")
        if key and key == central.api_key:
            return "api key"
        if basic(request.header("authorization")) == (central.username, central.password):
            return central.username
        body = error_body("prism", "Authentication required", "PRISM-401", "AUTHENTICATION_REQUIRED")
        raise Refusal(401, body if central.behaviour["unauthorized"] == "json" else None)

    def _limit(self) -> None:
        """Refuse what comes too fast (contract prism_central 1.8)."""
        wait = self._allowance.take()
        if wait:
            body = error_body("prism", "Too many requests", "PRISM-429", "RATE_LIMIT_EXCEEDED")
            seconds = str(max(1, math.ceil(wait)))
            raise Refusal(429, body, headers={"Retry-After": seconds} if self.central.behaviour["retry_after"] else {})
