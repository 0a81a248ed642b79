# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Virtual machines (contract prism_central 4.1). The id of a VM is its uuid on its cluster."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.changes import (
    Decide,
    Order,
    change_entity,
    start_change,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import (
    Entity,
    PrismCentral,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.filters import quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.tasks import TaskFailed
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import parse_moment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.central import CentralDisk, CentralVm
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import NotFound, OperationError
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import segment

VMS = "/ahv/config/vms"
POWER_ACTIONS = {"on": "power-on", "off": "power-off", "guest_off": "shutdown"}


def list_vms(client: PrismCentral, cluster_uuid: str = "") -> list[CentralVm]:
    """All VMs, or those of one cluster, sorted by name and uuid."""
    where = f"cluster/extId eq {quoted(cluster_uuid)}" if cluster_uuid else ""
    return _listed(client, where, lambda vm: cluster_uuid in ("", vm.cluster_uuid))


def vms_called(client: PrismCentral, name: str, cluster_uuid: str = "") -> list[CentralVm]:
    """The VMs of exactly this name, on all clusters or on one; names are not unique."""
    where = f"name eq {quoted(name)}"
    if cluster_uuid:
        where += f" and cluster/extId eq {quoted(cluster_uuid)}"
    return _listed(client, where, lambda vm: vm.name == name and cluster_uuid in ("", vm.cluster_uuid))


def vms_beginning(client: PrismCentral, beginning: str) -> list[CentralVm]:
    """The VMs whose names begin so."""
    where = f"startswith(name,{quoted(beginning)})"
    return _listed(client, where, lambda vm: vm.name.startswith(beginning))


def read_vm(client: PrismCentral, uuid: str) -> CentralVm | None:
    """One VM, or None when no cluster of the Prism Central has it."""
    entity = client.read_if_there("vmm", path_of(uuid))
    if entity:
        return vm_of(entity.data)
    return None


def remove_vm(client: PrismCentral, vm: CentralVm, what: str, timeout: float, progress: Callable[[str], None]) -> None:
    """Remove it as long as it is what was decided on; that it is gone already is as good."""
    try:
        change_entity(
            client, "vmm", path_of(vm.uuid), _removal_of(client, vm), what=what, timeout=timeout, progress=progress
        )
    except NotFound:
        return
    except TaskFailed:
        # Two removals may have met: what counts is whether the VM is gone.
        if read_vm(client, vm.uuid):
            raise


def switch_vm(
    client: PrismCentral, vm: CentralVm, action: str, what: str, timeout: float, progress: Callable[[str], None]
) -> None:
    """Switch it 'on' or 'off', or ask the guest for it ('guest_off'). A VM that is so already is left alone."""
    decide = _switch_to(action)
    change_entity(client, "vmm", path_of(vm.uuid), decide, what=what, timeout=timeout, progress=progress)


def start_removal(client: PrismCentral, vm: CentralVm) -> None:
    """Order the removal and do not wait for it."""
    with suppress(NotFound):
        start_change(client, "vmm", path_of(vm.uuid), _removal_of(client, vm))


def start_switch(client: PrismCentral, vm: CentralVm, action: str) -> None:
    """Order what `switch_vm` does and do not wait for it."""
    start_change(client, "vmm", path_of(vm.uuid), _switch_to(action))


def _removal_of(client: PrismCentral, vm: CentralVm) -> Decide:
    def decide(entity: Entity) -> Order:
        now = vm_of(entity.data)
        if (now.name, now.power_state) != (vm.name, vm.power_state):
            raise OperationError(
                f"{client.endpoint}: the VM '{vm.name}' ({vm.uuid}) was to be removed, and now it is called"
                f" '{now.name}' and is {now.power_state}, so somebody uses it",
                "It was kept. Look at it, then run the same task again.",
            )
        return Order("DELETE")

    return decide


def _switch_to(action: str) -> Decide:
    wanted = "on" if action == "on" else "off"

    def decide(entity: Entity) -> Order | None:
        if vm_of(entity.data).power_state == wanted:
            return None
        return Order("POST", f"/$actions/{POWER_ACTIONS[action]}")

    return decide


def path_of(uuid: str) -> str:
    return f"{VMS}/{segment(uuid)}"


def _listed(client: PrismCentral, where: str, fits: Callable[[CentralVm], bool]) -> list[CentralVm]:
    vms = [vm_of(data) for data in client.entities("vmm", VMS, where=where)]
    return sorted((vm for vm in vms if fits(vm)), key=lambda vm: (vm.name, vm.uuid))


def vm_of(data: Mapping[str, Any]) -> CentralVm:
    return CentralVm(
        uuid=data.get("extId") or "",
        name=data.get("name") or "",
        power_state=str(data.get("powerState") or "undetermined").lower(),
        description=data.get("description") or "",
        cluster_uuid=(data.get("cluster") or {}).get("extId") or "",
        vcpus=(data.get("numSockets") or 0) * (data.get("numCoresPerSocket") or 1),
        memory_mib=(data.get("memorySizeBytes") or 0) // (1024 * 1024),
        created=parse_moment(data.get("createTime")),
        disks=tuple(_disk(disk) for disk in data.get("disks") or []),
        nics=tuple(nic.get("extId") or "" for nic in data.get("nics") or []),
        category_ext_ids=tuple(category.get("extId") or "" for category in data.get("categories") or []),
        policy_ext_id=((data.get("protectionPolicyState") or {}).get("policy") or {}).get("extId") or "",
    )


def _disk(disk: Mapping[str, Any]) -> CentralDisk:
    address, backing = disk.get("diskAddress") or {}, disk.get("backingInfo") or {}
    return CentralDisk(
        uuid=backing.get("diskExtId") or disk.get("extId") or "",
        label=f"{str(address.get('busType') or '').lower()}.{address.get('index') or 0}",
        bytes=backing.get("diskSizeBytes"),
        storage_container_uuid=(backing.get("storageContainer") or {}).get("extId") or "",
        migrating=bool(backing.get("isMigrationInProgress")),
    )
