# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which clusters an estate has, from what its Citrix sites and Prism Centrals tell: two who tell of one cluster mean
one cluster, whatever they call it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import folded, quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.cluster_addresses import all_places
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.connections import PRISM_ELEMENT
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import CENTRAL_PLUGINS

Facts = Mapping[str, Any]
# An address and its port, None where whoever tells of it knows none
Place: TypeAlias = "tuple[str, int | None]"
PORT = 9440


@dataclass
class Cluster:
    """A cluster of the estate. `places` are all addresses it is known by, also as IP addresses; `address` and `port`
    are where its API is. `connections` are (site, connection) that lead to it, `centrals` the hosts that manage it."""

    address: str
    port: int
    uuid: str = ""
    called: str = ""
    name: str = ""
    places: set[Place] = field(default_factory=set)
    connections: list[tuple[str, str]] = field(default_factory=list)
    zones: list[str] = field(default_factory=list)
    centrals: list[str] = field(default_factory=list)

    def is_at(self, others: Iterable[Place]) -> bool:
        """Whether it is at one of these places."""
        return any(_is_same_place(own, other) for other in others for own in self.places)


def _is_same_place(one: Place, other: Place) -> bool:
    """An address without a port is that of any port."""
    (address, port), (other_address, other_port) = one, other
    return address == other_address and (None in (port, other_port) or port == other_port)


@dataclass
class Clusters:
    """All clusters, and why some connection cannot be said to lead to one. `resolved`: host name -> IP addresses."""

    resolved: Mapping[str, Sequence[str]]
    all: list[Cluster] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add_managed(self, central: str, told: Facts) -> None:
        """A cluster of a Prism Central, as pc_cluster_info returns it."""
        uuid = told["uuid"].casefold()
        known = next((cluster for cluster in self.all if cluster.uuid == uuid), None)
        if known is None:
            if not told["address"]:
                self.problems.append(f"{central} tells no address of its cluster '{told['name']}'")
                return
            known = Cluster(told["address"], PORT, uuid, told["name"])
            self.all.append(known)
        known.places |= self._spread((address, None) for address in told["addresses"])
        known.centrals.append(central)

    def add_named(self, name: str, address: str, port: int | None, uuid: str) -> None:
        """A cluster that the operator names."""
        own = self._spread([(address, port or PORT)]) if address else set()
        cluster = self._the_one(f"the cluster '{name}' of the source", own, uuid.casefold())
        if cluster is None:
            return
        if cluster.name:
            self.problems.append(f"'{cluster.name}' and '{name}' of the source are one cluster")
        cluster.name, cluster.address, cluster.port = name, address or cluster.address, port or cluster.port

    def add_connection(self, site: str, connection: Facts) -> None:
        """A hosting connection, as citrix_hosting_connection_info returns it. One that leads to no cluster of Nutanix
        tells of none."""
        if connection["plugin"].casefold() != PRISM_ELEMENT.casefold():
            return
        what = f"hosting connection '{connection['name']}' of {site}"
        told = all_places(connection["addresses"])
        cluster = self._the_one(what, self._spread((host, port or PORT) for host, port in told))
        if cluster:
            cluster.connections.append((site, connection["name"]))
            if connection["zone"]["name"] not in ("", *cluster.zones):
                cluster.zones.append(connection["zone"]["name"])

    def behind(self, site: str, connection: str | None) -> Cluster | None:
        """The cluster that a connection of a site leads to."""
        return next((cluster for cluster in self.all if (site, connection) in cluster.connections), None)

    def give_names(self) -> None:
        """Each gets the name that the operator gave it, else that of its Prism Central, else its address. A name that
        several have is told apart by uuid."""
        taken = Counter((cluster.name or cluster.called).casefold() for cluster in self.all)
        for cluster in self.all:
            if cluster.name:
                continue
            cluster.name = cluster.called or cluster.address
            if taken[cluster.called.casefold()] > 1 and cluster.called:
                cluster.name = f"{cluster.called}-{cluster.uuid.partition('-')[0]}"

    def _spread(self, told: Iterable[Place]) -> set[Place]:
        """The places as they are told, and by every IP address."""
        spread: set[Place] = set()
        for host, port in told:
            spread |= {(address, port) for address in _with_ips([host.casefold()], self.resolved)}
        return spread

    def _the_one(self, what: str, own: set[Place], uuid: str = "") -> Cluster | None:
        """The cluster at these places, a new one where there is none there, None where that cannot be told."""
        matches = [cluster for cluster in self.all if cluster.is_at(own) or (uuid and cluster.uuid == uuid)]
        uuids = {cluster.uuid for cluster in matches} - {""}
        if len(uuids) > 1 or len([cluster for cluster in matches if cluster.name]) > 1:
            rivals = quoted(cluster.name or cluster.called or cluster.address for cluster in matches)
            self.problems.append(f"{what} may lead to any of {rivals}")
            return None
        if not matches:
            if not own:
                self.problems.append(f"{what} tells no address")
                return None
            address, port = min(own, key=lambda place: (place[0] not in self.resolved, place[0]))
            matches = [Cluster(address, port or PORT, uuid)]
            self.all += matches
        first, *others = sorted(matches, key=lambda cluster: not (cluster.uuid or cluster.name))
        for other in others:
            first.places |= other.places
            first.connections += other.connections
            first.zones = list(dict.fromkeys([*first.zones, *other.zones]))
            self.all.remove(other)
        first.places |= own
        return first


def clusters_of(
    named: Mapping[str, Facts], centrals: Mapping[str, Facts], sites: Mapping[str, Facts], resolved: Facts
) -> Clusters:
    """All clusters of an estate: `named` by the operator -> {nutanix_host?, nutanix_port?, uuid?}, of `centrals` ->
    {clusters, address}, and behind the connections of `sites` -> {connections}."""
    clusters = Clusters(resolved)
    for host, central in centrals.items():
        for told in central["clusters"]:
            clusters.add_managed(host, told)
    for name, variables in named.items():
        clusters.add_named(
            name,
            str(variables.get("nutanix_host") or ""),
            int(variables["nutanix_port"]) if variables.get("nutanix_port") else None,
            str(variables.get("estate_uuid") or ""),
        )
    for site, facts in sites.items():
        for connection in facts["connections"]:
            clusters.add_connection(site, connection)
    clusters.give_names()
    return clusters


def _with_ips(addresses: Iterable[str], resolved: Mapping[str, Sequence[str]]) -> set[str]:
    """Addresses in lower case, and the IP addresses of those that are names."""
    spread: set[str] = set()
    for address in addresses:
        spread |= {address, *resolved.get(address, ())}
    return spread


def centrals_behind(
    centrals: Mapping[str, str], sites: Mapping[str, Facts], resolved: Mapping[str, Sequence[str]]
) -> tuple[dict[tuple[str, str], str], list[str]]:
    """(site, connection) -> the Prism Central that it leads to, among host -> address; and the connections to one that
    is not declared, whose clusters nobody tells of."""
    own = {host: _with_ips([address.casefold()], resolved) for host, address in centrals.items()}
    found: dict[tuple[str, str], str] = {}
    problems = []
    for site, facts in sites.items():
        for connection in facts["connections"]:
            if connection["plugin"] not in CENTRAL_PLUGINS:
                continue
            told = folded(host for host, _port in all_places(connection["addresses"]))
            spread = _with_ips(told, resolved)
            hosts = [host for host, addresses in own.items() if addresses & spread]
            if len(hosts) == 1:
                found[site, connection["name"]] = hosts[0]
            else:
                leads = f"may lead to any of {quoted(hosts)}" if hosts else "leads to a Prism Central"
                problems.append(
                    f"hosting connection '{connection['name']}' of {site} {leads}"
                    f" ({', '.join(sorted(told)) or 'without an address'}) that is not declared"
                )
    return found, problems
