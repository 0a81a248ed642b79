# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A VM as answers show it (contract prism_central 4.1)."""

from __future__ import annotations

from typing import Any

from lab.ports import ManagedCluster
from lab.prism_central.state.central import Central
from lab.prism_central.views.moments import iso

POWER = {"on": "ON", "off": "OFF", "paused": "PAUSED"}


def vm_view(central: Central, cluster: ManagedCluster, vm: Any) -> dict[str, Any]:
    """Return a VM; unset lists are absent."""
    policy = central.policies.of(vm.uuid)
    return {
        "extId": vm.uuid,
        "createTime": iso(central.registry.created.get(vm.uuid)),
        **_configuration(vm),
        "powerState": POWER.get(vm.power_state, "UNDETERMINED"),
        "cluster": {"extId": cluster.uuid},
        "categories": [{"extId": ext_id} for ext_id in central.categories.of(vm.uuid)] or None,
        "protectionType": "RULE_PROTECTED" if policy else "UNPROTECTED",
        "protectionPolicyState": {"policy": {"extId": policy.ext_id}} if policy else None,
        "disks": [_disk(disk, index, vm.uuid in central.registry.migrating) for index, disk in enumerate(vm.disks)],
        "nics": [_nic(nic) for nic in vm.nics] or None,
    }


def spec_view(image: Any) -> dict[str, Any]:
    """Return what a template version tells of its VM: no disks (contract prism_central 4.2)."""
    return _configuration(image)


def _configuration(vm: Any) -> dict[str, Any]:
    return {
        "name": vm.name,
        "description": vm.description,
        "numSockets": vm.num_vcpus,
        "numCoresPerSocket": vm.num_cores_per_vcpu,
        "numThreadsPerCore": 1,
        "memorySizeBytes": vm.memory_mb * 1024 * 1024,
        "machineType": vm.machine_type.upper(),
    }


def _disk(disk: Any, index: int, migrating: bool) -> dict[str, Any]:
    backing = {
        "$objectType": "vmm.v4.ahv.config.VmDisk",
        "diskExtId": disk.uuid,
        "diskSizeBytes": disk.size,
        "isMigrationInProgress": migrating,
        "storageContainer": {"extId": disk.container_uuid},
    }
    return {"extId": disk.uuid, "diskAddress": {"busType": "SCSI", "index": index}, "backingInfo": backing}


def _nic(nic: Any) -> dict[str, Any]:
    return {
        "extId": nic.uuid,
        "backingInfo": {"macAddress": nic.mac_address, "isConnected": nic.connected},
        "networkInfo": {"nicType": "NORMAL_NIC", "vlanMode": "ACCESS", "subnet": {"extId": nic.network_uuid}},
    }
