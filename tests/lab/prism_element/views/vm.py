# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A VM and an AHV snapshot as answers show them (contract prism_element 3, 4)."""

from __future__ import annotations

from typing import Any

from lab.prism_element.state.entities import Disk, Snapshot, Vm

CDROM = {
    "disk_address": {"device_bus": "ide", "device_index": 0, "disk_label": "ide.0"},
    "is_cdrom": True,
    "is_empty": True,
}


def vm_view(vm: Vm, with_disks: bool, with_nics: bool) -> dict[str, Any]:
    """Return a VM: unset fields are left out, disks and NICs come only when asked for."""
    view: dict[str, Any] = {
        "uuid": vm.uuid,
        "name": vm.name,
        "power_state": vm.power_state,
        "num_vcpus": vm.num_vcpus,
        "num_cores_per_vcpu": vm.num_cores_per_vcpu,
        "memory_mb": vm.memory_mb,
        "machine_type": vm.machine_type,
        "timezone": "UTC",
        "ha_priority": vm.ha_priority,
        "allow_live_migrate": True,
        "gpus_assigned": False,
        "boot": vm.boot,
        "vm_features": {"AGENT_VM": False, "VGA_CONSOLE": True},
        "vm_logical_timestamp": vm.logical_timestamp,
    }
    if vm.description is not None:
        view["description"] = vm.description
    if vm.host_uuid is not None:
        view["host_uuid"] = vm.host_uuid
    if with_disks:
        view["vm_disk_info"] = [CDROM, *(_disk(disk, index) for index, disk in enumerate(vm.disks))]
    if with_nics:
        view["vm_nics"] = nic_views(vm)
    return view


def nic_views(vm: Vm) -> list[dict[str, Any]]:
    """Return the network cards of a VM."""
    return [
        {
            "mac_address": nic.mac_address,
            "network_uuid": nic.network_uuid,
            "nic_uuid": nic.uuid,
            "is_connected": nic.connected,
            "vlan_mode": "Access",
            "model": "",
        }
        for nic in vm.nics
    ]


def snapshot_view(snapshot: Snapshot) -> dict[str, Any]:
    """Return an AHV snapshot (contract prism_element 4.1, addition 11: a disk says where it comes from, and empty
    CD-ROMs stand there too)."""
    vm = snapshot.vm
    spec = {
        "name": vm.name,
        "memory_mb": vm.memory_mb,
        "num_vcpus": vm.num_vcpus,
        "num_cores_per_vcpu": vm.num_cores_per_vcpu,
        "boot": {},
        "vm_disks": [CDROM, *(_disk_of_snapshot(disk, index) for index, disk in enumerate(vm.disks))],
        "vm_nics": [{"mac_address": nic.mac_address, "network_uuid": nic.network_uuid} for nic in vm.nics],
        "vm_logical_timestamp": -1,
    }
    return {
        "uuid": snapshot.uuid,
        "deleted": snapshot.deleted,
        "logical_timestamp": snapshot.logical_timestamp,
        "created_time": snapshot.created_usecs,
        "group_uuid": snapshot.group_uuid,
        "vm_uuid": vm.uuid,
        "snapshot_name": snapshot.name,
        "vm_create_spec": spec,
    }


def _disk(disk: Disk, index: int) -> dict[str, Any]:
    return {
        "disk_address": {**_address(index), "vmdisk_uuid": disk.uuid},
        "is_cdrom": False,
        "is_empty": False,
        "is_thin_provisioned": True,
        "is_scsi_passthrough": True,
        "flash_mode_enabled": False,
        "shared": False,
        "storage_container_uuid": disk.container_uuid,
        "size": disk.size,
    }


def _disk_of_snapshot(disk: Disk, index: int) -> dict[str, Any]:
    origin = {"disk_address": {"vmdisk_uuid": disk.uuid}, "storage_container_uuid": disk.container_uuid}
    return {"disk_address": _address(index), "is_cdrom": False, "is_empty": False, "vm_disk_clone": origin}


def _address(index: int) -> dict[str, Any]:
    return {"device_bus": "scsi", "device_index": index, "disk_label": f"scsi.{index}"}
