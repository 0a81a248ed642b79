# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Prism Central itself and the clusters that are registered with it (contract prism_central 2.2, 3.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import PrismCentral
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.central import Central, CentralCluster

CLUSTERS = "/config/clusters"


def read_central(client: PrismCentral) -> Central:
    """One read; also the cheapest test of address and credentials."""
    data = client.only_entity("prism", "/config/domain-managers")
    config = data.get("config") or {}
    return Central(
        uuid=data.get("extId") or "",
        name=config.get("name") or "",
        version=(config.get("buildInfo") or {}).get("version") or "",
    )


def list_clusters(client: PrismCentral) -> list[CentralCluster]:
    """All clusters, sorted by name. The list also has the Prism Central itself, which is left out (contract
    prism_central trap 20)."""
    listed = client.entities("clustermgmt", CLUSTERS)
    clusters = [_cluster(data) for data in listed if "PRISM_CENTRAL" not in _functions(data)]
    return sorted(clusters, key=lambda cluster: (cluster.name, cluster.uuid))


def _functions(data: Mapping[str, Any]) -> list[str]:
    return (data.get("config") or {}).get("clusterFunction") or []


def _cluster(data: Mapping[str, Any]) -> CentralCluster:
    config, nodes = data.get("config") or {}, data.get("nodes") or {}
    own = [address_of((data.get("network") or {}).get("externalAddress"))]
    own += [address_of(node.get("controllerVmIp")) for node in nodes.get("nodeList") or []]
    addresses = tuple(address for address in own if address)
    return CentralCluster(
        uuid=data.get("extId") or "",
        name=data.get("name") or "",
        version=(config.get("buildInfo") or {}).get("version") or "",
        address=addresses[0] if addresses else "",
        addresses=addresses,
        nodes=nodes.get("numberOfNodes") or 0,
        hypervisors=tuple(config.get("hypervisorTypes") or ()),
        timezone=config.get("timezone") or "",
        available=config.get("isAvailable"),
    )


def address_of(address: Mapping[str, Any] | None) -> str:
    """An address, of either family or as a name; '' for none."""
    told = address or {}
    for family in ("ipv4", "ipv6", "fqdn"):
        value = (told.get(family) or {}).get("value")
        if value:
            return str(value)
    return ""
