# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Virtual machines (contract prism_element 3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import PrismElement
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import NotFound
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import segment

_SAFE_IN_FILTER = re.compile(r"[A-Za-z0-9 ._-]+\Z")


@dataclass(frozen=True)
class Disk:
    """A disk that is no CD drive: `label` such as 'scsi.0', size in bytes."""

    label: str
    bytes: int | None
    storage_container_uuid: str


@dataclass(frozen=True)
class Vm:
    """`power_state` in lower case ('on', 'off', 'powering_on' ...); `disks` is None when they were not asked for."""

    uuid: str
    name: str
    power_state: str
    description: str
    vcpus: int
    memory_mib: int
    not_protectable_because: str
    disks: tuple[Disk, ...] | None


def list_vms(client: PrismElement, include_disks: bool = False) -> list[Vm]:
    """All VMs, sorted by name and uuid."""
    return _sorted(client.entities("/vms/", _flags(include_disks), paged=True))


def vms_called(client: PrismElement, name: str, include_disks: bool = False) -> list[Vm]:
    """The VMs of exactly this name; names are not unique.

    The cluster is asked to filter where the name is sure to survive its filter language, whose quoting nobody has
    written down (contract prism_element 1.5).
    """
    query: dict[str, Any] = {"filter": f"vm_name=={name}"} if _SAFE_IN_FILTER.match(name) else {}
    return [
        vm
        for vm in _sorted(client.entities("/vms/", {**query, **_flags(include_disks)}, paged=True))
        if vm.name == name
    ]


def read_vm(client: PrismElement, uuid: str, include_disks: bool = False) -> Vm | None:
    """One VM, or None when the cluster does not have it."""
    try:
        body = client.get(f"/vms/{segment(uuid)}", _flags(include_disks))
    except NotFound:
        return None
    if body:
        return _vm(body)
    return None


def delete_vm(client: PrismElement, uuid: str) -> str | None:
    """Order the removal; its snapshots stay. Returns the task, or None when the VM is not there."""
    try:
        # Never delete_snapshots=true: it destroys the image that was just made (contract prism_element trap 12).
        body = client.request("DELETE", f"/vms/{segment(uuid)}").body or {}
    except NotFound:
        return None
    return body.get("task_uuid")


def _flags(include_disks: bool) -> dict[str, Any]:
    if include_disks:
        return {"include_vm_disk_config": True}
    return {}


def _sorted(entities: list[dict[str, Any]]) -> list[Vm]:
    return sorted((_vm(entity) for entity in entities), key=lambda vm: (vm.name, vm.uuid))


def _vm(entity: dict[str, Any]) -> Vm:
    disks = entity.get("vm_disk_info")
    return Vm(
        uuid=entity.get("uuid") or "",
        name=entity.get("name") or "",
        power_state=str(entity.get("power_state") or "unknown").lower(),
        description=entity.get("description") or "",
        vcpus=(entity.get("num_vcpus") or 0) * (entity.get("num_cores_per_vcpu") or 1),
        memory_mib=entity.get("memory_mb") or 0,
        not_protectable_because=entity.get("cbr_not_capable_reason") or "",
        disks=None if disks is None else tuple(_disk(disk) for disk in disks if not disk.get("is_cdrom")),
    )


def _disk(disk: dict[str, Any]) -> Disk:
    address = disk.get("disk_address") or {}
    label = (
        address.get("disk_label")
        or f"{str(address.get('device_bus') or '').lower()}.{address.get('device_index') or 0}"
    )
    return Disk(label=label, bytes=disk.get("size"), storage_container_uuid=disk.get("storage_container_uuid") or "")
