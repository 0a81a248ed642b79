# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What v3 tells where v4 has nothing, or has it only in later releases (contract prism_central 7)."""

from __future__ import annotations

from typing import Any

from lab.ports import ManagedCluster
from lab.prism_central.state.central import Central
from lab.prism_central.state.entities import Policy, RecoveryPoint, VmRecoveryPoint
from lab.prism_central.state.tasks import Task
from lab.prism_central.views.moments import iso, iso_of

PORT = 9440
# v3 knows no CANCELED
TASK_STATES = {"CANCELED": "ABORTED", "CANCELING": "RUNNING"}


def entity(kind: str, uuid: str, name: str | None, resources: dict[str, Any], **status: Any) -> dict[str, Any]:
    """Return an entity in the form that all kinds share."""
    return {
        "status": {"name": name, "state": "COMPLETE", "resources": resources, **status},
        "metadata": {"kind": kind, "uuid": uuid, "spec_version": 0, "categories": {}},
    }


def availability_zone_views(central: Central) -> list[dict[str, Any]]:
    """Return the zones that a Prism Central knows: itself and those that it is paired with."""
    local = {"management_plane_type": "Local", "management_url": central.uuid, "display_name": "Local AZ"}
    zones = [entity("availability_zone", central.uuid, "Local AZ", local)]
    for peer in central.peers():
        resources = {"management_plane_type": "PC", "management_url": peer.uuid, "display_name": f"PC_{peer.name}"}
        zones.append(entity("availability_zone", peer.uuid, f"PC_{peer.name}", resources))
    return zones


def remote_connection_views(central: Central) -> list[dict[str, Any]]:
    """Return the connections to paired Prism Centrals, and to the clusters that are registered."""
    own = {"cluster_function": "PRISM_CENTRAL", "cluster_uuid": central.uuid}
    others = [("PRISM_CENTRAL", peer.uuid, peer.name, peer.place) for peer in central.peers()]
    others += [("AOS", each.uuid, each.name, each.place) for each in central.registry.clusters.values()]
    views = []
    for function, uuid, name, place in others:
        remote = {
            "cluster_function": function,
            "cluster_uuid": uuid,
            "cluster_fqdn": "",
            "node_address_list": [{"ip": place.address, "port": place.port or PORT}],
        }
        resources = {
            "role": "INITIATOR",
            "remote_address": {"ip": place.address, "port": place.port or PORT},
            "local_connection_info": own,
            "remote_connection_info": remote,
        }
        views.append(entity("remote_connection", uuid, name, resources))
    return views


def cluster_view(cluster: ManagedCluster) -> dict[str, Any]:
    """Return a cluster that is registered."""
    config = {
        "service_list": ["AOS"],
        "build": {"version": cluster.version},
        "redundancy_factor": 2,
        "timezone": "UTC",
        "is_available": cluster.place.reachable,
    }
    network = {"external_ip": cluster.place.address}
    resources = {"config": config, "network": network, "nodes": {"hypervisor_server_list": []}}
    return entity("cluster", cluster.uuid, cluster.name, resources)


def own_cluster_view(central: Central) -> dict[str, Any]:
    """Return the Prism Central among its clusters: it has no nodes and may have an address."""
    config = {"service_list": ["PRISM_CENTRAL"], "build": {"version": central.version}}
    resources = {"config": config, "network": {"external_ip": central.place.address}}
    return entity("cluster", central.uuid, central.name, resources)


def vm_view(cluster: ManagedCluster, vm: Any) -> dict[str, Any]:
    """Return a VM, as far as anybody reads it in v3."""
    resources = {"power_state": vm.power_state.upper()}
    return entity("vm", vm.uuid, vm.name, resources, cluster_reference={"kind": "cluster", "uuid": cluster.uuid})


def protection_rule_view(central: Central, policy: Policy) -> dict[str, Any]:
    """Return a protection policy as a rule; its clusters stand in one of two fields (contract prism_central 7.4)."""
    spec = policy.spec
    labels = [location["label"] for location in spec["replicationLocations"]]
    params: dict[str, list[str]] = {}
    for category in central.categories:
        if category.ext_id in spec["categoryIds"]:
            params.setdefault(category.key, []).append(category.value)
    resources = {
        "ordered_availability_zone_list": [_zone(central, location) for location in spec["replicationLocations"]],
        "availability_zone_connectivity_list": [
            _connection(labels, configuration) for configuration in spec["replicationConfigurations"]
        ],
        "category_filter": {"type": "CATEGORIES_MATCH_ANY", "params": params, "kind_list": ["vm"]},
    }
    return entity("protection_rule", policy.ext_id, spec["name"], resources)


def _zone(central: Central, location: dict[str, Any]) -> dict[str, Any]:
    clusters = location["replicationSubLocation"]["clusterExtIds"]
    zone: dict[str, Any] = {"availability_zone_url": location["domainManagerExtId"]}
    if central.behaviour["v3_rule_clusters"] == "cluster_uuid" and len(clusters) == 1:
        return {**zone, "cluster_uuid": clusters[0]}
    return {**zone, "cluster_uuid_list": clusters}


def _connection(labels: list[str], configuration: dict[str, Any]) -> dict[str, Any]:
    schedule = configuration["schedule"]
    retention = schedule.get("retention") or {}
    connection = {
        "source_availability_zone_index": labels.index(configuration["sourceLocationLabel"]),
        "snapshot_schedule_list": [
            {
                "recovery_point_objective_secs": schedule["recoveryPointObjectiveTimeSeconds"],
                "snapshot_type": schedule["recoveryPointType"],
                "local_snapshot_retention_policy": {"num_snapshots": retention.get("local")},
                "remote_snapshot_retention_policy": {"num_snapshots": retention.get("remote")},
            }
        ],
    }
    if configuration.get("remoteLocationLabel"):
        connection["destination_availability_zone_index"] = labels.index(configuration["remoteLocationLabel"])
    return connection


def vm_recovery_point_view(point: RecoveryPoint, member: VmRecoveryPoint) -> dict[str, Any]:
    """Return a VM in one copy of a recovery point."""
    source_zone, source_cluster = point.source
    resources = {
        "parent_vm_reference": {"kind": "vm", "uuid": member.vm_ext_id},
        "creation_time": iso(point.created_usecs),
        "expiration_time": iso(point.expiry_usecs),
        "recovery_point_type": point.kind,
        "vm_recovery_point_location_agnostic_uuid": member.location_agnostic_id,
        "source_cluster_reference": {"kind": "cluster", "uuid": source_cluster},
        "source_availability_zone_reference": {"kind": "availability_zone", "uuid": source_zone},
    }
    where = {"kind": "cluster", "uuid": point.cluster_ext_id}
    return entity("vm_recovery_point", member.ext_id, point.name, resources, cluster_reference=where)


def task_view(central: Central, task: Task) -> dict[str, Any]:
    """Return a task under its bare id; the VMs that a restore made are among its entities."""
    made = [ext_id for ext_id in task.details.get("vmExtIds", "").split(",") if ext_id]
    entities = [{"kind": rel.rpartition(":")[2].replace("-", "_"), "uuid": ext_id} for ext_id, rel in task.entities]
    return {
        "uuid": task.id,
        "status": TASK_STATES.get(task.status, task.status),
        "operation_type": task.operation,
        "percentage_complete": 100 if task.done else task.percent(central.clock.now),
        "progress_message": task.operation,
        "error_code": "" if task.error is None else "TASK_FAILED",
        "error_detail": str(task.error or ""),
        "entity_reference_list": [*entities, *({"kind": "vm", "uuid": ext_id} for ext_id in made)],
        "subtask_reference_list": [],
        "creation_time": iso_of(central, task.created),
        "start_time": iso_of(central, task.started),
        "completion_time": iso_of(central, task.ended),
    }
