# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters, storage containers, the Prism Central itself and its peers (contract prism_central 2.2, 3)."""

from __future__ import annotations

from typing import Any

from lab.ports import ManagedCluster
from lab.prism_central.state.central import Central


def address_view(address: str) -> dict[str, Any]:
    """Return an address."""
    return {"ipv4": {"value": address, "prefixLength": 32}}


def cluster_view(cluster: ManagedCluster) -> dict[str, Any]:
    """Return a cluster that is registered."""
    return {
        "extId": cluster.uuid,
        "name": cluster.name,
        "vmCount": sum(1 for _vm in cluster.vms),
        "upgradeStatus": "SUCCEEDED",
        "nodes": {"numberOfNodes": 3},
        "config": {
            "buildInfo": {"version": cluster.version, "fullVersion": f"el8.5-release-{cluster.version}"},
            "hypervisorTypes": ["AHV"],
            "clusterFunction": ["AOS"],
            "timezone": "UTC",
            "redundancyFactor": 2,
            "clusterArch": "X86_64",
            "isAvailable": cluster.place.reachable,
        },
        "network": {"externalAddress": address_view(cluster.place.address)},
    }


def own_cluster_view(central: Central) -> dict[str, Any]:
    """Return the entry that a Prism Central has in its own list of clusters (contract prism_central 3.1)."""
    return {
        "extId": central.uuid,
        "name": central.name,
        "config": {"buildInfo": {"version": central.version}, "clusterFunction": ["PRISM_CENTRAL"]},
        "network": {"externalAddress": address_view(central.place.address)},
    }


def container_view(cluster: ManagedCluster, name: str) -> dict[str, Any]:
    """Return a storage container; the usable id is ``containerExtId`` (contract prism_central trap 13)."""
    return {
        "containerExtId": cluster.containers[name],
        "name": name,
        "clusterExtId": cluster.uuid,
        "clusterName": cluster.name,
        "replicationFactor": 2,
        "isInternal": False,
        "isMarkedForRemoval": False,
    }


def registration_view(peer: Central) -> dict[str, Any]:
    """Return a paired Prism Central (contract prism_central 2.2)."""
    details = {
        "extId": peer.uuid,
        "name": peer.name,
        "clusterType": "DOMAIN_MANAGER",
        "clusterVersion": peer.version,
        "externalAddress": {"ipv4": {"value": peer.place.address, "prefixLength": 32}},
    }
    connected = "CONNECTED" if peer.place.reachable else "DISCONNECTED"
    return {
        "extId": peer.uuid,
        "remoteClusterExtId": peer.uuid,
        "connectivityStatus": connected,
        "remoteClusterDetails": details,
    }


def domain_manager_view(central: Central) -> dict[str, Any]:
    """Return the Prism Central itself; its id is that of its entry among the clusters."""
    hosting = next(iter(central.registry.clusters.values()), None)
    return {
        "extId": central.uuid,
        "config": {"name": central.name, "size": "SMALL", "buildInfo": {"version": central.version}},
        "isRegisteredWithHostingCluster": hosting is not None,
        "hostingClusterExtId": hosting.uuid if hosting else None,
        "network": {"externalAddress": address_view(central.place.address)},
    }
