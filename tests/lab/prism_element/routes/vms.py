# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual machines (contract prism_element 3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lab.prism_element.errors import TaskFailure
from lab.prism_element.state.entities import Disk, Nic, Snapshot, Task, Vm
from lab.prism_element.views.lists import Comparison, compile_filter, page_by_offset, vms_envelope
from lab.wire import Reply, Request, Router, any_case, matching, nullable, required

if TYPE_CHECKING:
    from lab.prism_element.state.cluster import PrismElementWorld

UUID = matching(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
TRANSITIONS = {
    "ON": "on",
    "OFF": "off",
    "POWERCYCLE": "on",
    "RESET": "on",
    "PAUSE": "paused",
    "SUSPEND": "suspended",
    "RESUME": "on",
    "ACPI_SHUTDOWN": None,
    "ACPI_REBOOT": None,
    "SAVE": "suspended",  # contract prism_element addition 9: two clients offer it
}
# contract prism_element addition 12: 6.8.1 was seen to name a task after its transition; the other names are guessed
# after that one.
LATER_NAMES = {
    "ON": "kVmPowerOn",
    "OFF": "kVmPowerOff",
    "POWERCYCLE": "kVmPowerCycle",
    "RESET": "kVmReset",
    "PAUSE": "kVmPause",
    "SUSPEND": "kVmSuspend",
    "RESUME": "kVmResume",
    "ACPI_SHUTDOWN": "kVmAcpiShutdown",
    "ACPI_REBOOT": "kVmAcpiReboot",
    "SAVE": "kVmSave",
}

POWER_CHANGE = "VmChangePowerState"

DISK_ADDRESS = {"device_bus": str, "device_index": int, "disk_label": str, "vmdisk_uuid": str, "ndfs_filepath": str}
NIC = {
    "network_uuid": required(str),
    "mac_address": nullable(str),
    "request_ip": bool,
    "requested_ip_address": nullable(str),
    "model": nullable(str),
    "is_connected": bool,  # contract prism_element addition 7
    "vlan_mode": nullable(str),
}
# What PUT and POST take beside the body (contract prism_element addition 6).
DETAILS = {"include_vm_disk_config": bool, "include_vm_nic_config": bool}
UI_DETAILS = {**DETAILS, "includeVMDiskSizes": bool, "includeAddressAssignments": bool}
BOOT = {
    "uefi_boot": bool,
    "secure_boot": bool,
    "boot_device_order": nullable([str]),
    "boot_device_type": str,
    "disk_address": object,
    "mac_addr": nullable(str),
}
CREATE = {
    "name": required(str),
    "memory_mb": required(int),
    "num_vcpus": required(int),
    "num_cores_per_vcpu": int,
    "uuid": UUID,
    "description": nullable(str),
    "timezone": str,
    "ha_priority": int,
    "boot": nullable(BOOT),
    "hypervisor_type": any_case(frozenset({"ACROPOLIS"})),  # contract prism_element addition 7
    "machine_type": any_case(frozenset({"PC", "Q35"})),
    "vm_features": object,
    "vm_disks": [
        {
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
    ],
    "vm_nics": [NIC],
}
UPDATE = {
    "name": str,
    "description": nullable(str),
    "memory_mb": int,
    "num_vcpus": int,
    "num_cores_per_vcpu": int,
    "ha_priority": int,
    "timezone": str,
    "uuid": UUID,
    "vm_logical_timestamp": int,
    "boot": nullable(BOOT),  # this and what follows: contract prism_element addition 8
    "machine_type": any_case(frozenset({"PC", "Q35"})),
    "vm_features": object,
    "hypervisor_type": any_case(frozenset({"ACROPOLIS"})),
}
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
    "storage_container_uuid": nullable(str),
    "vm_customization_config": object,
    "uuid": UUID,
}
RESTORE = {"snapshot_uuid": required(str), "restore_network_configuration": bool, "uuid": str}
POWER = {
    "transition": required(any_case(frozenset(TRANSITIONS))),
    "uuid": str,
    "host_uuid": nullable(str),
    "vm_logical_timestamp": int,
}

FILTER_FIELDS = {
    "vm_name": lambda vm: vm.name,
    "power_state": lambda vm: vm.power_state,
    "machine_type": lambda vm: vm.machine_type,
    "ha_priority": lambda vm: str(vm.ha_priority),
}
NAME_COMPARISONS: dict[str, Comparison] = {
    "exact": lambda name, wanted: name == wanted,
    "case_insensitive": lambda name, wanted: name.lower() == wanted.lower(),
    "prefix": lambda name, wanted: name.startswith(wanted),
}


def add_routes(router: Router, world: PrismElementWorld) -> None:
    """Register the paths."""

    @router.route("GET", "/vms", section="3.1, 1.5", query={**UI_DETAILS, "filter": str, "offset": int, "length": int})
    def list_vms(request: Request) -> Reply:
        found = list(world.vms)
        everything = len(found)
        wanted = request.one("filter")
        if wanted:
            passes = compile_filter(
                wanted, FILTER_FIELDS, {"vm_name": NAME_COMPARISONS[world.behaviour["vm_name_filter"]]}
            )
            found = [vm for vm in found if passes(vm)]
        page = page_by_offset(found, request, world.behaviour["list_cap"])
        nics = request.flag("include_vm_nic_config") and world.behaviour["nics_listed"] == "asked"
        return Reply(
            body=vms_envelope(
                [vm_dto(vm, request, nics) for vm in page], request.number("offset") or 0, len(found), everything
            )
        )

    @router.route("GET", "/vms/{uuid}", section="3.1", query=UI_DETAILS)
    def get_vm(request: Request) -> Reply:
        nics = request.flag("include_vm_nic_config") and world.behaviour["nics_listed"] != "never"
        return Reply(body=vm_dto(world.find_vm(request.params["uuid"]), request, nics))

    @router.route("POST", "/vms", section="3.2, addition 6, addition 7", query=DETAILS, body=CREATE)
    def create_vm(request: Request) -> Reply:
        return Reply(201, {"task_uuid": _create(world, request.body).uuid})

    @router.route("PUT", "/vms/{uuid}", section="3.3, addition 6, addition 8", query=UI_DETAILS, body=UPDATE)
    def update_vm(request: Request) -> Reply:
        vm = world.find_vm(request.params["uuid"])
        _check_timestamp(world, vm, request.body.get("vm_logical_timestamp"))

        def update(_task: Task) -> None:
            for key, value in request.body.items():
                if key in ("description", "memory_mb", "num_vcpus", "num_cores_per_vcpu", "ha_priority"):
                    setattr(vm, key, value)
            vm.machine_type = request.body.get("machine_type", vm.machine_type).lower()
            vm.boot = {**vm.boot, **(request.body.get("boot") or {})}
            if "name" in request.body:
                world.vms.rename(vm, request.body["name"])
            vm.logical_timestamp += 1

        return Reply(
            body={"task_uuid": world.start_task("VmUpdate", world.durations["update"], update, [("VM", vm.uuid)]).uuid}
        )

    @router.route("DELETE", "/vms/{uuid}", section="3.4", query={"delete_snapshots": bool, "logical_timestamp": int})
    def delete_vm(request: Request) -> Reply:
        vm_uuid = request.params["uuid"]
        if world.behaviour["delete_missing"] == "refuse":
            _check_timestamp(world, world.find_vm(vm_uuid), request.number("logical_timestamp"))
        with_snapshots = request.flag("delete_snapshots")

        def delete(_task: Task) -> None:
            if world.forgets("removal"):
                return
            world.remove_vm(vm_uuid)
            if with_snapshots:
                for snapshot in [snapshot for snapshot in world.snapshots.values() if snapshot.vm.uuid == vm_uuid]:
                    world.drop_snapshot(snapshot.uuid)

        return Reply(
            201, {"task_uuid": world.start_task("VmDelete", world.durations["delete"], delete, [("VM", vm_uuid)]).uuid}
        )

    @router.route("POST", "/vms/{uuid}/set_power_state", section="3.5", body=POWER)
    def set_power_state(request: Request) -> Reply:
        vm = world.find_vm(request.params["uuid"])
        _check_timestamp(world, vm, request.body.get("vm_logical_timestamp"))
        transition = request.body["transition"]
        second = any(
            task.operation == POWER_CHANGE and not task.finished and ("VM", vm.uuid) in task.entities
            for task in world.tasks.values()
        )
        if second and world.behaviour["second_power_order"] == "refuse":
            raise world.invalid(f"VM {vm.uuid} is in transition, operation is not allowed")

        def change(_task: Task) -> None:
            if vm.uuid not in world.vms:
                raise TaskFailure(f"VM {vm.uuid} is not found")
            if second and world.behaviour["second_power_order"] == "task_fails":
                raise TaskFailure(f"VM {vm.uuid} is in transition")
            if world.forgets("power"):
                return
            target = TRANSITIONS[transition]
            if target is not None:
                world.set_power(vm.uuid, target)
            elif vm.power_state != "on":
                raise TaskFailure(f"VM {vm.uuid} is not powered on")
            elif transition == "ACPI_SHUTDOWN" and not world.behaviour["guest_ignores_shutdown"]:
                world.events.after(world.durations["guest_shutdown"], lambda: _guest_is_off(world, vm))

        task = world.start_task(
            POWER_CHANGE, world.durations["power"], change, [("VM", vm.uuid)], LATER_NAMES[transition]
        )
        return Reply(201, {"task_uuid": task.uuid})

    @router.route("POST", "/vms/{uuid}/clone", section="3.6", body=CLONE)
    def clone(request: Request) -> Reply:
        vm = world.find_vm(request.params["uuid"])
        return Reply(201, {"task_uuid": start_clones(world, vm, request.body["spec_list"]).uuid})

    @router.route("POST", "/vms/{uuid}/restore", section="3.6", body=RESTORE)
    def restore(request: Request) -> Reply:
        vm = world.find_vm(request.params["uuid"])
        snapshot = world.snapshots.get(request.body["snapshot_uuid"])
        if snapshot is None or snapshot.deleted:
            raise world.not_found("Snapshot", request.body["snapshot_uuid"])

        def put_back(_task: Task) -> None:
            world.set_power(vm.uuid, "off")
            vm.disks = [replace(disk) for disk in snapshot.vm.disks]
            if request.body.get("restore_network_configuration", True):
                vm.nics = [replace(nic) for nic in snapshot.vm.nics]

        return Reply(
            201,
            {"task_uuid": world.start_task("VmRestore", world.durations["update"], put_back, [("VM", vm.uuid)]).uuid},
        )


def start_clones(world: PrismElementWorld, origin: Vm, specs: list[dict[str, Any]]) -> Task:
    """Start a task that makes copies of a VM, or of the one in a snapshot, with all disks; cards are like its own,
    under other addresses (contract prism_element 4.5)."""
    for spec in specs:
        check_networks(world, spec.get("vm_nics", []))
    image = origin.as_it_is()

    def make(task: Task) -> None:
        for spec in specs:
            wanted = (
                [nic["network_uuid"] for nic in spec.get("vm_nics", [])]
                if spec.get("override_network_config")
                else [nic.network_uuid for nic in image.nics]
            )
            copy = world.add_copy(
                image, spec["name"], [world.new_nic(network_uuid) for network_uuid in wanted], spec.get("uuid")
            )
            for key in ("memory_mb", "num_vcpus", "num_cores_per_vcpu"):
                setattr(copy, key, spec.get(key, getattr(copy, key)))
            task.entities.append(("VM", copy.uuid))

    return world.start_task("VmClone", world.durations["update"], make)


def _guest_is_off(world: PrismElementWorld, vm: Vm) -> None:
    if vm.uuid in world.vms:
        world.set_power(vm.uuid, "off", orderly=True)


def _check_timestamp(world: PrismElementWorld, vm: Vm, given: int | None) -> None:
    if given is not None and given != vm.logical_timestamp:
        raise world.invalid(f"Logical timestamp {given} is not current")


def _create(world: PrismElementWorld, body: dict[str, Any]) -> Task:
    vm_uuid = body.get("uuid") or world.new_uuid()
    repeated = vm_uuid in world.vms or vm_uuid in world.promised_uuids
    if repeated and world.behaviour["duplicate_uuid"] == "refuse":
        raise world.invalid(f"UUID {vm_uuid} is in use")
    disks = [_new_disk(world, vm_uuid, spec) for spec in body.get("vm_disks", []) if not spec.get("is_empty")]
    check_networks(world, body.get("vm_nics", []))
    world.promised_uuids.add(vm_uuid)

    def create(task: Task) -> None:
        task.entities = [("VM", vm_uuid)]
        world.promised_uuids.discard(vm_uuid)
        if not repeated:
            nics = [new_card(world, nic) for nic in body.get("vm_nics", [])]
            plain_fields = {
                key: body[key]
                for key in ("description", "num_vcpus", "num_cores_per_vcpu", "memory_mb", "ha_priority")
                if key in body
            }
            machine_type = body.get("machine_type", "PC").lower()
            boot = {"uefi_boot": False, **(body.get("boot") or {})}
            world.vms.add(Vm(vm_uuid, body["name"], disks, nics, machine_type=machine_type, boot=boot, **plain_fields))

    return world.start_task("VmCreate", world.durations["update"], create)


def new_card(world: PrismElementWorld, spec: Mapping[str, Any]) -> Nic:
    """Return the card that a specification asks for."""
    card = world.new_nic(spec["network_uuid"], spec.get("mac_address"))
    card.connected = spec.get("is_connected", True)
    return card


def check_networks(world: PrismElementWorld, nics: Iterable[dict[str, Any]]) -> None:
    """Refuse cards for networks that are not here."""
    known = {network.uuid for network in world.networks}
    for nic in nics:
        if nic["network_uuid"] not in known:
            raise world.invalid(f"Network {nic['network_uuid']} is not found")


def _new_disk(world: PrismElementWorld, vm_uuid: str, spec: dict[str, Any]) -> Disk:
    container = next(iter(world.containers.values()))
    if "vm_disk_create" in spec:
        return Disk(
            world.new_uuid(),
            spec["vm_disk_create"]["size"],
            spec["vm_disk_create"].get("storage_container_uuid", container),
            world.new_content(vm_uuid[:8]),
        )
    wanted = spec.get("vm_disk_clone", {}).get("disk_address", {}).get("vmdisk_uuid")
    owners = [*world.vms, *(snapshot.vm for snapshot in world.snapshots.values())]
    origin = next((disk for owner in owners for disk in owner.disks if disk.uuid == wanted), None)
    if origin is None:
        raise world.invalid(f"Disk {wanted} is not found")
    return Disk(world.new_uuid(), origin.size, container, origin.content)


def vm_dto(vm: Vm, request: Request, with_nics: bool) -> dict[str, Any]:
    """Return a VM as the wire spells it: unset fields are left out, disks and NICs come only when asked for."""
    dto: dict[str, Any] = {
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
        dto["description"] = vm.description
    if vm.host_uuid is not None:
        dto["host_uuid"] = vm.host_uuid
    if request.flag("include_vm_disk_config"):
        dto["vm_disk_info"] = _disks(vm)
    if with_nics:
        dto["vm_nics"] = nic_dtos(vm)
    return dto


CDROM = {
    "disk_address": {"device_bus": "ide", "device_index": 0, "disk_label": "ide.0"},
    "is_cdrom": True,
    "is_empty": True,
}


def _disks(vm: Vm) -> list[dict[str, Any]]:
    disks = [
        {
            "disk_address": _address(disk, index),
            "is_cdrom": False,
            "is_empty": False,
            "is_thin_provisioned": True,
            "is_scsi_passthrough": True,
            "flash_mode_enabled": False,
            "shared": False,
            "storage_container_uuid": disk.container_uuid,
            "size": disk.size,
        }
        for index, disk in enumerate(vm.disks)
    ]
    return [CDROM, *disks]


def _address(disk: Disk, index: int) -> dict[str, Any]:
    return {"device_bus": "scsi", "device_index": index, "disk_label": f"scsi.{index}", "vmdisk_uuid": disk.uuid}


def nic_dtos(vm: Vm) -> list[dict[str, Any]]:
    """Return the network cards of a VM as the wire spells them."""
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


def create_spec(snapshot: Snapshot) -> dict[str, Any]:
    """Return the VM of a snapshot as ``vm_create_spec`` (contract prism_element 4.1, addition 11: a disk says where it
    comes from, and empty CD-ROMs stand there too)."""
    vm = snapshot.vm
    disks = [
        {
            "disk_address": {"device_bus": "scsi", "device_index": index, "disk_label": f"scsi.{index}"},
            "is_cdrom": False,
            "is_empty": False,
            "vm_disk_clone": {
                "disk_address": {"vmdisk_uuid": disk.uuid},
                "storage_container_uuid": disk.container_uuid,
            },
        }
        for index, disk in enumerate(vm.disks)
    ]
    return {
        "name": vm.name,
        "memory_mb": vm.memory_mb,
        "num_vcpus": vm.num_vcpus,
        "num_cores_per_vcpu": vm.num_cores_per_vcpu,
        "boot": {},
        "vm_disks": [CDROM, *disks],
        "vm_nics": [{"mac_address": nic.mac_address, "network_uuid": nic.network_uuid} for nic in vm.nics],
        "vm_logical_timestamp": -1,
    }
