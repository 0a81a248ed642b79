# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Prism Element part of a topology: what may stand there, and the defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.entries import names_of, problem_with_counts
from lab.schema import either, mapping, nullable, required
from lab.switches import Switch, flag, one_of, schema, seconds, whole_number

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
SWITCHES: dict[str, Switch] = {
    "list_cap": Switch(
        None, nullable(int)
    ),  # contract prism_element 1.5: an unpaged GET /vms or /snapshots gives no more than so many
    "vm_name_filter": one_of("exact", "case_insensitive", "prefix"),  # contract prism_element 1.5
    "role": one_of("cluster_admin", "viewer"),  # contract prism_element 1.6: a viewer may only read
    "lockout_after": whole_number(5),  # contract prism_element 1.6, U9: wrong passwords until the account is locked
    "session_seconds": seconds(900),  # contract prism_element 1.6: how long the session cookie lives
    "unauthorized_body": one_of("json", "html", "empty"),  # contract prism_element 1.6, U9
    "not_found_status": whole_number(
        404
    ),  # contract prism_element 1.7, U2: unknown VM, snapshot, task, protection domain
    "invalid_status": whole_number(422),  # contract prism_element 1.7: what validation refuses
    "delete_missing": one_of("refuse", "task"),  # contract prism_element 3.4, 4.4: deletion is called idempotent
    "nics_listed": one_of(
        "asked", "singly", "never"
    ),  # contract prism_element 3.1, trap 42: where vm_nics comes when it is asked for
    "nic_id_form": one_of(
        "colons", "hyphens", "both"
    ),  # contract prism_element 3.6, addition 10: how a MAC address in a path is written
    # contract prism_element 1.7, 5.4: orders of these kinds are accepted, their tasks succeed, and nothing happens
    "forgotten_orders": Switch([], [{"power", "removal", "snapshot", "restore", "pd_snapshot"}]),
    # contract prism_element 3.5: a power order while another one of the VM is under way
    "second_power_order": one_of("accept", "refuse", "task_fails"),
    "guest_ignores_shutdown": flag(False),  # contract prism_element 3.5
    "duplicate_uuid": one_of("idempotent", "refuse"),  # contract prism_element 3.2, 4.2
    "snapshot_task_entity": one_of(
        "vm", "snapshot", "none"
    ),  # contract prism_element 4.2: what the task of POST /snapshots lists
    "deleted_snapshots_linger_seconds": seconds(60),  # contract prism_element 4.4
    "status_case": one_of("title", "upper"),  # contract prism_element 5.1
    "operation_type": one_of("k_prefixed", "plain"),  # contract prism_element 5.1, U7: kVmPowerOn or VmChangePowerState
    "tasks_kept": whole_number(100),  # contract prism_element 5.3: how many finished tasks tasks/list knows
    "task_list_entity_filter": one_of("misses", "works"),  # contract prism_element 5.3: the entity filter of tasks/list
    "inactive_pd_vms": one_of("empty", "listed"),  # contract prism_element 6.1, U6
    "oob_ids_on_receiver": flag(False),  # contract prism_element 7.2, U10
    "expiry_base": one_of("created", "requested"),  # contract prism_element 7.2: what the retention time counts from
    "dr_snapshot_order": one_of("shuffled", "newest_first", "oldest_first"),  # contract prism_element 8.1, 17
    "forever_state": one_of(
        "AVAILABLE", "RETAIN_FOREVER"
    ),  # contract prism_element 8.1: state of a snapshot without expiry
    "scheduled_snapshots_listed": flag(
        False
    ),  # contract prism_element 8.1: a snapshot that is still being taken stands there as SCHEDULED
    "null_lists": flag(False),  # contract prism_element 1.3: empty lists in a PD snapshot are null
    "same_snapshot_uuid": flag(True),  # contract prism_element 8.1: whether a replica has the uuid of its origin
    "retain_value": one_of("duration", "absolute"),  # contract prism_element 8.2, U8
    "delete_propagates": flag(
        False
    ),  # contract prism_element 8.2, U8: deleting a PD snapshot also deletes its replicas
    "pending_restore_listed": flag(True),  # contract prism_element 6.6
    "restore_reply": one_of("task_uuid", "value"),  # contract prism_element 10, 17
    # contract prism_element 10: whether the finished restore task names the new VM
    "restore_task_entity": one_of("vm", "protection_domain", "none"),
    "restore_name_clash": one_of("allow", "refuse", "task_fails"),  # contract prism_element 10, U1
    "remote_address_key": one_of("both", "remote_ip_ports", "remote_ip_address_ports"),  # contract prism_element 12, 17
    "event_message": one_of("template", "text"),  # contract prism_element 13, U3
    "migrate_needs_schedule": flag(
        True
    ),  # contract prism_element 11: the site must stand in a schedule of the protection domain
    "mode_refusal": one_of(
        "message", "value_false", "error"
    ),  # contract prism_element 11, trap 28: how activate and deactivate say no
    "activated_uuids": one_of("new", "same"),  # contract prism_element 11, 17: whether activated VMs keep their uuids
    "reverse_schedule": flag(
        False
    ),  # contract prism_element 11: whether a migrated protection domain replicates back without being told
    "unmapped_networks": one_of(
        "by_name", "drop"
    ),  # contract prism_element 11: what becomes of a card whose network no remote site maps
    # contract prism_element 11, 14: which of several networks of the mapped name a card gets
    "namesake_networks": one_of("first", "last", "same_vlan"),
    "pending_change_listed": flag(
        True
    ),  # contract prism_element 6.6: that pending_actions shows a change of mode is documented and not seen
    "progress_monitors": one_of("listed", "not_found"),  # contract prism_element 5.4: v1 may be gone
    "monitor_entity_id": one_of(
        "name", "id", "none"
    ),  # contract prism_element 5.4, addition 13: what entityId of a task about a mode holds
    # contract prism_element 6: since when the receiver lists an inactive protection domain of that name
    "pds_on_receiver": one_of("at_once", "first_replica"),
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
    "behaviour": schema(SWITCHES),
    "durations": dict.fromkeys(DURATIONS, float),
    "inventory_vars": mapping(object),
}


def problem_with_references(cluster: Mapping[str, Any], clusters: set[str]) -> str | None:
    """Return the first thing in a cluster that refers to nothing, naming the key, or None; ``clusters`` are the names
    under ``prism_elements``."""
    for key in ("vms", "snapshots"):
        problem = problem_with_counts(key, cluster.get(key, []))
        if problem:
            return problem
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
