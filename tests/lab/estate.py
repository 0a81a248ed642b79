# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated estate as a whole: from a topology to worlds, addresses, and the inventory that a user would write for
it."""

from __future__ import annotations

import errno
import socket
from collections import defaultdict
from pathlib import Path
from typing import Any

import trustme

from lab.citrix.endpoint import SiteEndpoint, build_sites
from lab.clock import Clock, Events
from lab.dom0.inventory import ControlDomains
from lab.endpoint import Endpoint
from lab.faults import Faults
from lab.image_portability.endpoint import build_services
from lab.prism_central.endpoint import CentralEndpoint
from lab.prism_element.endpoint import ClusterEndpoint
from lab.record import Record
from lab.server import open_socket
from lab.topology import load
from lab.variables_file import write_variables
from lab.xenserver.endpoint import build_pools

GROUPS = {
    "prism_element": "prism_elements",
    "prism_central": "prism_centrals",
    "citrix_daas": "citrix_sites",
    "citrix_cvad": "citrix_sites",
    "citrix_image_portability": "image_portability_targets",
    "xenserver_pool": "xenserver_pools",
}
# Which part of 127.<block>.*.* the endpoints of a kind live in
THIRD_BYTES = {"prism_element": 1, "prism_central": 3, "xenserver_pool": 4, "xenserver_member": 4}
FIRST_BLOCK = 20
LAST_BLOCK = 119


class Estate:
    """All worlds of a topology with their common clock, future, faults and record.

    ``time_scale`` overrides the one of the topology; ``one_address`` puts everything on 127.0.0.1 even where there are
    more addresses.
    """

    def __init__(
        self, source: str | Path | dict[str, Any], time_scale: float | None = None, one_address: bool = False
    ) -> None:
        self._source = source
        self._time_scale = time_scale
        self.addresses = Addresses(one_address)
        self.ca = trustme.CA(organization_name="euc.nutanix_citrix lab")
        self.control_url = ""
        self.ca_path = Path()
        self.inventory_path = Path()
        self.record = Record()
        self.control_domains = ControlDomains()
        self._build(load(source))

    def _build(self, topology: dict[str, Any]) -> None:
        self.topology = topology
        scale = self._time_scale if self._time_scale is not None else topology["time_scale"]
        self.clock = Clock(scale)
        self.events = Events(self.clock)
        self.faults = Faults(topology["seed"])
        with self.clock.pinned(self.clock.now):
            doors = [ClusterEndpoint(spec, self.events, topology) for spec in topology["prism_elements"]]
            self.clusters = {door.name: door.cluster for door in doors}
            for cluster in self.clusters.values():
                cluster.join(self.clusters)
            for cluster in self.clusters.values():
                cluster.settle()
            centrals = [
                CentralEndpoint(spec, self.events, topology, self.clusters) for spec in topology["prism_centrals"]
            ]
            self.centrals = {door.name: door.central for door in centrals}
            for central in self.centrals.values():
                central.join(self.centrals)
            for central in self.centrals.values():
                central.settle()
            hosts = build_pools(topology, self.events)
            self.pools = pools = {host.pool.name: host.pool for host in hosts}
            sites = list(build_sites(topology, self.events, self.clusters, self.centrals, pools))
            customers = {site.name: site for site in sites if isinstance(site, SiteEndpoint)}
            services = build_services(topology, self.events, customers)
            self.endpoints: list[Endpoint] = [*doors, *centrals, *sites, *hosts, *services]
            for cluster in self.clusters.values():
                cluster.set_lost(cluster.spec.get("lost", False))
        self.addresses.assign(self.endpoints)
        self._places = {
            (address, endpoint.port): endpoint
            for endpoint in self.endpoints
            for address in self.addresses.bound(endpoint)
        }

    def reset(self, source: dict[str, Any] | None = None) -> None:
        """Go back to the topology, or to another one, with no faults and an empty record. Endpoints that stay keep
        their addresses."""
        if source is not None:
            self._source = source
        self._build(load(self._source))
        self.record.forget()
        if self.inventory_path.name:
            self.write_inventory(self.inventory_path)

    def endpoint_at(self, address: str, port: int) -> Endpoint | None:
        """Return who lives at an address and port."""
        return self._places.get((address, port))

    def endpoint(self, name: str) -> Endpoint:
        """Return an endpoint by name; ValueError when there is none."""
        for endpoint in self.endpoints:
            if endpoint.name == name:
                return endpoint
        raise ValueError(f"no endpoint is called {name!r}")

    def listening(self) -> list[tuple[str, int]]:
        """List the addresses and ports of everything that can be reached now."""
        return [place for place, endpoint in self._places.items() if endpoint.reachable]

    def certificate(self) -> trustme.LeafCert:
        """Issue one certificate for all addresses that were ever given out, so that it stays good after a reset."""
        return self.ca.issue_cert(*self.addresses.given())

    def state(self) -> dict[str, Any]:
        """Return everything the estate holds, by endpoint name."""
        return {
            "clock": {"scale": self.clock.scale, "now": self.clock.now, "epoch_usecs": self.clock.epoch_usecs},
            "endpoints": {
                endpoint.name: {"kind": endpoint.kind, "reachable": endpoint.reachable, **endpoint.state()}
                for endpoint in self.endpoints
            },
        }

    def description(self) -> dict[str, Any]:
        """Return where everything is, as GET /lab/endpoints and lab.json show it."""
        return {
            "control_url": self.control_url,
            "ca_path": str(self.ca_path),
            "inventory_path": str(self.inventory_path),
            "time_scale": self.clock.scale,
            "endpoints": [
                {
                    "name": endpoint.name,
                    "kind": endpoint.kind,
                    "address": endpoint.address,
                    "more_addresses": endpoint.more_addresses,
                    "port": endpoint.port,
                    "url": f"https://{endpoint.address}:{endpoint.port}",
                    "reachable": endpoint.reachable,
                    "inventory": endpoint.inventory(),
                }
                for endpoint in self.endpoints
            ],
        }

    def write_inventory(self, path: Path) -> None:
        """Write the inventory that a user of this estate would have."""
        groups: dict[str, dict[str, Any]] = {"prism_elements": {"hosts": {}}, "citrix_sites": {"hosts": {}}}
        if self.centrals:
            groups["prism_centrals"] = {"hosts": {}}
        if self.topology["xenserver_pools"]:
            groups["xenserver_pools"] = {"hosts": {}}
        if self.topology["image_portability"]:
            groups["image_portability_targets"] = {"hosts": {}}
        common = {
            "ansible_connection": "local",
            "ansible_python_interpreter": "{{ ansible_playbook_python }}",
            "ca_path": str(self.ca_path),
        }
        for endpoint in self.endpoints:
            for name, variables in endpoint.hosts().items():
                groups[GROUPS[endpoint.kind]]["hosts"][name] = {**common, **variables}
        control_domains = self._control_domains()
        if control_domains:
            groups["xenserver_control_domains"] = {"hosts": control_domains}
        inventory = {"all": {"vars": self.topology["inventory_vars"], "children": groups}}
        write_variables(path, inventory)

    def _control_domains(self) -> dict[str, dict[str, Any]]:
        """Start those that the topology asks for; return their variables by name."""
        found = {}
        for pool in self.pools.values():
            for host in pool.hosts if pool.spec.get("control_domains") else ():
                name = f"{host}-dom0"
                found[name] = self.control_domains.host(name, pool.storage.mount_root(host))
        return found


class Addresses:
    """Gives every endpoint a loopback address of its own where the system has them, or a port of its own on 127.0.0.1.

    One lab occupies one block 127.<block>.0.0/16, so that several labs can run side by side; its lock is a socket on
    127.<block>.0.1.
    """

    def __init__(self, one_address: bool = False) -> None:
        self._one_address = one_address
        self._lock: socket.socket | None = None
        self._block: int | None = None
        self._given: dict[tuple[str, str], tuple[str, int, list[str]]] = {}
        self._sockets: dict[tuple[str, int], socket.socket] = {}
        self._next: dict[int, int] = defaultdict(int)

    def assign(self, endpoints: list[Endpoint]) -> None:
        """Give out addresses; those who had one keep it."""
        if self._lock is None and not self._one_address:
            self._choose_block()
        for endpoint in endpoints:
            key = (endpoint.kind, endpoint.name)
            if key not in self._given or len(self._given[key][2]) < endpoint.addresses_wanted - 1:
                self._given[key] = self._shared_place(endpoint) if self._one_address else self._own_place(endpoint)
            endpoint.address, endpoint.port, endpoint.more_addresses = self._given[key]

    def bound(self, endpoint: Endpoint) -> list[str]:
        """List the addresses on which an endpoint really listens."""
        return [endpoint.address] if self._one_address else [endpoint.address, *endpoint.more_addresses]

    def given(self) -> list[str]:
        """List every address that was ever given out."""
        return sorted(
            {address for first, _port, more in self._given.values() for address in [first, *more]} | {"127.0.0.1"}
        )

    def take_sockets(self) -> dict[tuple[str, int], socket.socket]:
        """Hand over the sockets that were opened while addresses were given out."""
        taken, self._sockets = self._sockets, {}
        return taken

    def release(self) -> None:
        """Free the block."""
        for opened in self._sockets.values():
            opened.close()
        if self._lock is not None:
            self._lock.close()

    def _choose_block(self) -> None:
        for block in range(FIRST_BLOCK, LAST_BLOCK + 1):
            try:
                self._lock = open_socket(f"127.{block}.0.1", 9440)
            except OSError as error:
                if _cannot_be_had(error):
                    self._one_address = True
                    return
                continue
            self._block = block
            return
        raise OSError("no free block of loopback addresses; how many labs are running?")

    def _own_place(self, endpoint: Endpoint) -> tuple[str, int, list[str]]:
        third = THIRD_BYTES.get(endpoint.kind, 2)
        self._next[third] += 1
        number = self._next[third]
        if number > 254:
            raise OSError("a lab has room for 254 endpoints of a kind")
        addresses = [f"127.{self._block}.{third + 10 * extra}.{number}" for extra in range(endpoint.addresses_wanted)]
        port = self._port(addresses[0], endpoint.usual_port)
        for address in addresses[1:]:
            self._sockets[address, port] = open_socket(address, port)
        return addresses[0], port, addresses[1:]

    def _port(self, address: str, wanted: int) -> int:
        for port in (wanted, 0):
            try:
                opened = open_socket(address, port)
            except OSError:
                if port == 0:
                    raise
                continue
            port = opened.getsockname()[1]
            self._sockets[address, port] = opened
            return port
        raise AssertionError("unreachable")

    def _shared_place(self, endpoint: Endpoint) -> tuple[str, int, list[str]]:
        opened = open_socket("127.0.0.1", 0)
        port = opened.getsockname()[1]
        self._sockets["127.0.0.1", port] = opened
        # Further addresses can only be shown here, not listened on.
        self._next[1] += 1
        return (
            "127.0.0.1",
            port,
            [f"10.{10 + extra}.1.{self._next[1]}" for extra in range(endpoint.addresses_wanted - 1)],
        )


def _cannot_be_had(error: OSError) -> bool:
    return error.errno == errno.EADDRNOTAVAIL
