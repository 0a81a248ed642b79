# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Prism Element part of a topology: what may stand there, and the defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.wire import either, mapping, nullable, required

# Simulated seconds; "durations" of the topology or of one cluster override them.
DURATIONS: dict[str, float] = {
    "snapshot": 5,  # AHV snapshot task
    "delete": 5,  # VM or AHV snapshot deletion task
    "power": 3,  # power transition task
    "guest_shutdown": 20,  # from ACPI_SHUTDOWN until the guest is off
    "update": 2,  # VM create and update tasks
    "restore": 30,  # restore_entities
    "oob_snapshot": 4,  # from the start time of a schedule until its snapshot is there
    "replication_start": 2,  # from the snapshot until its replication is queued
    "expired_linger": 300,  # how long an expired snapshot stays listed
    "migrate": 40,  # what a migration takes besides its last replication, one half on either side
    "activate": 20,
    "deactivate": 10,
    "pd_removal": 5,  # from DELETE of a protection domain until it is gone
}

# One switch per fact that the contract marks unknown, inferred or in conflict; the default is the seen or likely form.
BEHAVIOUR: dict[str, Any] = {
    "list_cap": None,  # contract prism_element 1.5: an unpaged GET /vms or /snapshots gives no more than so many
    "vm_name_filter": "exact",  # contract prism_element 1.5
    "role": "cluster_admin",  # contract prism_element 1.6: a viewer may only read
    "lockout_after": 5,  # contract prism_element 1.6, U9: wrong passwords until the account is locked
    "session_seconds": 900,  # contract prism_element 1.6: how long the session cookie lives
    "unauthorized_body": "json",  # contract prism_element 1.6, U9
    "not_found_status": 404,  # contract prism_element 1.7, U2: unknown VM, snapshot, task, protection domain
    "invalid_status": 422,  # contract prism_element 1.7: what validation refuses
    "delete_missing": "refuse",  # contract prism_element 3.4, 4.4: deletion is called idempotent
    "nics_listed": "asked",  # contract prism_element 3.1, trap 42: where vm_nics comes when it is asked for
    "nic_id_form": "colons",  # contract prism_element 3.6, addition 10: how a MAC address in a path is written
    # contract prism_element 1.7, 5.4: orders of these kinds are accepted, their tasks succeed, and nothing happens
    "forgotten_orders": [],
    # contract prism_element 3.5: a power order while another one of the VM is under way
    "second_power_order": "accept",
    "guest_ignores_shutdown": False,  # contract prism_element 3.5
    "duplicate_uuid": "idempotent",  # contract prism_element 3.2, 4.2
    "snapshot_task_entity": "vm",  # contract prism_element 4.2: what the task of POST /snapshots lists
    "deleted_snapshots_linger_seconds": 60,  # contract prism_element 4.4
    "status_case": "title",  # contract prism_element 5.1
    "operation_type": "k_prefixed",  # contract prism_element 5.1, U7: kVmPowerOn or VmChangePowerState
    "tasks_kept": 100,  # contract prism_element 5.3: how many finished tasks tasks/list knows
    "task_list_entity_filter": "misses",  # contract prism_element 5.3: the entity filter of tasks/list
    "inactive_pd_vms": "empty",  # contract prism_element 6.1, U6
    "oob_ids_on_receiver": False,  # contract prism_element 7.2, U10
    "expiry_base": "created",  # contract prism_element 7.2: what the retention time counts from
    "dr_snapshot_order": "shuffled",  # contract prism_element 8.1, 17
    "forever_state": "AVAILABLE",  # contract prism_element 8.1: state of a snapshot without expiry
    # contract prism_element 8.1: a snapshot that is still being taken stands there as SCHEDULED
    "scheduled_snapshots_listed": False,
    "null_lists": False,  # contract prism_element 1.3: empty lists in a PD snapshot are null
    "same_snapshot_uuid": True,  # contract prism_element 8.1: whether a replica has the uuid of its origin
    "retain_value": "duration",  # contract prism_element 8.2, U8
    "delete_propagates": False,  # contract prism_element 8.2, U8: deleting a PD snapshot also deletes its replicas
    "pending_restore_listed": True,  # contract prism_element 6.6
    "restore_reply": "task_uuid",  # contract prism_element 10, 17
    "restore_task_entity": "vm",  # contract prism_element 10: whether the finished restore task names the new VM
    "restore_name_clash": "allow",  # contract prism_element 10, U1
    "remote_address_key": "both",  # contract prism_element 12, 17
    "event_message": "template",  # contract prism_element 13, U3
    # contract prism_element 11: the site must stand in a schedule of the protection domain
    "migrate_needs_schedule": True,
    "mode_refusal": "message",  # contract prism_element 11, trap 28: how activate and deactivate say no
    "activated_uuids": "new",  # contract prism_element 11, 17: whether activated VMs keep their uuids
    # contract prism_element 11: whether a migrated protection domain replicates back without being told
    "reverse_schedule": False,
    # contract prism_element 11: what becomes of a card whose network no remote site maps
    "unmapped_networks": "by_name",
    # contract prism_element 11, 14: which of several networks of the mapped name a card gets
    "namesake_networks": "first",
    # contract prism_element 6.6: that pending_actions shows a change of mode is documented and not seen
    "pending_change_listed": True,
    "progress_monitors": "listed",  # contract prism_element 5.4: v1 may be gone
    "monitor_entity_id": "name",  # contract prism_element 5.4, addition 13: what entityId of a task about a mode holds
    # contract prism_element 6: since when the receiver lists an inactive protection domain of that name
    "pds_on_receiver": "at_once",
}

BEHAVIOUR_SCHEMA: dict[str, Any] = {
    "list_cap": nullable(int),
    "vm_name_filter": {"exact", "case_insensitive", "prefix"},
    "role": {"cluster_admin", "viewer"},
    "lockout_after": int,
    "session_seconds": float,
    "unauthorized_body": {"json", "html", "empty"},
    "not_found_status": int,
    "invalid_status": int,
    "delete_missing": {"refuse", "task"},
    "nics_listed": {"asked", "singly", "never"},
    "nic_id_form": {"colons", "hyphens", "both"},
    "forgotten_orders": [{"power", "removal", "snapshot", "restore", "pd_snapshot"}],
    "second_power_order": {"accept", "refuse", "task_fails"},
    "guest_ignores_shutdown": bool,
    "duplicate_uuid": {"idempotent", "refuse"},
    "snapshot_task_entity": {"vm", "snapshot", "none"},
    "deleted_snapshots_linger_seconds": float,
    "status_case": {"title", "upper"},
    "operation_type": {"k_prefixed", "plain"},
    "tasks_kept": int,
    "task_list_entity_filter": {"misses", "works"},
    "inactive_pd_vms": {"empty", "listed"},
    "oob_ids_on_receiver": bool,
    "expiry_base": {"created", "requested"},
    "dr_snapshot_order": {"shuffled", "newest_first", "oldest_first"},
    "forever_state": {"AVAILABLE", "RETAIN_FOREVER"},
    "scheduled_snapshots_listed": bool,
    "null_lists": bool,
    "same_snapshot_uuid": bool,
    "retain_value": {"duration", "absolute"},
    "delete_propagates": bool,
    "pending_restore_listed": bool,
    "restore_reply": {"task_uuid", "value"},
    "restore_task_entity": {"vm", "protection_domain", "none"},
    "restore_name_clash": {"allow", "refuse", "task_fails"},
    "remote_address_key": {"both", "remote_ip_ports", "remote_ip_address_ports"},
    "event_message": {"template", "text"},
    "migrate_needs_schedule": bool,
    "mode_refusal": {"message", "value_false", "error"},
    "activated_uuids": {"new", "same"},
    "reverse_schedule": bool,
    "unmapped_networks": {"by_name", "drop"},
    "namesake_networks": {"first", "last", "same_vlan"},
    "pending_change_listed": bool,
    "progress_monitors": {"listed", "not_found"},
    "monitor_entity_id": {"name", "id", "none"},
    "pds_on_receiver": {"at_once", "first_replica"},
}

POWER = either(bool, {"on", "off", "suspended", "paused"})  # YAML reads a bare on or off as a boolean

NETWORK = {
    "name": required(str),
    "vlan_id": int,
    "vswitch_name": str,
}  # names may repeat: nobody has written down that they are unique
NETWORK_DEFAULTS = {"vlan_id": 0, "vswitch_name": "br0"}
DEFAULT_NETWORKS = [{"name": "VLAN10", "vlan_id": 10}]
NETWORK_OF_CARD = {"name": str, "vlan_id": int, "vswitch_name": str}

VM = {
    "name": required(str),  # with {n} in it when there are several
    "count": int,
    "uuid": str,
    "power_state": POWER,
    "description": nullable(str),
    "disk_gib": float,
    "disks_gib": [float],
    "memory_mb": int,
    "num_vcpus": int,
    "networks": [either(str, NETWORK_OF_CARD)],
}

SNAPSHOT = {
    "name": required(str),
    "count": int,
    "uuid": str,
    "vm": required(str),  # may name a VM that is no longer there
    "age_hours": float,
}

SCHEDULE = {
    "type": required({"SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY"}),
    "every_nth": int,
    "local": int,  # how many snapshots stay here
    "remote": mapping(int),  # remote site -> how many stay there
    "first_after": float,  # simulated seconds until it fires first; default: one period
    "suspended": bool,
}

PD_SNAPSHOT = {"age_hours": float, "retention_hours": nullable(float), "vms": [str], "remotes": [str]}

# contract prism_element 6.1, addition 15
METRO = {"role": str, "remote_site": str, "container": str, "status": str, "failure_handling": str}

PROTECTION_DOMAIN = {
    "name": required(str),
    "active": bool,
    "metro": METRO,
    "vms": [str],
    "vm_power_state_on_recovery": {"Powered Off", "Powered On", "Power state at time of snapshot"},
    "blocked": [{"vm": required(str), "reason": required(str)}],  # members that a migration refuses
    "schedules": [SCHEDULE],
    "snapshots": [PD_SNAPSHOT],
}

REMOTE_SITE = {
    "name": required(str),  # the local label; may differ from the name of the cluster
    "cluster": required(str),
    "addresses": int,
    "bandwidth_mbps": float,
    "connected": bool,
    "network_mapping": mapping(str),
}

CLUSTER = {
    "name": required(str),
    "lost": bool,  # without power from the start
    "version": str,
    "uuid": str,
    "username": str,
    "password": str,
    "storage_containers": [str],
    "networks": [NETWORK],
    "capacity_gib": float,
    "vms": [VM],
    "snapshots": [SNAPSHOT],
    "protection_domains": [PROTECTION_DOMAIN],
    "remote_sites": [REMOTE_SITE],
    "behaviour": BEHAVIOUR_SCHEMA,
    "durations": dict.fromkeys(DURATIONS, float),
    "inventory_vars": mapping(object),
}


def problem_with_references(cluster: Mapping[str, Any], clusters: set[str]) -> str | None:
    """Return the first thing in a cluster that refers to nothing, naming the key, or None; ``clusters`` are the names
    under ``prism_elements``."""
    for key in ("vms", "snapshots"):
        for number, item in enumerate(cluster.get(key, [])):
            if item.get("count", 1) > 1 and "{n" not in item["name"]:
                return f"{key}[{number}].name needs {{n}} when count is more than 1"
    networks = cluster.get("networks", DEFAULT_NETWORKS)
    for number, vm in enumerate(cluster.get("vms", [])):
        for wanted in vm.get("networks", []):
            described = {"name": wanted} if isinstance(wanted, str) else wanted
            if not any(described.items() <= {**NETWORK_DEFAULTS, **network}.items() for network in networks):
                return f"vms[{number}].networks: no network is {wanted!r}"
    sites = set()
    for number, site in enumerate(cluster.get("remote_sites", [])):
        if site["cluster"] not in clusters or site["cluster"] == cluster["name"]:
            return f"remote_sites[{number}].cluster: no other Prism Element is called {site['cluster']!r}"
        sites.add(site["name"])
    vms = {name for vm in cluster.get("vms", []) for name in names_of(vm)}
    for number, domain in enumerate(cluster.get("protection_domains", [])):
        here = f"protection_domains[{number}]"
        used = set(domain.get("vms", [])) | {entry["vm"] for entry in domain.get("blocked", [])}
        reached = {site for schedule in domain.get("schedules", []) for site in schedule.get("remote", {})}
        for snapshot in domain.get("snapshots", []):
            used |= set(snapshot.get("vms", []))
            reached |= set(snapshot.get("remotes", []))
        if used - vms:
            return f"{here}.vms: no VM is called {sorted(used - vms)[0]!r}"
        if reached - sites:
            return f"{here}: no remote site is called {sorted(reached - sites)[0]!r}"
    return None


def names_of(item: Mapping[str, Any]) -> list[str]:
    """Return the names of a VM or snapshot entry with its count carried out (n counts from 1)."""
    if "count" not in item:
        return [item["name"]]
    return [item["name"].format(n=number) for number in range(1, item["count"] + 1)]


def power_state_of(value: Any) -> str:
    """Return a power state as the wire spells it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)
