# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters and storage containers (contract prism_central 3)."""

from __future__ import annotations

from lab.prism_central.routes.api import Api
from lab.prism_central.views.inventory import cluster_view, container_view, own_cluster_view
from lab.wire import Reply, Request

CLUSTERS = "/api/clustermgmt/v4.x/config/clusters"
CONTAINERS = "/api/clustermgmt/v4.x/config/storage-containers"
CLUSTER, CONTAINER = "clustermgmt.v4.config.Cluster", "clustermgmt.v4.config.StorageContainer"


def add_routes(api: Api) -> None:
    """Make the paths known."""
    central, registry = api.central, api.central.registry

    @api.operation(f"GET {CLUSTERS}", section="3.1")
    def list_clusters(request: Request) -> Reply:
        views = [own_cluster_view(central), *(cluster_view(cluster) for cluster in registry.clusters.values())]
        return api.page(f"GET {CLUSTERS}", CLUSTER, views, request)

    @api.operation(f"GET {CLUSTERS}/{{extId}}", section="3.1")
    def one_cluster(request: Request) -> Reply:
        cluster = registry.cluster(request.params["extId"])
        if cluster is None and request.params["extId"] != central.uuid:
            raise api.errors.not_found("Cluster", request.params["extId"])
        view = cluster_view(cluster) if cluster else own_cluster_view(central)
        return api.one(f"GET {CLUSTERS}/{{extId}}", CLUSTER, view, revision=1)

    @api.operation(f"GET {CONTAINERS}", section="3.2")
    def list_containers(request: Request) -> Reply:
        views = [container_view(cluster, name) for cluster in registry.clusters.values() for name in cluster.containers]
        return api.page(f"GET {CONTAINERS}", CONTAINER, views, request)

    @api.operation(f"GET {CONTAINERS}/{{extId}}", section="3.2")
    def one_container(request: Request) -> Reply:
        for cluster in registry.clusters.values():
            for name, uuid in cluster.containers.items():
                if uuid == request.params["extId"]:
                    view = container_view(cluster, name)
                    return api.one(f"GET {CONTAINERS}/{{extId}}", CONTAINER, view, revision=1)
        raise api.errors.not_found("Storage container", request.params["extId"])
