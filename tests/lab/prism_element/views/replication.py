# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replications, what they left behind, and remote sites (contract prism_element 9, 12)."""

from __future__ import annotations

from typing import Any

from lab.prism_element.state.cluster import Cluster
from lab.prism_element.state.entities import ProtectionDomain, RemoteSite, Replication
from lab.prism_element.state.transfers import Transfers

REPLICATION_PORT = 2020


def replication_view(sender: Transfers, item: Replication, site: str, snapshot_id: str, sent: bool) -> dict[str, Any]:
    """Return a replication as the sender or the receiver shows it, with its own names of site and snapshot."""
    done = sender.done_bytes(item)
    return {
        "id": item.id,
        "protection_domain_name": item.domain,
        "remote_site_name": site,
        "snapshot_id": snapshot_id,
        "completed_bytes": done,
        "completed_percentage": round(100 * done / item.total, 2) if item.total else 100.0,
        "replication_time_to_complete_secs": sender.remaining_seconds(item),
        "start_replication_time_usecs": item.started_usecs,
        "paused": item.paused,
        "aborted": False,
        "sender": sent,
    }


def link_views(cluster: Cluster, domain: ProtectionDomain, site: str | None = None) -> list[dict[str, Any]]:
    """Return what a protection domain has sent and is sending to its remote sites, or to one of them (contract
    prism_element 9.3)."""
    moving = {item.site: item for item in cluster.transfers.of(domain.name) if item.started_usecs is not None}
    views = []
    for name, link in domain.links.items():
        if site is not None and name != site:
            continue
        item = moving.get(name)
        sent = cluster.transfers.done_bytes(item) if item else None
        views.append(
            {
                "id": link.id,
                "protection_domain_name": domain.name,
                "remote_site_name": name,
                "current_replicating_snapshot_id": item.snapshot.id if item else None,
                "current_replicating_snapshot_total_bytes": item.total if item else None,
                "current_replicating_snapshot_transmitted_bytes": sent,
                "last_replication_start_time_in_usecs": link.last_start_usecs,
                "last_replication_end_time_in_usecs": link.last_end_usecs,
                "last_successful_replication_snapshot_id": link.last_snapshot_id,
                "stats": {},
            }
        )
    return views


def site_view(cluster: Cluster, site: RemoteSite) -> dict[str, Any]:
    """Return a remote site; it may carry several addresses of one cluster."""
    peer = cluster.sites.peers[site.cluster]
    addresses = [peer.place.address, *peer.place.more_addresses]
    ports = dict.fromkeys(addresses[: site.addresses], REPLICATION_PORT)
    key = cluster.behaviour["remote_address_key"]
    keys = ("remote_ip_ports", "remote_ip_address_ports") if key == "both" else (key,)
    mappings = [
        {
            "src_network_name": source,
            "src_hypervisor_type": "kKvm",
            "dest_network_name": target,
            "dest_hypervisor_type": "kKvm",
        }
        for source, target in site.network_mapping.items()
    ]
    return {
        "name": site.name,
        "uuid": site.uuid,
        "cluster_id": peer.incarnation,
        "cluster_incarnation_id": peer.incarnation,
        "status": "RELATIONSHIP_ESTABLISHED" if cluster.sites.usable(site) else "UNREACHABLE",
        "capabilities": ["BACKUP", "DISASTER_RECOVERY"],
        "vstore_name_map": {name: name for name in cluster.containers if name in peer.containers},
        "network_mapping": {"uuid": site.uuid, "l2_network_mappings": mappings},
        "replication_links": [link for domain in cluster.domains for link in link_views(cluster, domain, site.name)],
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
        **dict.fromkeys(keys, ports),
    }
