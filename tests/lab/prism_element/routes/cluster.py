# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cluster itself (contract prism_element 2), its storage containers and networks (contract prism_element 14)."""

from __future__ import annotations

from lab.prism_element.routes.lists import page_by_number
from lab.prism_element.schemas import CONTAINERS_QUERY
from lab.prism_element.state.cluster import Cluster
from lab.prism_element.state.entities import GIB
from lab.prism_element.views.cluster import cluster_view, container_view, network_view
from lab.prism_element.views.envelopes import acropolis_envelope, prism_envelope
from lab.router import Router
from lab.wire import Reply, Request

DEFAULT_CAPACITY_GIB = 20000


def add_routes(router: Router, cluster: Cluster) -> None:
    """Make the paths known."""
    capacity = int(cluster.spec.get("capacity_gib", DEFAULT_CAPACITY_GIB) * GIB)

    @router.route("GET", "/cluster", section="2.1")
    def get(_request: Request) -> Reply:
        return Reply(body=cluster_view(cluster))

    @router.route("GET", "/clusters", section="2.1")
    def get_all(request: Request) -> Reply:
        return Reply(body=prism_envelope([cluster_view(cluster)], request))

    @router.route("GET", "/storage_containers", section="14", query=CONTAINERS_QUERY)
    def containers(request: Request) -> Reply:
        wanted = request.one("search_string", "") or ""
        used = dict.fromkeys(cluster.containers.values(), 0)
        for vm in cluster.vms:
            for disk in vm.disks:
                used[disk.container_uuid] = used.get(disk.container_uuid, 0) + disk.size
        found = [
            container_view(cluster, name, number, capacity, used[container_uuid])
            for number, (name, container_uuid) in enumerate(cluster.containers.items(), 1)
            if wanted in name
        ]
        page = page_by_number(found, request)
        return Reply(body=prism_envelope(page, request, len(found), len(cluster.containers)))

    @router.route("GET", "/networks", section="14")
    def networks(_request: Request) -> Reply:
        return Reply(body=acropolis_envelope([network_view(network) for network in cluster.networks]))

    @router.route("GET", "/images", section="addition 1")
    def images(_request: Request) -> Reply:
        return Reply(body=acropolis_envelope([]))


def add_v3_routes(router: Router, cluster: Cluster) -> None:
    """Make the one path of v3 known that clients use to see who they are (contract prism_element addition 18: code, not
    a body)."""

    @router.route("GET", "/users/me", section="addition 18")
    def me(_request: Request) -> Reply:
        name = cluster.access.username
        status = {"name": name, "state": "COMPLETE", "resources": {"display_name": name}}
        return Reply(body={"metadata": {"kind": "user"}, "status": status})
