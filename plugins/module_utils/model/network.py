# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Networks of a cluster, and the network cards of VMs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Network:
    """A network that cards can be on. What it is, its VLAN and virtual switch say; names are labels, and nobody has
    written down that they are unique.

    `vswitch` is '' where the cluster does not tell it.
    """

    uuid: str
    name: str
    vlan_id: int
    vswitch: str = ""

    def is_one_with(self, other: Network) -> bool:
        """Whether cards on both meet. A switch that is not told may be any: doubt keeps clones away."""
        return self.vlan_id == other.vlan_id and (
            self.vswitch == other.vswitch or not self.vswitch or not other.vswitch
        )

    @property
    def wire(self) -> str:
        """'VLAN 110 on br0'"""
        return f"VLAN {self.vlan_id}{f' on {self.vswitch}' if self.vswitch else ''}"


@dataclass(frozen=True)
class Card:
    """A network card of a VM; its MAC address is its id."""

    mac_address: str
    network_uuid: str


@dataclass(frozen=True)
class Found:
    """A VM of the cluster. `cards` is None as long as nobody has told them."""

    uuid: str
    name: str
    power_state: str
    cards: tuple[Card, ...] | None = None

    @property
    def network_uuids(self) -> set[str]:
        return {card.network_uuid for card in self.cards or ()}
