# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What requests may hold: bodies and queries (contract prism_element 3 to 14)."""

from __future__ import annotations

from typing import Any

from lab.schema import any_case, mapping, matching, nullable, required

TEXT = nullable(str)
UUID = matching(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
HYPERVISOR_TYPE = any_case(frozenset({"ACROPOLIS"}))  # contract prism_element addition 7
MACHINE_TYPE = any_case(frozenset({"PC", "Q35"}))

# VMs: contract prism_element 3. DETAILS: what PUT and POST take beside the body (contract prism_element addition 6).
TRANSITIONS = (
    "ON",
    "OFF",
    "POWERCYCLE",
    "RESET",
    "PAUSE",
    "SUSPEND",
    "RESUME",
    "ACPI_SHUTDOWN",
    "ACPI_REBOOT",
    "SAVE",  # contract prism_element addition 9: two clients offer it
)
DETAILS = {"include_vm_disk_config": bool, "include_vm_nic_config": bool}
UI_DETAILS = {**DETAILS, "includeVMDiskSizes": bool, "includeAddressAssignments": bool}
NIC = {
    "network_uuid": required(str),
    "mac_address": TEXT,
    "request_ip": bool,
    "requested_ip_address": TEXT,
    "model": TEXT,
    "is_connected": bool,  # contract prism_element addition 7, addition 10
    "vlan_mode": TEXT,
}
BOOT = {
    "uefi_boot": bool,
    "secure_boot": bool,
    "boot_device_order": nullable([str]),
    "boot_device_type": str,
    "disk_address": object,
    "mac_addr": TEXT,
}
DISK_ADDRESS = {"device_bus": str, "device_index": int, "disk_label": str, "vmdisk_uuid": str, "ndfs_filepath": str}
DISK = {
    "disk_address": DISK_ADDRESS,
    "is_cdrom": bool,
    "is_empty": bool,
    "vm_disk_create": {"size": required(int), "storage_container_uuid": str},
    "vm_disk_clone": {
        "disk_address": required(DISK_ADDRESS),
        "minimum_size": int,
        "snapshot_group_uuid": str,
        "storage_container_uuid": str,
    },
}
_VM: dict[str, Any] = {
    "num_cores_per_vcpu": int,
    "uuid": UUID,
    "description": TEXT,
    "timezone": str,
    "ha_priority": int,
    "boot": nullable(BOOT),  # in an update this and what follows: contract prism_element addition 8
    "hypervisor_type": HYPERVISOR_TYPE,
    "machine_type": MACHINE_TYPE,
    "vm_features": object,
}
CREATE_VM = {
    "name": required(str),
    "memory_mb": required(int),
    "num_vcpus": required(int),
    **_VM,
    "vm_disks": [DISK],
    "vm_nics": [NIC],
}
UPDATE_VM = {"name": str, "memory_mb": int, "num_vcpus": int, **_VM, "vm_logical_timestamp": int}
CLONE = {
    "spec_list": required(
        [
            {
                "name": required(str),
                "uuid": UUID,
                "memory_mb": int,
                "num_vcpus": int,
                "num_cores_per_vcpu": int,
                "override_network_config": bool,
                "vm_nics": [NIC],
                "boot_config": object,
            }
        ]
    ),
    "storage_container_uuid": TEXT,
    "vm_customization_config": object,
    "uuid": UUID,
}
RESTORE_VM = {"snapshot_uuid": required(str), "restore_network_configuration": bool, "uuid": str}
POWER = {
    "transition": required(any_case(frozenset(TRANSITIONS))),
    "uuid": str,
    "host_uuid": TEXT,
    "vm_logical_timestamp": int,
}

# AHV snapshots and tasks: contract prism_element 4, 5
CREATE_SNAPSHOTS = {"snapshot_specs": required([{"vm_uuid": required(str), "snapshot_name": str, "uuid": UUID}])}
# The image service: contract prism_element addition 20
CREATE_IMAGE = {"name": required(str), "annotation": str, "image_type": required({"DISK_IMAGE", "ISO_IMAGE"})}
POLL_TASKS = {"completed_tasks": required([str]), "timeout_interval": int}
LIST_TASKS = {
    "count": int,
    "include_completed": bool,
    "include_subtasks_info": bool,
    "cut_off_time_usecs": int,
    "operation_type_list": [str],
    "entity_list": [{"entity_id": str, "entity_type": str, "entity_name": str, "uuid": str}],
    "cluster_uuid_list": [str],
}
MONITORS_QUERY = {"filterCriteria": str, "sortCriteria": str, "count": int, "page": int}

# Protection domains and restores: contract prism_element 6, 10
CREATE_DOMAIN = {"value": required(str), "annotations": [str]}
PROTECT = {
    "names": [str],
    "uuids": [str],
    "ids": [str],
    "consistency_group_name": str,
    "app_consistent_snapshots": bool,
    "ignore_dup_or_missing_vms": bool,
}
RESTORE = {
    "snapshot_id": required(str),
    "vm_names": [str],
    "vm_uuids": [str],
    "volume_group_uuids": [str],
    "nfs_files": [str],
    "vm_name_prefix": TEXT,
    "vg_name_prefix": TEXT,
    "path_prefix": TEXT,
    "replace": bool,
}
DOMAINS_QUERY = {
    "names": str,
    "metro_avail": bool,
    "vstore_name": str,
    "remote_site_name": str,
    "include_deleted": bool,
    "projection": str,
}
UNPROTECTED_QUERY = {"host_uuids", "vm_ids", "vm_names", "storage_container_names"}

# Schedules: contract prism_element 7
RETENTION_TYPE = {"NUM_SNAPSHOTS", "DAYS", "WEEKS", "MONTHS"}
RETENTION = {
    "local_max_snapshots": nullable(int),  # contract prism_element addition 16
    "remote_max_snapshots": mapping(int),
    "local_retention_period": int,
    "local_retention_type": RETENTION_TYPE,
    "remote_retention_period": mapping(int),
    "remote_retention_type": mapping(RETENTION_TYPE),
}
SCHEDULE = {
    "id": TEXT,
    "pd_name": str,
    "type": required({"SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY"}),
    "every_nth": int,
    "values": nullable([int]),
    "user_start_time_in_usecs": int,
    "start_times_in_usecs": [int],
    "end_time_in_usecs": nullable(int),
    "duration_in_usecs": nullable(int),
    "timezone_offset": int,
    "app_consistent": bool,
    "suspended": bool,
    "retention_policy": RETENTION,
    "rollup_schedule_uuid": TEXT,
}
OOB_SCHEDULE = {
    "remote_site_names": nullable([str]),
    "snapshot_retention_time_secs": nullable(int),
    "schedule_start_time_usecs": nullable(int),
    "app_consistent": bool,
}

# Snapshots of protection domains, replications, remote sites: contract prism_element 8, 9, 12
PD_SNAPSHOTS_QUERY = {"count": int, "filter_criteria": str, "sort_criteria": str, "full_details": bool}
REPLICATIONS_QUERY = {"protection_domain_names": str, "remote_site_names": str}
CONTROL_REPLICATION = {"value": required({"pause", "resume", "abort"})}
SITES_QUERY = {
    "names": str,
    "metro_compatible": bool,
    "full_details": bool,
    "remoteVStores": bool,
    "include_deleted": bool,
    "projection": str,
}

# Events and alerts, storage containers: contract prism_element 13, 14
EVENTS_OF_DOMAIN_QUERY = {
    "start_time_in_usecs": int,
    "end_time_in_usecs": int,
    "count": int,
    "acknowledged": bool,
    "page": int,
}
EVENTS_QUERY = {
    **EVENTS_OF_DOMAIN_QUERY,
    "entity_type": str,
    "entity_ids": str,
    "event_ids": str,
    "detailed_info": bool,
}
ALERTS_QUERY = {
    **EVENTS_OF_DOMAIN_QUERY,
    "entity_type": str,
    "entity_ids": str,
    "detailed_info": bool,
    "resolved": bool,
    "auto_resolved": bool,
    "severity": str,
    "alert_type_uuid": str,
    "impact_types": str,
    "classification": str,
    "alert_ids": str,
    "get_causes": bool,
}
CONTAINERS_QUERY = {
    "count": int,
    "page": int,
    "filter_criteria": str,
    "sort_criteria": str,
    "search_string": str,
    "search_attribute_list": str,
    "projection": str,
}
