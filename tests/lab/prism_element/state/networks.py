# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks of a cluster (contract prism_element 14)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lab.prism_element.state.entities import Network
from lab.prism_element.state.ground import Ground
from lab.prism_element.topology import DEFAULT_NETWORKS, NETWORK_DEFAULTS


class Networks:
    """Networks by uuid; a name is a label that several may bear."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._by_uuid: dict[str, Network] = {}
        for entry in ground.spec.get("networks", DEFAULT_NETWORKS):
            self.add(entry)

    def __iter__(self) -> Iterator[Network]:
        return iter(self._by_uuid.values())

    def get(self, uuid: str) -> Network | None:
        """Return a network by its uuid."""
        return self._by_uuid.get(uuid)

    def add(self, spec: Mapping[str, Any]) -> Network:
        """Add a network as under ``networks`` of a topology."""
        network = Network(self._ground.new_id(), **{**NETWORK_DEFAULTS, **spec})
        self._by_uuid[network.uuid] = network
        return network

    def like(self, wanted: str | Mapping[str, Any]) -> Network:
        """Return the first network of a name, or the first that is as described; ValueError when there is none."""
        described = {"name": wanted} if isinstance(wanted, str) else wanted
        for network in self:
            if all(getattr(network, key) == value for key, value in described.items()):
                return network
        raise ValueError(f"no network of {self._ground.name} is {wanted!r}")

    def check(self, nics: Iterable[Mapping[str, Any]]) -> None:
        """Refuse cards for networks that are not here."""
        for nic in nics:
            if nic["network_uuid"] not in self._by_uuid:
                raise self._ground.errors.invalid(f"Network {nic['network_uuid']} is not found")

    def namesake(self, name: str | None, original: Network) -> str | None:
        """Return the uuid of the network of a name that stands for one of another cluster. A mapping knows names only
        (contract prism_element 12), so which of several is meant is unknown and switchable."""
        form = self._ground.behaviour["namesake_networks"]
        found = [network for network in self if network.name == name]
        if form == "same_vlan":
            found = [network for network in found if network.vlan_id == original.vlan_id] or found
        if not found:
            return None
        return found[-1 if form == "last" else 0].uuid
