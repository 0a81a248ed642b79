# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read what a Prism Central says of itself, its peers and its clusters, and which hosts of the inventory these are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.availability_zones import (
    list_peers,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import (
    CONNECTION_ARGUMENTS,
    KNOWN_MINORS,
    PrismCentral,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.clusters import (
    list_clusters,
    read_central,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.storage_containers import (
    CentralContainer,
    containers_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.central_clusters import (
    ClusterHost,
    hosts_of_cluster,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.central import CentralCluster

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    "api_versions": {"type": "bool", "default": False},
    "cluster_hosts": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "host": {"type": "str", "required": True},
            "uuid": {"type": "str"},
            "addresses": {"type": "list", "elements": "str", "default": []},
        },
    },
}


def read(params: Params, reporter: Reporter) -> Result:
    client = PrismCentral.connect(params).shared_on(reporter.board)
    central = read_central(client)
    hosts = list(map(_cluster_host, params["cluster_hosts"]))
    containers = containers_of(client)
    return {
        "prism_central": asdict(central),
        "by_api_key": client.by_api_key,
        "api_versions": _api_versions(client) if params["api_versions"] else {},
        "peers": list(map(asdict, list_peers(client, central.uuid))),
        "clusters": [_shown(cluster, containers, hosts) for cluster in list_clusters(client)],
    }


def _api_versions(client: PrismCentral) -> dict[str, str]:
    return {namespace: f"v4.{client.minor(namespace)}" for namespace in KNOWN_MINORS}


def _cluster_host(entry: Mapping[str, Any]) -> ClusterHost:
    return ClusterHost(entry["host"], (entry["uuid"] or "").lower(), tuple(entry["addresses"] or ()))


def _shown(
    cluster: CentralCluster, containers: Sequence[CentralContainer], hosts: Sequence[ClusterHost]
) -> dict[str, Any]:
    own = [container for container in containers if container.cluster_uuid == cluster.uuid]
    return {
        **asdict(cluster),
        "addresses": list(cluster.addresses),
        "hypervisors": list(cluster.hypervisors),
        "storage_containers": [{"uuid": container.uuid, "name": container.name} for container in own],
        "inventory_hosts": hosts_of_cluster(cluster, hosts),
    }


OPERATION = Reading(arguments=ARGUMENTS, read=read)
