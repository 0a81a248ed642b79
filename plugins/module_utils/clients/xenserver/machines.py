# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""VMs, snapshots and what is attached to them: VM, VBD (contract xenserver 6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.client import NULL, XenServer
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen import Attachment, XenVm
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import NotFound

DISK = "Disk"


def list_machines(client: XenServer) -> list[XenVm]:
    """All VMs, templates and snapshots."""
    return [_machine(ref, record) for ref, record in client.call("VM.get_all_records").items()]


def machine_by_uuid(client: XenServer, uuid: str) -> XenVm | None:
    """A VM, or None when the pool has none of this uuid."""
    try:
        ref = client.call("VM.get_by_uuid", uuid)
        return read_machine(client, ref)
    except NotFound:
        return None


def read_machine(client: XenServer, ref: str) -> XenVm:
    return _machine(ref, client.call("VM.get_record", ref))


def _machine(ref: str, record: Mapping[str, Any]) -> XenVm:
    return XenVm(
        ref,
        record["uuid"],
        record["name_label"],
        record["name_description"],
        record["power_state"],
        record["is_a_template"],
        record["is_a_snapshot"],
        record["snapshot_of"],
        str(record["snapshot_time"]),
        tuple(record["VBDs"]),
        tuple(record["snapshots"]),
        dict(record["other_config"]),
        record["parent"],
    )


def list_attachments(client: XenServer) -> list[Attachment]:
    """All VBDs that hold a disk."""
    return [
        Attachment(
            ref,
            record["uuid"],
            record["VM"],
            record["VDI"],
            record["userdevice"],
            record["type"],
            record["currently_attached"],
        )
        for ref, record in client.call("VBD.get_all_records").items()
        if record["VDI"] not in ("", NULL)
    ]


def attach_disk(client: XenServer, vm: str, disk: str, device: str) -> str:
    """Make a bootable VBD; it is plugged when the VM starts."""
    record = {
        "VM": vm,
        "VDI": disk,
        "userdevice": device,
        "bootable": True,
        "mode": "RW",
        "type": DISK,
        "empty": False,
        "other_config": {},
        "qos_algorithm_type": "",
        "qos_algorithm_params": {},
    }
    return str(client.call("VBD.create", record))


def detach(client: XenServer, vbd: str) -> None:
    """Remove a VBD; the disk stays."""
    try:
        client.call("VBD.destroy", vbd)
    except NotFound:
        return


def destroy_machine(client: XenServer, vm: str) -> None:
    """Remove the record of a VM or snapshot; its disks stay (contract xenserver trap 20)."""
    try:
        client.call("VM.destroy", vm)
    except NotFound:
        return


def create_machine(
    client: XenServer, name: str, memory: int, vcpus: int, firmware: str, marks: Mapping[str, str]
) -> str:
    """A halted VM without disks; returns its reference. `memory` is in bytes, `firmware` is bios or uefi."""
    record: dict[str, Any] = {
        "name_label": name,
        "name_description": "Holds an image for Citrix. Never start it. (euc.nutanix_citrix)",
        "user_version": "1",
        "is_a_template": False,
        "affinity": NULL,
        "other_config": dict(marks),
        "VCPUs_params": {},
        "VCPUs_max": str(vcpus),
        "VCPUs_at_startup": str(vcpus),
        "actions_after_shutdown": "destroy",
        "actions_after_reboot": "restart",
        "actions_after_crash": "restart",
        "HVM_boot_policy": "BIOS order",
        "HVM_boot_params": {"order": "c", "firmware": firmware},
        "platform": {"nx": "true", "acpi": "1", "apic": "true", "pae": "true", "viridian": "true"},
        "recommendations": "",
    }
    sizes = ("memory_static_min", "memory_static_max", "memory_dynamic_min", "memory_dynamic_max")
    record.update(dict.fromkeys(sizes, str(memory)))
    unused = ("kernel", "ramdisk", "args", "bootloader", "bootloader_args", "legacy_args")
    record.update({f"PV_{part}": "" for part in unused}, PCI_bus="")
    return str(client.call("VM.create", record))
