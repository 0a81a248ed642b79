# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remote sites: other clusters under their local labels (contract prism_element 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.prism_element.routes.replications import link_dtos
from lab.prism_element.state.entities import RemoteSite
from lab.prism_element.views.lists import chosen, prism_envelope
from lab.wire import Reply, Request, Router

if TYPE_CHECKING:
    from lab.prism_element.state.cluster import PrismElementWorld

QUERY = {
    "names": str,
    "metro_compatible": bool,
    "full_details": bool,
    "remoteVStores": bool,
    "include_deleted": bool,
    "projection": str,
}
REPLICATION_PORT = 2020


def add_routes(router: Router, world: PrismElementWorld) -> None:
    """Register the paths."""

    @router.route("GET", "/remote_sites", section="12, 1.5", query=QUERY)
    def list_sites(request: Request) -> Reply:
        sites = world.dr.sites
        found = [site_dto(world, site) for site in sites.values() if chosen(request.query.get("names"), site.name)]
        return Reply(body=prism_envelope(found, request, grand_total=len(sites)))

    @router.route("GET", "/remote_sites/{name}", section="12")
    def get(request: Request) -> Reply:
        name = request.params["name"]
        if name not in world.dr.sites:
            raise world.not_found("Remote site", name)
        return Reply(body=site_dto(world, world.dr.sites[name]))


def site_dto(world: PrismElementWorld, site: RemoteSite) -> dict[str, Any]:
    """Return a remote site as the wire spells it; a site may carry several addresses of one cluster."""
    peer = world.peers[site.cluster]
    ports = dict.fromkeys([peer.address, *peer.more_addresses][: site.addresses], REPLICATION_PORT)
    key = world.behaviour["remote_address_key"]
    dto: dict[str, Any] = {
        "name": site.name,
        "uuid": site.uuid,
        "cluster_id": peer.incarnation,
        "cluster_incarnation_id": peer.incarnation,
        "status": "RELATIONSHIP_ESTABLISHED" if world.dr.transfers.usable(site) else "UNREACHABLE",
        "capabilities": ["BACKUP", "DISASTER_RECOVERY"],
        "vstore_name_map": {name: name for name in world.containers if name in peer.containers},
        "network_mapping": {
            "uuid": site.uuid,
            "l2_network_mappings": [
                {
                    "src_network_name": source,
                    "src_hypervisor_type": "kKvm",
                    "dest_network_name": target,
                    "dest_hypervisor_type": "kKvm",
                }
                for source, target in site.network_mapping.items()
            ],
        },
        "replication_links": [
            link for domain in world.dr.domains.values() for link in link_dtos(world, domain, site.name)
        ],
        "latency_in_usecs": 2000,
        "max_bps": None,
        "bandwidth_policy": None,
        "bandwidth_policy_enabled": False,
        "compression_enabled": True,
        "proxy_enabled": False,
        "ssh_enabled": False,
        "metro_ready": False,
        "marked_for_removal": False,
        "cloud_type": None,
        "stats": {},
    }
    if key in ("both", "remote_ip_ports"):
        dto["remote_ip_ports"] = ports
    if key in ("both", "remote_ip_address_ports"):
        dto["remote_ip_address_ports"] = ports
    return dto
