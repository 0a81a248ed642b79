# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the server, the estate and the control interface expect of everything that listens."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

from lab.wire import LongPoll, Reply, Request


@dataclass
class Place:
    """Where something listens; the estate gives the addresses out.

    ``addresses_wanted`` > 1 asks for more of them, which then stand in ``more_addresses``. While ``reachable`` is false
    nobody listens there.
    """

    name: str
    kind: str
    usual_port: int = 443
    addresses_wanted: int = 1
    address: str = ""
    port: int = 0
    more_addresses: list[str] = field(default_factory=list)
    reachable: bool = True


class Endpoint(Place, ABC):
    """The door of a simulated product.

    ``kind``: prism_element, prism_central, citrix_daas, citrix_cvad, citrix_trust, citrix_image_portability,
    xenserver_pool, xenserver_member or aws.
    """

    @abstractmethod
    def handle(self, request: Request) -> Reply | LongPoll:
        """Answer one request; never raises for anything that a client can do."""

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """Return everything it holds, also what never goes over the wire, for GET /lab/state."""

    @abstractmethod
    def change(self, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Change the world from outside for POST /lab/objects; ValueError says what is wrong with the order."""

    @abstractmethod
    def inventory(self) -> dict[str, Any] | None:
        """Return the host variables for the inventory, None when it is no host of its own."""

    def hosts(self) -> dict[str, dict[str, Any]]:
        """Return the hosts that it is in the inventory: itself, where it is one."""
        variables = self.inventory()
        return {} if variables is None else {self.name: variables}
