# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The door of a simulated Prism Element cluster."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from lab.clock import Events
from lab.endpoint import Endpoint
from lab.prism_element.changes import CHANGES
from lab.prism_element.routes.router import Routers
from lab.prism_element.state.cluster import Cluster
from lab.prism_element.views.lab_state import state_of
from lab.wire import LongPoll, Refusal, Reply, Request

COMMON_HEADERS = {"X-NTNX-Env": "PE", "Server": "Nutanix Prism"}


class ClusterEndpoint(Endpoint):
    """Where the API of a cluster answers."""

    def __init__(self, spec: Mapping[str, Any], events: Events, topology: Mapping[str, Any]) -> None:
        super().__init__(name=spec["name"], kind="prism_element", usual_port=9440)
        self.cluster = Cluster(spec, events, topology, place=self)

    @cached_property
    def _routers(self) -> Routers:
        """Built when first asked: most tests speak to one of several clusters."""
        return Routers(self.cluster)

    def handle(self, request: Request) -> Reply | LongPoll:
        """Answer one request."""
        access = self.cluster.access
        if request.outcome.get("expire_token"):
            access.forget_sessions()
        answer: Reply | LongPoll
        try:
            earned = access.admit(request)
        except Refusal as refusal:
            answer = refusal.reply()
        else:
            with self.cluster.ordained(request.outcome):
                answer = self._routers.of(request.raw_path).dispatch(request)
            answer.authenticated_as = access.username
            answer.headers.update(earned)
        answer.headers.update(COMMON_HEADERS)
        return answer

    def state(self) -> dict[str, Any]:
        """Return everything it holds."""
        return state_of(self.cluster)

    def change(self, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Change it from outside; docs/lab.md lists the kinds."""
        return CHANGES.carry_out(self.cluster, kind, payload)

    def inventory(self) -> dict[str, Any]:
        """Return the host variables for the inventory."""
        return {
            "nutanix_host": self.address,
            "nutanix_port": self.port,
            "nutanix_username": self.cluster.access.username,
            "nutanix_password": self.cluster.access.password,
            **self.cluster.spec.get("inventory_vars", {}),
        }
