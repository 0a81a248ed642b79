# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cluster itself (contract prism_element 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.prism_element.views.lists import prism_envelope
from lab.wire import Reply, Request, Router

if TYPE_CHECKING:
    from lab.prism_element.state.cluster import PrismElementWorld


def add_routes(router: Router, world: PrismElementWorld) -> None:
    """Register the paths."""

    @router.route("GET", "/cluster", section="2.1")
    def get(_request: Request) -> Reply:
        return Reply(body=cluster_dto(world))

    @router.route("GET", "/clusters", section="2.1")
    def get_all(request: Request) -> Reply:
        return Reply(body=prism_envelope([cluster_dto(world)], request))


def add_v3_routes(router: Router, world: PrismElementWorld) -> None:
    """Register the one path of v3 that clients use to see who they are (contract prism_element addition 18: code, not a
    body)."""

    @router.route("GET", "/users/me", section="addition 18")
    def me(_request: Request) -> Reply:
        name = world.access.username
        return Reply(
            body={
                "metadata": {"kind": "user"},
                "status": {"name": name, "state": "COMPLETE", "resources": {"display_name": name}},
            }
        )


def cluster_dto(world: PrismElementWorld) -> dict[str, Any]:
    """Return the cluster as the wire spells it (contract prism_element 1.2, 2.1, addition 14)."""
    return {
        "id": f"{world.uuid}::{world.incarnation}",
        "uuid": world.uuid,
        "cluster_uuid": world.uuid,
        "cluster_incarnation_id": world.incarnation,
        "name": world.name,
        "version": world.version,
        "full_version": f"el7.3-release-fraser-{world.version}-stable",
        "target_version": world.version,
        "ncc_version": "ncc-4.6.0",
        "num_nodes": len(world.host_uuids),
        "hypervisor_types": ["kKvm"],
        "cluster_external_ipaddress": world.address,
        "cluster_external_data_services_ipaddress": None,
        "storage_type": "all_flash",
        "timezone": "UTC",
        "name_servers": [],
        "ntp_servers": [],
        "operation_mode": "Normal",
        "cluster_arch": "X86_64",
        "is_upgrade_in_progress": False,
        "management_servers": None,
        "stats": {"hypervisor_cpu_usage_ppm": "-1", "controller_num_iops": "-1"},
        "usage_stats": {"storage.capacity_bytes": "-1", "storage.usage_bytes": "-1"},
    }
