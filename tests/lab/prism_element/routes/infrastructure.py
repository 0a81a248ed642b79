# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage containers and networks (contract prism_element 14)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.prism_element.state.entities import GIB
from lab.prism_element.views.lists import acropolis_envelope, page_by_number, prism_envelope
from lab.wire import Reply, Request, Router

if TYPE_CHECKING:
    from lab.prism_element.state.cluster import PrismElementWorld

CONTAINERS = {
    "count": int,
    "page": int,
    "filter_criteria": str,
    "sort_criteria": str,
    "search_string": str,
    "search_attribute_list": str,
    "projection": str,
}
DEFAULT_CAPACITY_GIB = 20000


def add_routes(router: Router, world: PrismElementWorld) -> None:
    """Register the paths."""
    capacity = int(world.spec.get("capacity_gib", DEFAULT_CAPACITY_GIB) * GIB)

    @router.route("GET", "/storage_containers", section="14", query=CONTAINERS)
    def containers(request: Request) -> Reply:
        wanted = request.one("search_string", "") or ""
        used = dict.fromkeys(world.containers.values(), 0)
        for vm in world.vms:
            for disk in vm.disks:
                used[disk.container_uuid] = used.get(disk.container_uuid, 0) + disk.size
        found = [
            {
                "storage_container_uuid": container_uuid,
                "id": f"{world.uuid}::{number}",
                "cluster_uuid": world.uuid,
                "name": name,
                "max_capacity": capacity,
                "advertised_capacity": None,
                "replication_factor": 2,
                "compression_enabled": True,
                "erasure_code": "off",
                "on_disk_dedup": "OFF",
                "marked_for_removal": False,
                "usage_stats": {"storage.usage_bytes": str(used[container_uuid])},
                "vstore_name_list": [name],
                "mapped_remote_containers": {},
                "is_nutanix_managed": None,
            }
            for number, (name, container_uuid) in enumerate(world.containers.items(), 1)
            if wanted in name
        ]
        return Reply(body=prism_envelope(page_by_number(found, request), request, len(found), len(world.containers)))

    @router.route("GET", "/networks", section="14")
    def networks(_request: Request) -> Reply:
        found = [
            {
                "uuid": network.uuid,
                "name": network.name,
                "vlan_id": network.vlan_id,
                "vswitch_name": network.vswitch_name,
                "logical_timestamp": 1,
                "ip_config": {"prefix_length": 0, "ipam_enabled": False, "pool": []},
            }
            for network in world.networks
        ]
        return Reply(body=acropolis_envelope(found))

    @router.route("GET", "/images", section="addition 1")
    def images(_request: Request) -> Reply:
        return Reply(body=acropolis_envelope([]))
