# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A protection domain, its members, groups and schedules, and what is pending (contract prism_element 6, 7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lab.prism_element.state.cluster import Cluster
from lab.prism_element.state.entities import OobSchedule, ProtectedVm, ProtectionDomain, Schedule
from lab.prism_element.state.vms import Vms
from lab.prism_element.views.replication import link_views


def domain_view(cluster: Cluster, domain: ProtectionDomain) -> dict[str, Any]:
    """Return a protection domain."""
    first_site = next(iter(domain.remote_site_names), None)
    shown = domain.vms if domain.active else _vms_while_inactive(cluster, domain)
    members = [
        {**member_view(member, True, first_site), "vm_name": current_name(cluster.vms, member)} for member in shown
    ]
    under_way = cluster.transfers.of(domain.name)
    ongoing = sum(item.started_usecs is not None for item in under_way)
    exclusive = sum(snapshot.size // 20 for snapshot in domain.snapshots.values())
    firing = [schedule for schedule in domain.schedules if domain.active and not schedule.spec.get("suspended")]
    upcoming = min((schedule.next_fire for schedule in firing), default=None)
    return {
        "name": domain.name,
        "active": domain.active,
        "vms": members,
        "nfs_files": [],
        "volume_groups": [],
        "remote_site_names": domain.remote_site_names,
        "cron_schedules": [schedule_view(domain, schedule) for schedule in domain.schedules],
        "replication_links": link_views(cluster, domain),
        "next_snapshot_time_usecs": None if upcoming is None else cluster.clock.epoch_usecs_at(upcoming),
        "pending_replication_count": len(under_way) - ongoing,
        "ongoing_replication_count": ongoing,
        "metro_avail": domain.metro,
        "marked_for_removal": domain.marked_for_removal,
        "schedules_suspended": all_suspended(domain),
        "min_snapshot_to_retain": None,
        "hybrid_schedules_count": None,
        "total_user_written_bytes": sum(snapshot.size for snapshot in domain.snapshots.values()),
        "annotations": domain.annotations,
        "vstore_id": None,
        "sync_replications": [],
        "stats": {"replication_transmitted_bandwidth_kBps": "-1", "replication_received_bandwidth_kBps": "-1"},
        # contract prism_element addition 15: a protection domain that is new may have none.
        **({"usage_stats": {"dr.exclusive_snapshot_usage_bytes": str(exclusive)}} if domain.snapshots else {}),
    }


def member_view(member: ProtectedVm, detailed: bool, remote_site: str | None = None) -> dict[str, Any]:
    """Return a VM of a protection domain or of one of its snapshots (contract prism_element 6.1); ``remote_site``:
    where it would be recovered."""
    obstacle = {"reason": member.blocked_by, "cerebro_error": None, "remote_site": remote_site}
    return {
        "vm_handle": member.handle,
        "vm_id": member.vm_uuid,
        "vm_name": member.name,
        "vm_power_state_on_recovery": member.power_on_recovery,
        "consistency_group": member.consistency_group,
        "app_consistent_snapshots": member.app_consistent,
        "vm_recoverability": [] if member.blocked_by is None else [obstacle],
        "vm_files": list(member.vm_files) if detailed else [],
        "related_entity_uuids": [],
    }


def current_name(vms: Vms, member: ProtectedVm) -> str:
    """Return what a member is called now."""
    vm = vms.get(member.vm_uuid)
    return vm.name if vm else member.name


def all_suspended(domain: ProtectionDomain) -> bool:
    """Whether no schedule of a protection domain fires though it has some."""
    return bool(domain.schedules) and all(schedule.spec.get("suspended") for schedule in domain.schedules)


def _vms_while_inactive(cluster: Cluster, domain: ProtectionDomain) -> Sequence[ProtectedVm]:
    if cluster.behaviour["inactive_pd_vms"] == "empty" or not domain.snapshots:
        return []
    return max(domain.snapshots.values(), key=lambda snapshot: snapshot.created_usecs).vms


def group_view(domain: ProtectionDomain, name: str) -> dict[str, Any]:
    """Return a consistency group."""
    members = [member for member in domain.vms if member.consistency_group == name]
    return {
        "consistency_group_name": name,
        "protection_domain_name": domain.name,
        "app_consistent_snapshots": any(member.app_consistent for member in members),
        "vm_count": len(members),
        "nfs_file_count": 0,
        "total_file_count": sum(len(member.vm_files) for member in members),
        "total_file_size_bytes": 0,
        "within_snapshot": False,
        "marked_for_removal": False,
    }


def pending_view(cluster: Cluster, domain: ProtectionDomain) -> dict[str, Any]:
    """Return what a protection domain has still to do (contract prism_element 6.6)."""
    restores = domain.pending_restores if cluster.behaviour["pending_restore_listed"] else []
    change = domain.change if cluster.behaviour["pending_change_listed"] else None
    waiting: dict[str, list[str]] = {}
    for item in cluster.transfers.of(domain.name):
        waiting.setdefault(item.site, []).append(item.snapshot.id)
    mode = None
    if change:
        mode = {"mode_type": change.mode, "failover_remote": change.failover_remote, "snapshot_id": change.snapshot_id}
    return {
        "protection_domain_name": domain.name,
        "has_pending_actions": bool(restores or waiting or domain.marked_for_removal or change),
        "marked_for_removal": domain.marked_for_removal,
        "pending_change_mode": mode,
        "pending_vms_restore": [
            {"name": name, "path_prefix": None, "replace_entity": item["replace"], "snapshot_id": item["snapshot_id"]}
            for item in restores
            for name in item["names"]
        ],
        "pending_nfs_files_restore": [],
        "pending_replications": [{"remote_site": site, "snapshot_ids": ids} for site, ids in waiting.items()],
        "to_be_removed_vms": [],
        "to_be_removed_snapshots": [],
        "to_be_removed_nfs_files": [],
    }


def schedule_view(domain: ProtectionDomain, schedule: Schedule) -> dict[str, Any]:
    """Return a recurring schedule."""
    spec = schedule.spec
    return {
        "id": schedule.id,
        "pd_name": domain.name,
        "type": spec["type"],
        "every_nth": spec.get("every_nth", 1),
        "values": spec.get("values"),
        "user_start_time_in_usecs": spec.get("user_start_time_in_usecs", 0),
        "start_times_in_usecs": spec.get("start_times_in_usecs", []),
        "end_time_in_usecs": spec.get("end_time_in_usecs"),
        "duration_in_usecs": spec.get("duration_in_usecs"),
        "timezone_offset": spec.get("timezone_offset", 0),
        "app_consistent": spec.get("app_consistent", False),
        "suspended": spec.get("suspended", False),
        "retention_policy": spec.get("retention_policy", {}),
        "rollup_schedule_uuid": spec.get("rollup_schedule_uuid"),
    }


def oob_view(schedule: OobSchedule) -> dict[str, Any]:
    """Return a one-time schedule."""
    spec = schedule.spec
    return {
        "schedule_id": schedule.id,
        "app_consistent": spec.get("app_consistent", False),
        "remote_site_names": spec.get("remote_site_names") or [],
        "schedule_start_time_usecs": spec["schedule_start_time_usecs"],
        "snapshot_retention_time_secs": spec.get("snapshot_retention_time_secs"),
    }
