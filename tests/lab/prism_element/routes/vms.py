# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual machines (contract prism_element 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lab.prism_element.routes.lists import Comparison, compile_filter, page_by_offset
from lab.prism_element.schemas import CLONE, CREATE_VM, DETAILS, POWER, RESTORE_VM, UI_DETAILS, UPDATE_VM
from lab.prism_element.state.cluster import Cluster
from lab.prism_element.state.entities import Disk, Vm
from lab.prism_element.state.tasks import Task, TaskFailure
from lab.prism_element.views.envelopes import vms_envelope
from lab.prism_element.views.vm import vm_view
from lab.router import Router
from lab.wire import Reply, Request

POWER_CHANGE = "VmChangePowerState"
# What a transition leads to at once, and what 6.8.1 calls it: seen of one, guessed of the others (contract
# prism_element addition 12).
TRANSITIONS: dict[str, tuple[str | None, str]] = {
    "ON": ("on", "kVmPowerOn"),
    "OFF": ("off", "kVmPowerOff"),
    "POWERCYCLE": ("on", "kVmPowerCycle"),
    "RESET": ("on", "kVmReset"),
    "PAUSE": ("paused", "kVmPause"),
    "SUSPEND": ("suspended", "kVmSuspend"),
    "RESUME": ("on", "kVmResume"),
    "ACPI_SHUTDOWN": (None, "kVmAcpiShutdown"),
    "ACPI_REBOOT": (None, "kVmAcpiReboot"),
    "SAVE": ("suspended", "kVmSave"),
}
SIZES = ("memory_mb", "num_vcpus", "num_cores_per_vcpu")
SETTABLE = (*SIZES, "description", "ha_priority")
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


def add_routes(router: Router, cluster: Cluster) -> None:
    """Make the paths known."""
    vms, behaviour = cluster.vms, cluster.behaviour
    list_query = {**UI_DETAILS, "filter": str, "offset": int, "length": int}

    def view(vm: Vm, request: Request, nics_shown: bool) -> dict[str, Any]:
        with_nics = nics_shown and request.flag("include_vm_nic_config")
        return vm_view(vm, request.flag("include_vm_disk_config"), with_nics)

    @router.route("GET", "/vms", section="3.1, 1.5", query=list_query)
    def list_vms(request: Request) -> Reply:
        everything = found = list(vms)
        wanted = request.one("filter")
        if wanted:
            passes = compile_filter(wanted, FILTER_FIELDS, {"vm_name": NAME_COMPARISONS[behaviour["vm_name_filter"]]})
            found = [vm for vm in found if passes(vm)]
        page = page_by_offset(found, request, behaviour["list_cap"])
        views = [view(vm, request, behaviour["nics_listed"] == "asked") for vm in page]
        return Reply(body=vms_envelope(views, request.number("offset") or 0, len(found), len(everything)))

    @router.route("GET", "/vms/{uuid}", section="3.1", query=UI_DETAILS)
    def get_vm(request: Request) -> Reply:
        return Reply(body=view(vms.find(request.params["uuid"]), request, behaviour["nics_listed"] != "never"))

    @router.route("POST", "/vms", section="3.2, addition 6, addition 7", query=DETAILS, body=CREATE_VM)
    def create_vm(request: Request) -> Reply:
        return started(_create(cluster, request.body))

    @router.route("PUT", "/vms/{uuid}", section="3.3, addition 6, addition 8", query=UI_DETAILS, body=UPDATE_VM)
    def update_vm(request: Request) -> Reply:
        vm, body = vms.find(request.params["uuid"]), request.body
        _check_timestamp(cluster, vm, body.get("vm_logical_timestamp"))

        def update(_task: Task) -> None:
            for key in SETTABLE:
                setattr(vm, key, body.get(key, getattr(vm, key)))
            vm.machine_type = body.get("machine_type", vm.machine_type).lower()
            vm.boot = {**vm.boot, **(body.get("boot") or {})}
            vms.rename(vm, body.get("name", vm.name))
            vm.logical_timestamp += 1

        task = cluster.tasks.start("VmUpdate", "update", update, [("VM", vm.uuid)])
        return Reply(body={"task_uuid": task.id})

    @router.route("DELETE", "/vms/{uuid}", section="3.4", query={"delete_snapshots": bool, "logical_timestamp": int})
    def delete_vm(request: Request) -> Reply:
        vm_uuid = request.params["uuid"]
        if behaviour["delete_missing"] == "refuse":
            _check_timestamp(cluster, vms.find(vm_uuid), request.number("logical_timestamp"))

        def delete(_task: Task) -> None:
            if cluster.forgets("removal"):
                return
            vms.remove([vm_uuid])
            if request.flag("delete_snapshots"):
                for snapshot in list(cluster.snapshots):
                    if snapshot.vm.uuid == vm_uuid:
                        cluster.snapshots.drop(snapshot.uuid)

        return started(cluster.tasks.start("VmDelete", "delete", delete, [("VM", vm_uuid)]))

    @router.route("POST", "/vms/{uuid}/set_power_state", section="3.5", body=POWER)
    def set_power_state(request: Request) -> Reply:
        vm = vms.find(request.params["uuid"])
        _check_timestamp(cluster, vm, request.body.get("vm_logical_timestamp"))
        return started(_switch(cluster, vm, request.body["transition"]))

    @router.route("POST", "/vms/{uuid}/clone", section="3.6", body=CLONE)
    def clone(request: Request) -> Reply:
        return started(start_clones(cluster, vms.find(request.params["uuid"]), request.body["spec_list"]))

    @router.route("POST", "/vms/{uuid}/restore", section="3.6", body=RESTORE_VM)
    def restore(request: Request) -> Reply:
        vm = vms.find(request.params["uuid"])
        snapshot = cluster.snapshots.find(request.body["snapshot_uuid"])
        if snapshot.deleted:
            raise cluster.errors.not_found("Snapshot", snapshot.uuid)

        def put_back(_task: Task) -> None:
            vms.set_power(vm.uuid, "off")
            vm.disks = [replace(disk) for disk in snapshot.vm.disks]
            if request.body.get("restore_network_configuration", True):
                vm.nics = [replace(nic) for nic in snapshot.vm.nics]

        return started(cluster.tasks.start("VmRestore", "update", put_back, [("VM", vm.uuid)]))


def started(task: Task) -> Reply:
    """Return the answer to an order that a task carries out."""
    return Reply(201, {"task_uuid": task.id})


def start_clones(cluster: Cluster, origin: Vm, specs: list[dict[str, Any]]) -> Task:
    """Start a task that makes copies of a VM, or of the one in a snapshot, with all disks; cards are like its own,
    under other addresses (contract prism_element 4.5)."""
    vms = cluster.vms
    for spec in specs:
        cluster.networks.check(spec.get("vm_nics", []))
    image = origin.as_it_is()

    def make(task: Task) -> None:
        for spec in specs:
            networks = [nic.network_uuid for nic in image.nics]
            if spec.get("override_network_config"):
                networks = [nic["network_uuid"] for nic in spec.get("vm_nics", [])]
            nics = [vms.new_nic(network_uuid) for network_uuid in networks]
            copy = vms.copy(image, spec["name"], nics, spec.get("uuid"))
            for key in SIZES:
                setattr(copy, key, spec.get(key, getattr(copy, key)))
            task.entities.append(("VM", copy.uuid))

    return cluster.tasks.start("VmClone", "update", make)


def _switch(cluster: Cluster, vm: Vm, transition: str) -> Task:
    """Start the task of a power order (contract prism_element 3.5)."""
    state, later_name = TRANSITIONS[transition]
    second = any(
        task.operation == POWER_CHANGE and not task.done and ("VM", vm.uuid) in task.entities
        for task in cluster.tasks.items.values()
    )
    if second and cluster.behaviour["second_power_order"] == "refuse":
        raise cluster.errors.invalid(f"VM {vm.uuid} is in transition, operation is not allowed")

    def guest_is_off() -> None:
        if vm.uuid in cluster.vms:
            cluster.vms.set_power(vm.uuid, "off", orderly=True)

    def change(_task: Task) -> None:
        if vm.uuid not in cluster.vms:
            raise TaskFailure(f"VM {vm.uuid} is not found")
        if second and cluster.behaviour["second_power_order"] == "task_fails":
            raise TaskFailure(f"VM {vm.uuid} is in transition")
        if cluster.forgets("power"):
            return
        if state is not None:
            cluster.vms.set_power(vm.uuid, state)
        elif vm.power_state != "on":
            raise TaskFailure(f"VM {vm.uuid} is not powered on")
        elif transition == "ACPI_SHUTDOWN" and not cluster.behaviour["guest_ignores_shutdown"]:
            cluster.after("guest_shutdown", guest_is_off)

    return cluster.tasks.start(POWER_CHANGE, "power", change, [("VM", vm.uuid)], later_name)


def _check_timestamp(cluster: Cluster, vm: Vm, timestamp: int | None) -> None:
    if timestamp is not None and timestamp != vm.logical_timestamp:
        raise cluster.errors.invalid(f"Logical timestamp {timestamp} is not current")


def _create(cluster: Cluster, body: Mapping[str, Any]) -> Task:
    vms = cluster.vms
    vm_uuid = body.get("uuid") or cluster.new_id()
    repeated = vm_uuid in vms or vm_uuid in vms.promised
    if repeated and cluster.behaviour["duplicate_uuid"] == "refuse":
        raise cluster.errors.invalid(f"UUID {vm_uuid} is in use")
    disks = [_new_disk(cluster, vm_uuid, spec) for spec in body.get("vm_disks", []) if not spec.get("is_empty")]
    cluster.networks.check(body.get("vm_nics", []))
    vms.promised.add(vm_uuid)

    def create(task: Task) -> None:
        task.entities = [("VM", vm_uuid)]
        vms.promised.discard(vm_uuid)
        if repeated:
            return
        vm = Vm(
            vm_uuid,
            body["name"],
            disks,
            [vms.card(nic) for nic in body.get("vm_nics", [])],
            machine_type=body.get("machine_type", "PC").lower(),
            boot={"uefi_boot": False, **(body.get("boot") or {})},
        )
        for key in SETTABLE:
            setattr(vm, key, body.get(key, getattr(vm, key)))
        vms.add(vm)

    return cluster.tasks.start("VmCreate", "update", create)


def _new_disk(cluster: Cluster, vm_uuid: str, spec: Mapping[str, Any]) -> Disk:
    if "vm_disk_create" in spec:
        blank = spec["vm_disk_create"]
        content = cluster.vms.new_content(vm_uuid)
        return cluster.vms.new_disk(blank["size"], content, blank.get("storage_container_uuid"))
    wanted = spec.get("vm_disk_clone", {}).get("disk_address", {}).get("vmdisk_uuid")
    for owner in (*cluster.vms, *(snapshot.vm for snapshot in cluster.snapshots)):
        for disk in owner.disks:
            if disk.uuid == wanted:
                return cluster.vms.new_disk(disk.size, disk.content)
    raise cluster.errors.invalid(f"Disk {wanted} is not found")
