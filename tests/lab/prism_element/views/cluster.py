# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cluster itself, its networks and storage containers (contract prism_element 2, 14)."""

from __future__ import annotations

from typing import Any

from lab.prism_element.state.cluster import Cluster
from lab.prism_element.state.entities import Network


def cluster_view(cluster: Cluster) -> dict[str, Any]:
    """Return the cluster (contract prism_element 1.2, 2.1, addition 14)."""
    return {
        "id": f"{cluster.uuid}::{cluster.incarnation}",
        "uuid": cluster.uuid,
        "cluster_uuid": cluster.uuid,
        "cluster_incarnation_id": cluster.incarnation,
        "name": cluster.name,
        "version": cluster.version,
        "full_version": f"el7.3-release-fraser-{cluster.version}-stable",
        "target_version": cluster.version,
        "ncc_version": "ncc-4.6.0",
        "num_nodes": cluster.vms.number_of_hosts,
        "hypervisor_types": ["kKvm"],
        "cluster_external_ipaddress": cluster.place.address,
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


def container_view(cluster: Cluster, name: str, number: int, capacity: int, used: int) -> dict[str, Any]:
    """Return the storage container of a name, the n-th of the cluster."""
    return {
        "storage_container_uuid": cluster.containers[name],
        "id": f"{cluster.uuid}::{number}",
        "cluster_uuid": cluster.uuid,
        "name": name,
        "max_capacity": capacity,
        "advertised_capacity": None,
        "replication_factor": 2,
        "compression_enabled": True,
        "erasure_code": "off",
        "on_disk_dedup": "OFF",
        "marked_for_removal": False,
        "usage_stats": {"storage.usage_bytes": str(used)},
        "vstore_name_list": [name],
        "mapped_remote_containers": {},
        "is_nutanix_managed": None,
    }


def network_view(network: Network) -> dict[str, Any]:
    """Return a network."""
    return {
        "uuid": network.uuid,
        "name": network.name,
        "vlan_id": network.vlan_id,
        "vswitch_name": network.vswitch_name,
        "logical_timestamp": 1,
        "ip_config": {"prefix_length": 0, "ipam_enabled": False, "pool": []},
    }
