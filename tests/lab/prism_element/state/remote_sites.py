# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remote sites: other clusters under local labels (contract prism_element 12), and what a cluster may know of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from lab.endpoint import Place
from lab.prism_element.state.entities import RemoteSite
from lab.prism_element.state.ground import Ground
from lab.prism_element.state.networks import Networks

if TYPE_CHECKING:
    from lab.prism_element.state.failover import Failover
    from lab.prism_element.state.pd_snapshots import PdSnapshots
    from lab.prism_element.state.protection_domains import ProtectionDomains
    from lab.prism_element.state.transfers import Transfers

DEFAULT_BANDWIDTH_MBPS = 1000


class Peer(Protocol):
    """Another cluster, as far as this one may know it."""

    name: str
    place: Place
    incarnation: int
    containers: dict[str, str]
    networks: Networks
    sites: RemoteSites
    domains: ProtectionDomains
    transfers: Transfers
    pd_snapshots: PdSnapshots
    failover: Failover


class RemoteSites:
    """The remote sites of one cluster by their labels, and the clusters behind them."""

    def __init__(self, ground: Ground, networks: Networks) -> None:
        self._ground = ground
        self._networks = networks
        self._by_name: dict[str, RemoteSite] = {}
        self.peers: dict[str, Peer] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def __iter__(self) -> Iterator[RemoteSite]:
        return iter(self._by_name.values())

    def get(self, name: str) -> RemoteSite | None:
        """Return a remote site by its label."""
        return self._by_name.get(name)

    def find(self, name: str) -> RemoteSite:
        """Return a remote site or raise the refusal for a missing one."""
        if name not in self:
            raise self._ground.errors.not_found("Remote site", name)
        return self._by_name[name]

    def add(self, spec: Mapping[str, Any]) -> RemoteSite:
        """Add a remote site as under ``remote_sites`` of a topology."""
        site = RemoteSite(
            spec["name"],
            spec["cluster"],
            self._ground.new_id(),
            spec.get("addresses", 1),
            spec.get("bandwidth_mbps", DEFAULT_BANDWIDTH_MBPS) * 1_000_000 / 8,
            spec.get("connected", True),
            spec.get("network_mapping", {}),
        )
        self._by_name[site.name] = site
        return site

    def peer(self, name: str) -> Peer:
        """Return the cluster behind a label."""
        return self.peers[self._by_name[name].cluster]

    def label_of(self, cluster: str) -> str:
        """Return the name under which this cluster knows another one."""
        return next((site.name for site in self if site.cluster == cluster), cluster)

    def usable(self, site: RemoteSite) -> bool:
        """Whether bytes can move to a remote site now."""
        return site.connected and self._ground.place.reachable and self.peers[site.cluster].place.reachable

    def links_changed(self) -> None:
        """Let all replications between this cluster and the others halt or go on, as things are now."""
        for peer in self.peers.values():
            peer.transfers.pump_all()

    def network_here(self, network_uuid: str) -> str | None:
        """Return the uuid of the network that a card gets here: by the mapping of either side's remote site, else by
        its name; None: the card is lost (contract prism_element 11, 12)."""
        if self._networks.get(network_uuid):
            return network_uuid
        for peer in self.peers.values():
            original = peer.networks.get(network_uuid)
            if original is not None:
                return self._networks.namesake(self._mapped(peer, original.name), original)
        return None

    def _mapped(self, peer: Peer, name: str) -> str | None:
        for site in self:
            for here, there in site.network_mapping.items():
                if site.cluster == peer.name and there == name:
                    return here
        for site in peer.sites:
            if site.cluster == self._ground.name and name in site.network_mapping:
                return site.network_mapping[name]
        return name if self._ground.behaviour["unmapped_networks"] == "by_name" else None
