# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual machines (contract prism_central 4.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lab.ports import ManagedCluster
from lab.prism_central import vendor
from lab.prism_central.routes.api import Api
from lab.prism_central.state.tasks import Task, TaskFailure
from lab.prism_central.state.templates import VM as REL
from lab.prism_central.views.vm import vm_view
from lab.wire import Reply, Request

VMS = "/api/vmm/v4.x/ahv/config/vms"
ONE = f"{VMS}/{{extId}}"
ACTIONS = f"{ONE}/$actions"
VM = "vmm.v4.ahv.config.Vm"
CHANGED_BY_PUT = {"name", "description", "nics"}
# action -> the state that it leads to at once; None: the guest is asked
POWER: dict[str, str | None] = {
    "power-on": "on",
    "power-off": "off",
    "power-cycle": "on",
    "reset": "on",
    "shutdown": None,
    "reboot": "on",
}
Action = Callable[[ManagedCluster, Any], None]


def add_routes(api: Api) -> None:
    """Make the paths known."""
    central, registry = api.central, api.central.registry

    def find(request: Request) -> tuple[ManagedCluster, Any]:
        found = registry.vm(request.params["extId"])
        if found is None:
            raise api.errors.not_found("VM", request.params["extId"])
        return found

    def order(name: str, operation: str, duration: str, request: Request, action: Action) -> Reply:
        """Start the task of an order on a VM."""
        cluster, vm = find(request)
        api.match(request, vm.logical_timestamp)

        def carry_out(_task: Task) -> None:
            registry.reached(cluster.uuid)
            if cluster.vms.get(vm.uuid) is None:
                raise TaskFailure(f"VM {vm.uuid} is not found", "VMM-30100", "VM_NOT_FOUND")
            action(cluster, vm)
            vm.logical_timestamp += 1

        seconds = central.durations[duration]
        task = central.tasks.start(operation, operation, seconds, carry_out, [cluster.uuid], [(vm.uuid, REL)])
        return api.task(name, task)

    @api.operation(f"GET {VMS}", section="4.1")
    def list_vms(request: Request) -> Reply:
        views = [vm_view(central, cluster, vm) for cluster, vm in registry.vms()]
        return api.page(f"GET {VMS}", VM, views, request)

    @api.operation(f"GET {ONE}", section="4.1")
    def one_vm(request: Request) -> Reply:
        cluster, vm = find(request)
        return api.one(f"GET {ONE}", VM, vm_view(central, cluster, vm), vm.logical_timestamp)

    @api.operation(f"PUT {ONE}", section="4.1")
    def update_vm(request: Request) -> Reply:
        wanted, shown = request.body, vendor.dressed(VM, api.minor, vm_view(central, *find(request)))
        for key in sorted((wanted.keys() | shown.keys()) - CHANGED_BY_PUT - vendor.MARKERS.keys()):
            if wanted.get(key) != shown.get(key):
                text = f"not simulated: a change of {key} of a VM"
                raise api.errors.refusal(501, text, "VMM-30501", "NOT_IMPLEMENTED", violation=text)

        def change(cluster: ManagedCluster, vm: Any) -> None:
            cluster.vms.rename(vm, wanted["name"])
            vm.description = wanted.get("description")
            if central.behaviour["vm_put_changes_nics"]:
                vm.nics = [_card(cluster, vm, each) for each in wanted.get("nics") or []]

        return order(f"PUT {ONE}", "VmUpdate", "vm_change", request, change)

    @api.operation(f"DELETE {ONE}", section="4.1")
    def delete_vm(request: Request) -> Reply:
        def delete(cluster: ManagedCluster, vm: Any) -> None:
            cluster.vms.remove([vm.uuid])

        return order(f"DELETE {ONE}", "VmDelete", "vm_change", request, delete)

    def power_route(action: str, state: str | None) -> None:
        name = f"POST {ACTIONS}/{action}"

        @api.operation(name, section="4.1")
        def switch(request: Request) -> Reply:
            def change(cluster: ManagedCluster, vm: Any) -> None:
                if state is not None:
                    cluster.vms.set_power(vm.uuid, state)
                else:
                    central.after("guest_off", lambda: _guest_is_off(cluster, vm.uuid))

            return order(name, f"Vm{action.title().replace('-', '')}", "vm_power", request, change)

    for action, state in POWER.items():
        power_route(action, state)

    def categories_route(action: str, change: Callable[[str, list[str]], None]) -> None:
        name = f"POST {ACTIONS}/{action}"

        @api.operation(name, section="4.1")
        def categorise(request: Request) -> Reply:
            wanted = [each["extId"] for each in request.body.get("categories") or []]
            strange = [ext_id for ext_id in wanted if ext_id not in central.categories]
            if strange:
                raise api.errors.invalid(f"There is no category {strange[0]}")
            return order(name, "VmUpdate", "vm_change", request, lambda _cluster, vm: change(vm.uuid, wanted))

    categories_route("associate-categories", central.categories.associate)
    categories_route("disassociate-categories", central.categories.disassociate)

    @api.operation(f"POST {ACTIONS}/migrate-vm-disks", section="4.1")
    def migrate_disks(request: Request) -> Reply:
        _cluster, vm = find(request)
        plan = request.body.get("migrateDisks") or {}
        targets = _targets(plan, [disk.uuid for disk in vm.disks])

        def migrate(cluster: ManagedCluster, vm: Any) -> None:
            registry.migrating.discard(vm.uuid)
            for disk in vm.disks:
                container = targets.get(disk.uuid, disk.container_uuid)
                if container not in cluster.containers.values():
                    raise TaskFailure(f"Storage container {container} is not found", "VMM-30006", "MIGRATE_VM_ERROR")
                disk.container_uuid = container

        reply = order(f"POST {ACTIONS}/migrate-vm-disks", "VmMigrateDisks", "disk_migration", request, migrate)
        registry.migrating.add(vm.uuid)
        return reply


def _card(cluster: ManagedCluster, vm: Any, wanted: dict[str, Any]) -> Any:
    """Return the card that a VM has under an id, or a new one, on the network that is asked for."""
    network = ((wanted.get("networkInfo") or {}).get("subnet") or {}).get("extId")
    if network is None or cluster.networks.get(network) is None:
        raise TaskFailure(f"Subnet {network} is not found", "VMM-30007", "VM_NIC_ERROR")
    card = next((nic for nic in vm.nics if nic.uuid == wanted.get("extId")), None) or cluster.vms.new_nic(network)
    card.network_uuid = network
    return card


def _targets(plan: dict[str, Any], disks: list[str]) -> dict[str, str]:
    """Return which disk is to go to which container."""
    if "storageContainer" in plan:
        return dict.fromkeys(disks, plan["storageContainer"]["extId"])
    return {
        disk["diskExtId"]: part["storageContainer"]["extId"]
        for part in plan.get("plans") or []
        for disk in part.get("vmDisks") or []
    }


def _guest_is_off(cluster: ManagedCluster, vm_uuid: str) -> None:
    if cluster.vms.get(vm_uuid) is not None:
        cluster.vms.set_power(vm_uuid, "off", orderly=True)
